/// Which part runs where: link, stack and client in the program's process, or link, stack and control in one of their
/// own.
module netkeep.embedded {
    requires netkeep.client;
    requires netkeep.domain;
    requires netkeep.linux;
    requires netkeep.stack;
    requires static org.jspecify;
    requires transitive netkeep.control;
    requires transitive netkeep.engine;
    requires transitive netkeep.link;

    exports netkeep.embedded;
    exports netkeep.placement;
}
