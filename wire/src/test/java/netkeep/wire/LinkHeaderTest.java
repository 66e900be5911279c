package netkeep.wire;

import static netkeep.wire.Bytes.assertEveryCutIsFound;
import static netkeep.wire.Bytes.bytes;
import static netkeep.wire.Bytes.drawn;
import static netkeep.wire.Bytes.hex;
import static netkeep.wire.Bytes.zeros;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import netkeep.sim.Rfc;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;

/// What stands before a packet: virtio, Ethernet, 802.1Q; and ARP.
class LinkHeaderTest {
    private static final long ME = 0x0200_0000_0001L;
    private static final long YOU = 0x0200_0000_0002L;

    /// Octets as a kernel wrote them: a TCPv4 super-frame without options.
    @Test
    void virtioFieldsAreLittleEndian() {
        MemorySegment written = zeros(10);
        VirtioNetHeader.write(
                written,
                0,
                VirtioNetHeader.NEEDS_CSUM,
                VirtioNetHeader.GSO_TCPV4,
                54,
                1460,
                34,
                TcpHeader.CHECKSUM_OFFSET);

        assertEquals("0101" + "3600" + "b405" + "2200" + "1000", hex(written));
        assertEquals(VirtioNetHeader.NEEDS_CSUM, VirtioNetHeader.flags(written, 0));
        assertEquals(VirtioNetHeader.GSO_TCPV4, VirtioNetHeader.gsoType(written, 0));
        assertEquals(54, VirtioNetHeader.headerLength(written, 0));
        assertEquals(1460, VirtioNetHeader.gsoSize(written, 0));
        assertEquals(34, VirtioNetHeader.csumStart(written, 0));
        assertEquals(16, VirtioNetHeader.csumOffset(written, 0));
    }

    @Test
    void virtioHeaderIsCleared() {
        MemorySegment bytes = drawn(Seeds.luck(1), 12);
        Octets.u16(bytes, 10, 0x1234);
        VirtioNetHeader.clear(bytes, 0);

        assertEquals("00000000000000000000" + "1234", hex(bytes));
        assertEquals(Verdict.OK, VirtioNetHeader.check(bytes, 0, 10));
    }

    private static Verdict virtio(int flags, int gsoType, int gsoSize, int start, int offset, int length) {
        MemorySegment bytes = zeros(10);
        VirtioNetHeader.write(bytes, 0, flags, gsoType, 0, gsoSize, start, offset);
        return VirtioNetHeader.check(bytes, 0, length);
    }

    @Test
    void checksumFieldLiesInTheFrame() {
        assertEquals(Verdict.OK, virtio(1, 0, 0, 34, 16, 10 + 52));
        assertEquals(Verdict.BAD_OFFLOAD, virtio(1, 0, 0, 34, 16, 10 + 51));
        assertEquals(Verdict.BAD_OFFLOAD, virtio(1, 0, 0, 0xFFFF, 0xFFFF, 10 + 0xFFFF));
        assertEquals(Verdict.OK, virtio(VirtioNetHeader.DATA_VALID, 0, 0, 0xFFFF, 0xFFFF, 10 + 60));
        assertEquals(Verdict.TRUNCATED, virtio(0, 0, 0, 0, 0, 9));
    }

    @Test
    void segmentsHaveASizeAndAKindThatExists() {
        for (int type : new int[] {1, 4, 5, 0x81, 0x84}) {
            assertEquals(Verdict.OK, virtio(0, type, 1, 0, 0, 100));
            assertEquals(Verdict.BAD_OFFLOAD, virtio(0, type, 0, 0, 0, 100));
        }
        for (int type : new int[] {2, 3, 6, 0x7F, 0x80, 0x85, 0xFF}) {
            assertEquals(Verdict.BAD_OFFLOAD, virtio(0, type, 1, 0, 0, 100));
        }
    }

    @Rfc({"894 1 format", "2464 3 format"})
    @Test
    void ethernetHeaderIsTheseOctets() {
        MemorySegment bytes = zeros(14);
        EthernetHeader.write(bytes, 0, YOU, ME, EthernetHeader.IPV6);

        assertEquals("020000000002" + "020000000001" + "86dd", hex(bytes));
        assertEquals(YOU, EthernetHeader.destination(bytes, 0));
        assertEquals(ME, EthernetHeader.source(bytes, 0));
        assertEquals(EthernetHeader.IPV6, EthernetHeader.etherType(bytes, 0));
        assertEveryCutIsFound(bytes, cut -> EthernetHeader.check(cut, 0, (int) cut.byteSize()));
    }

