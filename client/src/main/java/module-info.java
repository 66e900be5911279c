/// The channels of `java.nio` over a session, in the application's own program.
module netkeep.client {
    requires jdk.net;
    requires netkeep.domain;
    requires netkeep.linux;
    requires netkeep.ring;
    requires static org.jspecify;

    exports netkeep.asynchronous;
    exports netkeep.client;
    exports netkeep.drive;

    provides java.net.spi.InetAddressResolverProvider with
            netkeep.client.NetkeepResolverProvider;
}
