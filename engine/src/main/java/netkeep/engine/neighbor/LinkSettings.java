package netkeep.engine.neighbor;

import netkeep.wire.EthernetHeader;
import netkeep.wire.MacAddress;
import netkeep.wire.VirtioNetHeader;
import netkeep.wire.VlanTag;

/// What the engine knows of a link. Link 0 is the loopback inside the stack.
///
/// @param number      its place among the engine's links, from 0
/// @param mac         its hardware address, 0 for loopback
/// @param mtu         octets of the largest IP packet, 68..65535
/// @param maxFrame    octets of the largest frame it takes, virtio header included
/// @param checksums   it fills in checksums, and vouches for those it marks as good
/// @param segments    it cuts TCP segments of up to 64 KiB
/// @param udpSegments it cuts UDP datagrams of up to 64 KiB
/// @param vlan        the tag of its frames, 1..4094, or -1 for none
/// @param loopback    what it sends comes back
public record LinkSettings(
        int number,
        long mac,
        int mtu,
        int maxFrame,
        boolean checksums,
        boolean segments,
        boolean udpSegments,
        int vlan,
        boolean loopback) {
    /// The loopback inside the stack.
    public static final LinkSettings LOOPBACK =
            new LinkSettings(0, 0, 65535, 65535 + 10 + 14, true, false, false, -1, true);

    public LinkSettings {
        require(number >= 0 && number < 256, "number", number);
        require(mac >>> 48 == 0 && !MacAddress.isMulticast(mac), "mac", mac);
        // RFC 791: every link takes a packet of 68 octets.
        require(mtu >= 68 && mtu <= 65535, "mtu", mtu);
        require(vlan == -1 || vlan >= 1 && vlan <= 4094, "vlan", vlan);
        int before = VirtioNetHeader.LENGTH + EthernetHeader.LENGTH + (vlan < 0 ? 0 : VlanTag.LENGTH);
        require(maxFrame >= mtu + before, "maxFrame", maxFrame);
        require(loopback == (number == 0), "loopback link", number);
    }

    /// An Ethernet without offloads.
    public static LinkSettings ethernet(int number, long mac, int mtu) {
        return new LinkSettings(number, mac, mtu, mtu + 10 + 18, false, false, false, -1, false);
    }

    /// The same link with all that a virtio header can ask for.
    public LinkSettings withOffloads(int maxFrame) {
        return new LinkSettings(number, mac, mtu, maxFrame, true, true, true, vlan, loopback);
    }

    /// Octets before the IP header: of virtio header, Ethernet header and tag.
    public int headerLength() {
        return VirtioNetHeader.LENGTH + EthernetHeader.LENGTH + (vlan < 0 ? 0 : VlanTag.LENGTH);
    }

    private static void require(boolean holds, String name, long value) {
        if (!holds) {
            throw new IllegalArgumentException(name + " " + value);
        }
    }
}
