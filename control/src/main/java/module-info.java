/// The slow path and the authority: sessions, and who may have one.
module netkeep.control {
    requires netkeep.linux;
    requires static org.jspecify;
    requires transitive netkeep.domain;

    exports netkeep.control;
}
