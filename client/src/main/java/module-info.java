/// The channels of `java.nio` over a session, in the application's own program.
module netkeep.client {
    requires jdk.net;
    requires netkeep.ring;
    requires static org.jspecify;

    exports netkeep.client;
}
