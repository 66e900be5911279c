package netkeep.link;

import java.nio.ByteBuffer;

/// An address for the kernel's side of a link.
///
/// @param hi     the first 64 bits, network order; 0 for IPv4
/// @param lo     the last 64 bits; for IPv4 the IPv4-mapped form, `0x0000_ffff_aabb_ccdd`
/// @param prefix bits that are the network's: 0..32 of IPv4, 0..128 of IPv6
public record KernelAddress(long hi, long lo, int prefix) {
    public KernelAddress {
        int most = ipv4(hi, lo) ? 32 : 128;
        if (prefix < 0 || prefix > most) {
            throw new IllegalArgumentException("prefix " + prefix + ": 0.." + most);
        }
    }

    /// The address as 4 or 16 octets.
    public byte[] octets() {
        return ipv4(hi, lo)
                ? ByteBuffer.allocate(4).putInt((int) lo).array()
                : ByteBuffer.allocate(16).putLong(hi).putLong(lo).array();
    }

    private static boolean ipv4(long hi, long lo) {
        return hi == 0 && lo >>> 32 == 0xFFFF;
    }
}
