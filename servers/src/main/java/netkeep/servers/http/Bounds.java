package netkeep.servers.http;

/// The one check that settings are made of.
final class Bounds {
    private Bounds() {}

    static void require(boolean holds, String name, long value) {
        if (!holds) {
            throw new IllegalArgumentException(name + " " + value);
        }
    }
}
