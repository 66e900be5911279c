/// The placement in which link, stack and client share the program's process.
module netkeep.embedded {
    requires netkeep.client;
    requires netkeep.engine;
    requires netkeep.link;
    requires netkeep.linux;
    requires netkeep.ring;
    requires netkeep.stack;
    requires netkeep.wire;
    requires static org.jspecify;
}
