package netkeep.wire;

import static netkeep.wire.Octets.u16;
import static netkeep.wire.Octets.u48;

import java.lang.foreign.MemorySegment;

/// The header of an Ethernet II frame (IEEE 802.3 §3.1.1, RFC 894, RFC 2464).
///
/// ```text
///  0      7 8     15 16    23 24    31 32    39 40    47
/// +--------+--------+--------+--------+--------+--------+
/// |                     destination                     |  0
/// +--------+--------+--------+--------+--------+--------+
/// |                       source                        |  6
/// +--------+--------+--------+--------+--------+--------+
/// |   ether type    |                                     12
/// +--------+--------+
/// ```
public final class EthernetHeader {
    /// Octets of an Ethernet header without a tag.
    public static final int LENGTH = 14;

    public static final int IPV4 = 0x0800;
    public static final int ARP = 0x0806;
    /// An 802.1Q tag follows: [VlanTag].
    public static final int VLAN = 0x8100;
    public static final int IPV6 = 0x86DD;
    /// What stands in the place of the type and is smaller is a length, of an 802.3 frame.
    public static final int LEAST_TYPE = 0x0600;

    private static final long DESTINATION = 0;
    private static final long SOURCE = 6;
    private static final long ETHER_TYPE = 12;

    private EthernetHeader() {}

    public static long destination(MemorySegment bytes, long at) {
        return u48(bytes, at + DESTINATION);
    }

    public static long source(MemorySegment bytes, long at) {
        return u48(bytes, at + SOURCE);
    }

    public static int etherType(MemorySegment bytes, long at) {
        return u16(bytes, at + ETHER_TYPE);
    }

    /// Says whether a frame can begin here.
    public static Verdict check(MemorySegment bytes, long at, int length) {
        if (length < LENGTH) {
            return Verdict.TRUNCATED;
        }
        // IEEE 802 §8.2: a source is one station's.
        return MacAddress.isMulticast(source(bytes, at)) ? Verdict.BAD_SOURCE : Verdict.OK;
    }

    public static void write(MemorySegment bytes, long at, long destination, long source, int etherType) {
        u48(bytes, at + DESTINATION, destination);
        u48(bytes, at + SOURCE, source);
        u16(bytes, at + ETHER_TYPE, etherType);
    }
}
