/// The slow path and the authority: sessions, and who may have one; names, and whom to ask for them.
module netkeep.control {
    requires netkeep.linux;
    requires netkeep.ring;
    requires static org.jspecify;
    requires transitive netkeep.domain;
    requires transitive netkeep.wire;

    exports netkeep.control;
    exports netkeep.names;
}
