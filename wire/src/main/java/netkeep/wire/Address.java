package netkeep.wire;

/// An address of either family, RFC 4291.
///
/// One of IPv4 is held in its mapped form (RFC 4291 §2.5.5.2), and a mapped address *is* that of IPv4: none travels in
/// an IPv6 header. The predicates stand twice: on a value for slow paths, and on two longs for the rest.
///
/// @param hi the first 64 bits in network order, 0 for IPv4
/// @param lo the last 64 bits; for IPv4 0x0000_ffff and the address
public record Address(long hi, long lo) implements Comparable<Address> {
    /// What the low half of a mapped address begins with.
    public static final long V4 = 0xFFFF_0000_0000L;

    /// The address `::`.
    public static final Address UNSPECIFIED = new Address(0, 0);
    /// The address 0.0.0.0.
    public static final Address UNSPECIFIED_V4 = new Address(0, V4);
    /// The address 255.255.255.255.
    public static final Address BROADCAST = new Address(0, V4 | 0xFFFF_FFFFL);

    /// High halves: of fe80::/64 ...
    public static final long LINK_LOCAL_HI = 0xFE80_0000_0000_0000L;
    /// ... and of the groups of a link, ff02::.
    public static final long LINK_GROUP_HI = 0xFF02_0000_0000_0000L;
    /// Low half of all nodes of a link, ff02::1.
    public static final long ALL_NODES_LO = 1;
    /// Low half of all routers of a link, ff02::2.
    public static final long ALL_ROUTERS_LO = 2;
    /// Low half of all routers that know MLDv2, ff02::16 (RFC 3810 §5.2.14).
    public static final long MLD_ROUTERS_LO = 0x16;
    /// Low half of 224.0.0.1.
    public static final long ALL_HOSTS_V4 = V4 | 0xE000_0001L;
    /// Low half of 224.0.0.2.
    public static final long ALL_ROUTERS_V4 = V4 | 0xE000_0002L;
    /// Low half of 224.0.0.22, all routers that know IGMPv3 (RFC 3376 §4.2.14).
    public static final long IGMP_ROUTERS_V4 = V4 | 0xE000_0016L;

    /// Scopes of RFC 4291 §2.7 and, for unicast, of RFC 6724 §3.1.
    public static final int INTERFACE_LOCAL = 1;

    public static final int LINK_LOCAL = 2;
    public static final int SITE_LOCAL = 5;
    public static final int GLOBAL = 14;

    public static Address of(long hi, long lo) {
        return new Address(hi, lo);
    }

    /// An address of IPv4 from its 32 bits.
    public static Address v4(int bits) {
        return new Address(0, V4 | Integer.toUnsignedLong(bits));
    }

    /// @param octets 4 or 16 of them, as `InetAddress` gives them
    public static Address of(byte[] octets) {
        if (octets.length != 4 && octets.length != 16) {
            throw new IllegalArgumentException("address of " + octets.length + " octets");
        }
        long hi = 0;
        long lo = octets.length == 4 ? V4 >>> 32 : 0;
        for (byte octet : octets) {
            hi = octets.length == 4 ? 0 : hi << 8 | lo >>> 56;
            lo = lo << 8 | octet & 0xFF;
        }
        return new Address(hi, lo);
    }

    /// Reads an address as RFC 4291 §2.2 writes it, or four decimal numbers. No zone, no prefix, no blanks.
    ///
    /// @throws IllegalArgumentException if the text is anything else
    public static Address parse(String text) {
        return AddressText.parse(text);
    }

    public static boolean isV4(long hi, long lo) {
        return hi == 0 && lo >>> 32 == 0xFFFF;
    }

    /// Whether it is `::` or 0.0.0.0.
    public static boolean isUnspecified(long hi, long lo) {
        return hi == 0 && (lo == 0 || lo == V4);
    }

