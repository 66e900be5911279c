/// Headers, addresses and checksums on octets. No state, no I/O; readers and checks allocate nothing.
module netkeep.wire {
    requires static transitive org.jspecify;

    exports netkeep.wire;
}
