package netkeep.wire;

import static netkeep.wire.Octets.u16;

import java.lang.foreign.MemorySegment;

/// The tag of a virtual LAN, IEEE 802.1Q §9.6: what follows the ether type [EthernetHeader#VLAN].
///
/// ```text
///  0   2 3 4                        15 16                         31
/// +-----+-+---------------------------+-----------------------------+
/// | pri |d|          VLAN id          |         ether type          |  0
/// +-----+-+---------------------------+-----------------------------+
/// ```
public final class VlanTag {
    /// Octets of a tag, behind the ether type that announces it.
    public static final int LENGTH = 4;

    private static final long CONTROL = 0;
    private static final long ETHER_TYPE = 2;

    private VlanTag() {}

    /// 0..7.
    public static int priority(MemorySegment bytes, long at) {
        return u16(bytes, at + CONTROL) >>> 13;
    }

    public static boolean dropEligible(MemorySegment bytes, long at) {
        return (u16(bytes, at + CONTROL) & 0x1000) != 0;
    }

    /// 0..4095; 0 is a priority without a VLAN.
    public static int vlan(MemorySegment bytes, long at) {
        return u16(bytes, at + CONTROL) & 0xFFF;
    }

    /// The type of what follows the tag.
    public static int etherType(MemorySegment bytes, long at) {
        return u16(bytes, at + ETHER_TYPE);
    }

    /// Says whether a tag can stand here.
    ///
    /// @param length octets of the frame from the tag on
    public static Verdict check(MemorySegment bytes, long at, int length) {
        if (length < LENGTH) {
            return Verdict.TRUNCATED;
        }
        // 802.1Q table 9-2: FFF is reserved.
        return vlan(bytes, at) == 0xFFF ? Verdict.BAD_FIELD : Verdict.OK;
    }

    public static void write(MemorySegment bytes, long at, int priority, int vlan, int etherType) {
        u16(bytes, at + CONTROL, priority << 13 | vlan & 0xFFF);
        u16(bytes, at + ETHER_TYPE, etherType);
    }
}
