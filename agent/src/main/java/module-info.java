/// A JVM's program on Netkeep, though it knows nothing of it: what `-javaagent:netkeep.jar` puts in place.
module netkeep.agent {
    requires java.instrument;
    requires static jdk.attach;
    requires netkeep.client;
    requires netkeep.domain;
    requires netkeep.embedded;
    requires netkeep.wire;
    requires static org.jspecify;

    exports netkeep.agent;
}
