/// The channels of `java.nio` over a session, in the application's own program.
module netkeep.client {
    requires netkeep.ring;
    requires netkeep.wire;
    requires static org.jspecify;
}
