/// Dedicated servers that do not know each other, on the channels of `java.nio` alone.
module netkeep.servers {
    requires static org.jspecify;
}
