package netkeep.wire;

/// The addresses that begin with the same bits: a network, a route's destination.
///
/// @param hi     high half of the first address
/// @param lo     low half of the first address; the bits beyond `length` are zero
/// @param length how many bits are fixed, 0..128 of the address as it is held: 96 more than what is written for IPv4
public record Prefix(long hi, long lo, int length) {
    /// 0.0.0.0/0.
    public static final Prefix ALL_V4 = new Prefix(0, Address.V4, 96);
    /// ::/0, which holds the mapped addresses, too: ask it about IPv6 only.
    public static final Prefix ALL_V6 = new Prefix(0, 0, 0);

    public Prefix {
        if (length < 0 || length > 128) {
            throw new IllegalArgumentException("prefix length " + length);
        }
        if ((hi & ~maskHi(length)) != 0 || (lo & ~maskLo(length)) != 0) {
            throw new IllegalArgumentException("prefix " + Address.print(hi, lo) + " with bits beyond " + length);
        }
    }

    /// The prefix of that many bits round an address.
    ///
    /// @param length as it is written: 0..32 for IPv4, 0..128 for IPv6
    public static Prefix of(Address address, int length) {
        return around(address.hi(), address.lo(), length);
    }

    /// As [#of(Address, int)].
    public static Prefix around(long hi, long lo, int length) {
        boolean v4 = Address.isV4(hi, lo);
        if (length < 0 || length > (v4 ? 32 : 128)) {
            throw new IllegalArgumentException("prefix length " + length + " of " + Address.print(hi, lo));
        }
        int held = v4 ? length + 96 : length;
        return new Prefix(hi & maskHi(held), lo & maskLo(held), held);
    }

    /// Reads an address, a slash and a decimal length; the bits beyond it are dropped.
    ///
    /// @throws IllegalArgumentException if the text is anything else
    public static Prefix parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || slash == text.length() - 1 || text.length() - slash > 4) {
            throw new IllegalArgumentException("prefix " + text);
        }
        int length = 0;
        for (int i = slash + 1; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9 || i > slash + 1 && length == 0) {
                throw new IllegalArgumentException("prefix " + text);
            }
            length = length * 10 + digit;
        }
        return of(Address.parse(text.substring(0, slash)), length);
    }

    /// High half of the mask of that many bits, 0..128.
    public static long maskHi(int length) {
        return length == 0 ? 0 : length >= 64 ? -1L : -1L << 64 - length;
    }

    /// Low half of the mask of that many bits, 0..128.
    public static long maskLo(int length) {
        return length <= 64 ? 0 : -1L << 128 - length;
    }

    public boolean contains(long otherHi, long otherLo) {
        return ((otherHi ^ hi) & maskHi(length)) == 0 && ((otherLo ^ lo) & maskLo(length)) == 0;
    }

    public boolean contains(Address address) {
        return contains(address.hi(), address.lo());
    }

    public boolean isV4() {
        return length >= 96 && Address.isV4(hi, lo);
    }

    /// Whether it is the last address of a subnet of IPv4 that has one for all (RFC 919; not /31, RFC 3021, nor /32).
    public boolean isBroadcast(long otherHi, long otherLo) {
        return isV4() && length <= 126 && otherHi == 0 && otherLo == broadcastLo();
    }

    /// Low half of the subnet's last address.
    public long broadcastLo() {
        return lo | ~maskLo(length);
    }

    public Address address() {
        return new Address(hi, lo);
    }

    /// The length as it is written: 0..32 for IPv4, 0..128 for IPv6.
    public int writtenLength() {
        return isV4() ? length - 96 : length;
    }

    @Override
    public String toString() {
        return Address.print(hi, lo) + "/" + writtenLength();
    }
}
