package netkeep.engine.ip;

import netkeep.wire.Address;
import netkeep.wire.Prefix;

/// Chooses the source of packets whose sender named none: RFC 6724 §5 for IPv6, and the same rules for IPv4 as far as
/// they go (RFC 1122 §3.3.4.3). Rule 4 to 5.5 speak of mobile hosts and of other links' addresses: a link's packets
/// have one of its own here.
final class Sources {
    private final Addresses addresses;

    Sources(Addresses addresses) {
        this.addresses = addresses;
    }

    /// The record of the address to use on a link for a destination, -1 for none.
    int choose(int link, long hi, long lo, long nowNs) {
        return choose(link, hi, lo, false, nowNs);
    }

    /// As [#choose(int, long, long, long)].
    ///
    /// @param tested only one that is past its test
    int choose(int link, long hi, long lo, boolean tested, long nowNs) {
        boolean v4 = Address.isV4(hi, lo);
        int best = -1;
        for (int i = addresses.after(0); i >= 0; i = addresses.after(i + 1)) {
            if (addresses.link(i) == link
                    && addresses.v4(i) == v4
                    && (tested
                            ? addresses.state(i) == AddressState.ASSIGNED
                            : addresses.state(i).usable())
                    && (best < 0 || better(i, best, hi, lo, nowNs))) {
                best = i;
            }
        }
        return best;
    }

    private boolean better(int address, int other, long hi, long lo, long nowNs) {
        // Rule 2: the appropriate scope.
        int scope = Address.scope(addresses.hi(address), addresses.lo(address));
        int otherScope = Address.scope(addresses.hi(other), addresses.lo(other));
        if (scope != otherScope) {
            int wanted = Address.scope(hi, lo);
            return scope < otherScope ? scope >= wanted : otherScope < wanted;
        }
        // Rule 3: not a deprecated one. RFC 4429 §3.1 lets an optimistic one count as such.
        boolean deprecated = deprecated(address, nowNs);
        if (deprecated != deprecated(other, nowNs)) {
            return !deprecated;
        }
        // Rule 6: the label of the destination.
        int label = label(hi, lo);
        boolean same = label(addresses.hi(address), addresses.lo(address)) == label;
        if (same != (label(addresses.hi(other), addresses.lo(other)) == label)) {
            return same;
        }
        // Rule 8: the longest prefix in common, within what is the subnet's.
        return common(address, hi, lo) > common(other, hi, lo);
    }

    private boolean deprecated(int address, long nowNs) {
        return nowNs >= addresses.preferredNs(address) || addresses.state(address) == AddressState.OPTIMISTIC;
    }

    private int common(int address, long hi, long lo) {
        long high = addresses.hi(address) ^ hi;
        int common = high != 0
                ? Long.numberOfLeadingZeros(high)
                : 64 + Long.numberOfLeadingZeros(addresses.lo(address) ^ lo);
        return Math.min(common, addresses.prefix(address));
    }

    /// The label of RFC 6724 §2.1, the default table.
    static int label(long hi, long lo) {
        if (Address.isV4(hi, lo)) {
            return 4;
        }
        if (hi == 0 && lo == 1) {
            return 0;
        }
        if (hi == 0 && lo >>> 32 == 0) {
            return 3;
        }
        if (hi >>> 48 == 0x2002) {
            return 2;
        }
        if (hi >>> 32 == 0x2001_0000L) {
            return 5;
        }
        if (Address.isUniqueLocal(hi, lo)) {
            return 13;
        }
        if ((hi & Prefix.maskHi(10)) == 0xFEC0_0000_0000_0000L) {
            return 11;
        }
        return hi >>> 48 == 0x3FFE ? 12 : 1;
    }
}
