/// One command with subcommands.
module netkeep.tools {
    requires info.picocli;
    requires java.net.http;
    requires jdk.httpserver;
    requires netkeep.bench;
    requires netkeep.client;
    requires netkeep.control;
    requires netkeep.embedded;
    requires netkeep.domain;
    requires netkeep.engine;
    requires netkeep.keeper;
    requires netkeep.link;
    requires netkeep.linux;
    requires netkeep.ring;
    requires netkeep.servers;
    requires netkeep.sim;
    requires netkeep.stack;
    requires netkeep.wire;
    requires org.tomlj;
    requires static org.jspecify;

    opens netkeep.tools to
            info.picocli;
    opens netkeep.tools.capture to
            info.picocli;
    opens netkeep.tools.config to
            info.picocli;
    opens netkeep.tools.chaos to
            info.picocli;
    opens netkeep.tools.demo to
            info.picocli;
    opens netkeep.tools.doctor to
            info.picocli;
    opens netkeep.tools.place to
            info.picocli;
    opens netkeep.tools.ping to
            info.picocli;
    opens netkeep.tools.serve to
            info.picocli;
    opens netkeep.tools.status to
            info.picocli;
}
