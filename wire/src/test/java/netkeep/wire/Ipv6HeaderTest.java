package netkeep.wire;

import static netkeep.wire.Bytes.assertEveryCutIsFound;
import static netkeep.wire.Bytes.bytes;
import static netkeep.wire.Bytes.drawn;
import static netkeep.wire.Bytes.hex;
import static netkeep.wire.Bytes.zeros;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import netkeep.sim.Rfc;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Ipv6HeaderTest {
    private static MemorySegment header(int payload, String source, String destination) {
        MemorySegment bytes = zeros(40 + payload);
        Address src = Address.parse(source);
        Address dst = Address.parse(destination);
        Ipv6Header.write(bytes, 0, 0, 0, payload, IpProtocol.UDP, 64, src.hi(), src.lo(), dst.hi(), dst.lo());
        return bytes;
    }

    @Rfc("8200 3 format")
    @Test
    void headerIsTheseOctets() {
        MemorySegment bytes = zeros(40);
        Ipv6Header.write(bytes, 0, 0xB9, 0xABCDE, 0x1234, 6, 63, 0xFD00_0198_0018_0000L, 1, 0xFD00_0198_0018_0000L, 2);

        assertEquals(hex(bytes("""
                        6b9a bcde 1234 06 3f
                        fd00 0198 0018 0000 0000 0000 0000 0001
                        fd00 0198 0018 0000 0000 0000 0000 0002
                        """)), hex(bytes));
    }

    @Rfc("8200 3 format")
    @Test
    void everyFieldIsReadBack() {
        Seeds.each(2_000, luck -> {
            int at = luck.nextInt(8);
            MemorySegment bytes = drawn(luck, at + 140);
            int trafficClass = luck.nextInt(256);
            int flowLabel = luck.nextInt(1 << 20);
            int payload = luck.nextInt(101);
            int next = luck.nextInt(256);
            int hops = luck.nextInt(256);
            long[] address = luck.longs(4).toArray();
            Ipv6Header.write(
                    bytes,
                    at,
                    trafficClass,
                    flowLabel,
                    payload,
                    next,
                    hops,
                    address[0],
                    address[1],
                    address[2],
                    address[3]);

            assertEquals(Verdict.OK, Ipv6Header.check(bytes, at, 140));
            assertEquals(6, Ipv6Header.version(bytes, at));
            assertEquals(trafficClass, Ipv6Header.trafficClass(bytes, at));
            assertEquals(trafficClass & 3, Ipv6Header.ecn(bytes, at));
            assertEquals(flowLabel, Ipv6Header.flowLabel(bytes, at));
            assertEquals(payload, Ipv6Header.payloadLength(bytes, at));
            assertEquals(next, Ipv6Header.nextHeader(bytes, at));
            assertEquals(hops, Ipv6Header.hopLimit(bytes, at));
            assertEquals(address[0], Ipv6Header.sourceHi(bytes, at));
            assertEquals(address[1], Ipv6Header.sourceLo(bytes, at));
            assertEquals(address[2], Ipv6Header.destinationHi(bytes, at));
            assertEquals(address[3], Ipv6Header.destinationLo(bytes, at));
        });
    }

    @Test
    void everyCutIsFoundInThePacket() {
        assertEveryCutIsFound(
                header(33, "fd00:198:18::1", "fd00:198:18::2"), cut -> Ipv6Header.check(cut, 0, (int) cut.byteSize()));
    }

    @Rfc("8200 3 format")
    @Test
    void otherVersionsAreDropped() {
        for (int version = 0; version < 16; version++) {
            MemorySegment bytes = header(0, "fd00:198:18::1", "fd00:198:18::2");
            Octets.u8(bytes, 0, version << 4);
            assertEquals(version == 6 ? Verdict.OK : Verdict.BAD_VERSION, Ipv6Header.check(bytes, 0, 40));
        }
    }

    @Rfc({"4291 2.5.2 destination", "4291 2.5.3 off the node", "4291 2.7 source and scopes"})
    @ParameterizedTest
    @CsvSource({
        "fd00::1,          fd00::2,          OK",
        "::,               ff02::1,          OK",
        "::,               ff02::1:ff00:1,   OK",
        "fe80::1,          ff02::16,         OK",
        "fd00::1,          ff0e::1,          OK",
        "ff02::1,          fd00::2,          BAD_SOURCE",
        "::1,              fd00::2,          BAD_SOURCE",
        "::ffff:10.0.0.1,  fd00::2,          BAD_SOURCE",
        "fd00::1,          ::,               BAD_DESTINATION",
        "fd00::1,          ::1,              BAD_DESTINATION",
        "fd00::1,          ::ffff:10.0.0.1,  BAD_DESTINATION",
        "fd00::1,          ff00::1,          BAD_DESTINATION",
        "fd00::1,          ff01::1,          BAD_DESTINATION",
        "fd00::1,          ff11::1,          BAD_DESTINATION",
    })
    void addressesThatNoPacketMayHave(String source, String destination, Verdict verdict) {
        assertEquals(verdict, Ipv6Header.checkAddresses(header(0, source, destination), 0));
    }

    @Rfc("8200 4.5 format")
    @Test
    void fragmentHeaderIsTheseOctets() {
        MemorySegment bytes = drawn(Seeds.luck(1), 8);
        Ipv6Fragment.write(bytes, 0, 17, 1232, true, 0xFEDC_BA98L);

        assertEquals("1100" + "04d1" + "fedcba98", hex(bytes));
        assertEquals(17, Ipv6Fragment.nextHeader(bytes, 0));
        assertEquals(1232, Ipv6Fragment.offset(bytes, 0));
        assertEquals(true, Ipv6Fragment.more(bytes, 0));
        assertEquals(0xFEDC_BA98L, Ipv6Fragment.identification(bytes, 0));

        Ipv6Fragment.write(bytes, 0, 17, 65528, false, 1);
        assertEquals("1100" + "fff8" + "00000001", hex(bytes));
        assertEquals(65528, Ipv6Fragment.offset(bytes, 0));
        assertEquals(false, Ipv6Fragment.more(bytes, 0));
        // The two reserved bits beside M are ignored.
        assertEquals(8, Ipv6Fragment.offset(bytes("1100 000e 00000001"), 0));
        assertEquals(false, Ipv6Fragment.more(bytes("1100 000e 00000001"), 0));
    }
}
