package netkeep.wire;

/// MAC addresses: 48 bits in the low end of a long, the first octet highest.
public final class MacAddress {
    public static final long BROADCAST = 0xFFFF_FFFF_FFFFL;

    private static final long GROUP = 1L << 40;
    private static final long LOCAL = 1L << 41;

    private MacAddress() {}

    /// Whether it names a group of stations; the broadcast address does.
    public static boolean isMulticast(long mac) {
        return (mac & GROUP) != 0;
    }

    /// Whether whoever uses it made it up, rather than a vendor.
    public static boolean isLocal(long mac) {
        return (mac & LOCAL) != 0;
    }

    /// The link address of a multicast group: RFC 1112 §6.4 for IPv4, RFC 2464 §7 for IPv6.
    public static long ofMulticast(long hi, long lo) {
        return Address.isV4(hi, lo) ? 0x0100_5E00_0000L | lo & 0x7F_FFFF : 0x3333_0000_0000L | lo & 0xFFFF_FFFFL;
    }

    /// The interface identifier of RFC 2464 §4: the low half of an address that a host makes from its MAC address.
    public static long interfaceId(long mac) {
        return (mac & 0xFFFF_FF00_0000L) << 16 ^ 0x0200_0000_0000_0000L | 0xFF_FE00_0000L | mac & 0xFF_FFFFL;
    }

    /// Reads six pairs of hexadecimal digits with colons or hyphens between them.
    ///
    /// @throws IllegalArgumentException if the text is anything else
    public static long parse(String text) {
        if (text.length() != 17) {
            throw new IllegalArgumentException("MAC address " + text);
        }
        char between = text.charAt(2);
        long mac = 0;
        for (int i = 0; i < 17; i++) {
            char c = text.charAt(i);
            if (i % 3 == 2) {
                if (c != between || c != ':' && c != '-') {
                    throw new IllegalArgumentException("MAC address " + text);
                }
                continue;
            }
            int digit = c < 128 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw new IllegalArgumentException("MAC address " + text);
            }
            mac = mac << 4 | digit;
        }
        return mac;
    }

    /// Six pairs of lower-case hexadecimal digits with colons between them.
    public static String print(long mac) {
        StringBuilder text = new StringBuilder(17);
        for (int shift = 40; shift >= 0; shift -= 8) {
            text.append(Character.forDigit((int) (mac >>> shift + 4) & 0xF, 16));
            text.append(Character.forDigit((int) (mac >>> shift) & 0xF, 16));
            if (shift != 0) {
                text.append(':');
            }
        }
        return text.toString();
    }
}
