/// Trials of the whole, and of taste: floors, sizes, RFC tables, banned calls.
module netkeep.trials {
    requires netkeep.bench;
    requires netkeep.client;
    requires netkeep.domain;
    requires netkeep.embedded;
    requires netkeep.engine;
    requires netkeep.link;
    requires netkeep.linux;
    requires netkeep.ring;
    requires netkeep.servers;
    requires netkeep.sim;
    requires netkeep.stack;
    requires netkeep.tools;
    requires netkeep.wire;
    requires java.net.http;
    requires java.sql;
    requires jdk.compiler;
    requires jdk.httpserver;
    requires jdk.jfr;
    requires static org.jspecify;
}