    @Test
    void groupSendsNoFrame() {
        MemorySegment bytes = zeros(14);
        EthernetHeader.write(bytes, 0, YOU, MacAddress.BROADCAST, EthernetHeader.IPV4);

        assertEquals(Verdict.BAD_SOURCE, EthernetHeader.check(bytes, 0, 14));
    }

    @Test
    void tagIsTheseOctets() {
        MemorySegment bytes = zeros(4);
        VlanTag.write(bytes, 0, 5, 0xABC, EthernetHeader.IPV4);

        assertEquals("aabc0800", hex(bytes));
        assertEquals(5, VlanTag.priority(bytes, 0));
        assertFalse(VlanTag.dropEligible(bytes, 0));
        assertEquals(0xABC, VlanTag.vlan(bytes, 0));
        assertEquals(EthernetHeader.IPV4, VlanTag.etherType(bytes, 0));
        assertTrue(VlanTag.dropEligible(bytes("1000 0800"), 0));
        assertEquals(Verdict.BAD_FIELD, VlanTag.check(bytes("0fff 0800"), 0, 4));
        assertEveryCutIsFound(bytes, cut -> VlanTag.check(cut, 0, (int) cut.byteSize()));
    }

    private static final String ARP = "0001 0800 06 04 0001  020000000001 c6120001  000000000000 c6120002";

    @Rfc("826 packet format")
    @Test
    void arpRequestIsTheseOctets() {
        MemorySegment bytes = zeros(28);
        ArpPacket.write(
                bytes,
                0,
                ArpPacket.REQUEST,
                ME,
                Address.parse("198.18.0.1").lo(),
                0,
                Address.parse("198.18.0.2").lo());

        assertEquals(hex(bytes(ARP)), hex(bytes));
        assertEquals(ArpPacket.REQUEST, ArpPacket.operation(bytes, 0));
        assertEquals(ME, ArpPacket.senderMac(bytes, 0));
        assertEquals("198.18.0.1", Address.print(0, ArpPacket.sender(bytes, 0)));
        assertEquals(0, ArpPacket.targetMac(bytes, 0));
        assertEquals("198.18.0.2", Address.print(0, ArpPacket.target(bytes, 0)));
        assertEveryCutIsFound(bytes, cut -> ArpPacket.check(cut, 0, (int) cut.byteSize()));
    }

    private static Verdict arpWith(int at, int octet) {
        MemorySegment bytes = bytes(ARP);
        Octets.u8(bytes, at, octet);
        return ArpPacket.check(bytes, 0, 28);
    }

    @Rfc("826 packet reception")
    @Test
    void arpForOtherKindsOfAddressesIsNotOurs() {
        assertEquals(Verdict.UNKNOWN_PROTOCOL, arpWith(1, 6));
        assertEquals(Verdict.UNKNOWN_PROTOCOL, arpWith(2, 0x86));
        assertEquals(Verdict.BAD_LENGTH, arpWith(4, 8));
        assertEquals(Verdict.BAD_LENGTH, arpWith(5, 16));
        assertEquals(Verdict.BAD_TYPE, arpWith(7, 3));
        assertEquals(Verdict.BAD_TYPE, arpWith(7, 0));
        assertEquals(Verdict.OK, arpWith(7, 2));
        assertEquals(Verdict.BAD_SOURCE, arpWith(8, 0xFF));
    }

    @Rfc("5227 1.1 probes and announcements")
    @Test
    void probesAndAnnouncementsAreToldByTheirAddresses() {
        MemorySegment bytes = zeros(28);
        long address = Address.parse("198.18.0.1").lo();
        ArpPacket.write(bytes, 0, ArpPacket.REQUEST, ME, 0, 0, address);
        assertTrue(ArpPacket.isProbe(bytes, 0));
        assertFalse(ArpPacket.isAnnouncement(bytes, 0));

        ArpPacket.write(bytes, 0, ArpPacket.REQUEST, ME, address, 0, address);
        assertFalse(ArpPacket.isProbe(bytes, 0));
        assertTrue(ArpPacket.isAnnouncement(bytes, 0));

        ArpPacket.write(bytes, 0, ArpPacket.REPLY, ME, 0, YOU, address);
        assertFalse(ArpPacket.isProbe(bytes, 0));
        ArpPacket.write(bytes, 0, ArpPacket.REQUEST, ME, 0, 0, 0);
        assertFalse(ArpPacket.isAnnouncement(bytes, 0));
    }
}
