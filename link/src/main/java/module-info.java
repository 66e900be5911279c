/// Moves frames between a device and a stack. Parses no protocol.
module netkeep.link {
    requires static org.jspecify;
    requires transitive netkeep.linux;
    requires transitive netkeep.ring;
    requires transitive netkeep.wire;

    exports netkeep.link;
}
