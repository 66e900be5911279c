package netkeep.link;

/// How an AF_PACKET link uses an interface that exists.
///
/// @param name            of the interface; the kernel's own stack keeps away from it, so give it no address
/// @param checksum        whether we leave checksums to the interface
/// @param segmentation    whether we leave cutting TCP segments to it (TSO); needs `checksum`
/// @param udpSegmentation whether we leave cutting UDP datagrams to it (USO); needs `checksum`
/// @param ringSlots       frames that wait for us in a ring of shared memory, 68 KiB each, rounded up; 0 to read them
///                        from the socket, whose buffer only root can make large
/// @param mac             our hardware address, or 0 for the interface's own; another one makes it promiscuous
public record PacketSettings(
        String name, boolean checksum, boolean segmentation, boolean udpSegmentation, int ringSlots, long mac) {
    // A frame of 64 octets costs us 110 ns from the ring and 900 by a read, one of 64 KiB the same: measured.
    private static final int RING_SLOTS = 240;

    public PacketSettings {
        require(!name.isEmpty() && name.length() <= 15, "name " + name + ": 1..15 octets");
        require(checksum || !segmentation && !udpSegmentation, "segmentation needs checksum offload");
        require(ringSlots >= 0 && ringSlots <= 1 << 14, "ringSlots " + ringSlots + ": 0..16384");
        require(mac >>> 48 == 0 && (mac >>> 40 & 1) == 0, "mac " + Long.toHexString(mac) + ": a unicast address");
    }

    /// All offloads, a ring, the interface's own hardware address.
    public static PacketSettings of(String name) {
        return new PacketSettings(name, true, true, true, RING_SLOTS, 0);
    }

    public PacketSettings withOffloads(boolean sums, boolean tso, boolean uso) {
        return new PacketSettings(name, sums, tso, uso, ringSlots, mac);
    }

    public PacketSettings withRing(int slots) {
        return new PacketSettings(name, checksum, segmentation, udpSegmentation, slots, mac);
    }

    public PacketSettings withMac(long address) {
        return new PacketSettings(name, checksum, segmentation, udpSegmentation, ringSlots, address);
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(what);
        }
    }
}
