/// Measurements, beside the kernel's own stack in the same run.
module netkeep.bench {
    requires netkeep.client;
    requires netkeep.embedded;
    requires netkeep.engine;
    requires netkeep.link;
    requires netkeep.linux;
    requires netkeep.ring;
    requires netkeep.servers;
    requires netkeep.sim;
    requires netkeep.stack;
    requires netkeep.wire;
    requires static org.jspecify;
}
