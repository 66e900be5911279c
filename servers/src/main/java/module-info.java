/// Dedicated servers that do not know each other. They see nothing of Netkeep but the channels of `java.nio`: which
/// stack they run on is the [java.nio.channels.spi.SelectorProvider] they are given.
module netkeep.servers {
    requires static org.jspecify;

    exports netkeep.servers.discard;
    exports netkeep.servers.echo;
    exports netkeep.servers.http;
    exports netkeep.servers.iperf3;
    exports netkeep.servers.loop;
    exports netkeep.servers.source;
}