    /// Whether it is `::1` or of 127.0.0.0/8.
    public static boolean isLoopback(long hi, long lo) {
        return hi == 0 && (lo == 1 || lo >>> 24 == 0xFFFF7FL);
    }

    /// Whether it is of ff00::/8 or 224.0.0.0/4.
    public static boolean isMulticast(long hi, long lo) {
        return hi >>> 56 == 0xFF || hi == 0 && lo >>> 28 == 0xFFFFEL;
    }

    /// Whether it is of fe80::/10 or 169.254.0.0/16 (RFC 3927).
    public static boolean isLinkLocal(long hi, long lo) {
        return hi >>> 54 == 0x3FA || hi == 0 && lo >>> 16 == 0xFFFF_A9FEL;
    }

    /// Whether it is of fc00::/7 (RFC 4193).
    public static boolean isUniqueLocal(long hi, long lo) {
        return hi >>> 57 == 0x7E;
    }

    /// Whether it is 255.255.255.255. Broadcast addresses of a subnet are known to its prefix: [Prefix#isBroadcast].
    public static boolean isBroadcast(long hi, long lo) {
        return hi == 0 && lo == (V4 | 0xFFFF_FFFFL);
    }

    /// How far it reaches: 2 for a link, 14 for everywhere (RFC 4291 §2.7, RFC 6724 §3.1 and §3.2).
    public static int scope(long hi, long lo) {
        if (hi >>> 56 == 0xFF) {
            return (int) (hi >>> 48) & 0xF;
        }
        if (isLinkLocal(hi, lo) || isLoopback(hi, lo)) {
            return LINK_LOCAL;
        }
        // RFC 5771 §4: 224.0.0.0/24 stays on its link.
        if (hi == 0 && lo >>> 8 == 0xFFFF_E000_00L) {
            return LINK_LOCAL;
        }
        return hi >>> 54 == 0x3FB ? SITE_LOCAL : GLOBAL;
    }

    /// Whether one interface can have it: neither unspecified, nor a group, nor a broadcast.
    public static boolean isUnicast(long hi, long lo) {
        return !isMulticast(hi, lo) && !isUnspecified(hi, lo) && !isBroadcast(hi, lo);
    }

    /// Low half of the group in which an address is asked for; its high half is [#LINK_GROUP_HI] (RFC 4291 §2.7.1).
    public static long solicitedNodeLo(long lo) {
        return 0x1_FF00_0000L | lo & 0xFF_FFFF;
    }

    /// Whether it is of ff02::1:ff00:0/104.
    public static boolean isSolicitedNode(long hi, long lo) {
        return hi == LINK_GROUP_HI && lo >>> 24 == 0x1FF;
    }

    public static String print(long hi, long lo) {
        return AddressText.print(hi, lo);
    }

    public boolean isV4() {
        return isV4(hi, lo);
    }

    public boolean isUnspecified() {
        return isUnspecified(hi, lo);
    }

    public boolean isLoopback() {
        return isLoopback(hi, lo);
    }

    public boolean isMulticast() {
        return isMulticast(hi, lo);
    }

    public boolean isLinkLocal() {
        return isLinkLocal(hi, lo);
    }

    public int scope() {
        return scope(hi, lo);
    }

    /// 4 octets for IPv4, else 16, in network order.
    public byte[] octets() {
        byte[] octets = new byte[isV4() ? 4 : 16];
        long rest = lo;
        for (int i = octets.length - 1; i >= 0; i--) {
            octets[i] = (byte) rest;
            rest = i == 8 ? hi : rest >>> 8;
        }
        return octets;
    }

    /// In order of the numbers, unsigned.
    @Override
    public int compareTo(Address other) {
        int order = Long.compareUnsigned(hi, other.hi);
        return order != 0 ? order : Long.compareUnsigned(lo, other.lo);
    }

    /// As RFC 5952 has it; four decimal numbers for IPv4.
    @Override
    public String toString() {
        return AddressText.print(hi, lo);
    }
}
