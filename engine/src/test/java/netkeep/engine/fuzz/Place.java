package netkeep.engine.fuzz;

import netkeep.wire.Address;

/// Who lives where: two links, the second with offloads, and the addresses of the engine and of its peers on them.
final class Place {
    static final int LINKS = 2;
    /// Peers of each family on each link have the numbers from here on.
    static final int FIRST_PEER = 16;

    private Place() {}

    static Address local(int link, boolean v4) {
        return host(link, v4, 1);
    }

    static Address remote(int link, boolean v4, int number) {
        return host(link, v4, FIRST_PEER + number);
    }

    static Address host(int link, boolean v4, int number) {
        return v4
                ? Address.v4(0xC6_12_00_00 + (link - 1 << 16) | number)
                : Address.of(0xFD00_0198_0018_0000L + link, number);
    }
}
