/// The placement in which link, stack and client share the program's process.
module netkeep.embedded {
    requires netkeep.client;
    requires netkeep.linux;
    requires netkeep.stack;
    requires static org.jspecify;
    requires transitive netkeep.engine;
    requires transitive netkeep.link;

    exports netkeep.embedded;
}
