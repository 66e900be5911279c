/// Memory shared between domains, and what is agreed about it: regions, records, rings, the session protocol. No
/// system call.
module netkeep.ring {
    requires static org.jspecify;

    exports netkeep.ring;
    exports netkeep.session;
}
