package netkeep.wire;

import static netkeep.wire.Bytes.assertEveryCutIsFound;
import static netkeep.wire.Bytes.assertEveryFlippedBitIsFound;
import static netkeep.wire.Bytes.bytes;
import static netkeep.wire.Bytes.drawn;
import static netkeep.wire.Bytes.hex;
import static netkeep.wire.Bytes.zeros;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import netkeep.sim.Rfc;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;

class UdpHeaderTest {
    private static final long SOURCE = Address.parse("198.18.0.1").lo();
    private static final long DESTINATION = Address.parse("198.18.0.2").lo();

    private static long sum(MemorySegment datagram, int length) {
        long pseudo = Checksum.pseudo(0, SOURCE, 0, DESTINATION, IpProtocol.UDP, length);
        return Checksum.add(pseudo, datagram, UdpHeader.LENGTH, length - UdpHeader.LENGTH);
    }

    private static MemorySegment datagram(String payload) {
        MemorySegment datagram = bytes("00 00 00 00 00 00 00 00" + payload);
        int length = (int) datagram.byteSize();
        UdpHeader.write(datagram, 0, 68, 67, length, sum(datagram, length));
        return datagram;
    }

    private static Verdict verdict(MemorySegment datagram) {
        int length = (int) datagram.byteSize();
        Verdict verdict = UdpHeader.check(datagram, 0, length);
        if (verdict != Verdict.OK) {
            return verdict;
        }
        int told = UdpHeader.datagramLength(datagram, 0);
        return UdpHeader.checkSum(datagram, 0, sum(datagram, told));
    }

    @Rfc("768 format")
    @Test
    void headerIsTheseOctets() {
        MemorySegment datagram = datagram("68 69 21");

        assertEquals("00440043000b", hex(datagram.asSlice(0, 6)));
        assertEquals(68, UdpHeader.sourcePort(datagram, 0));
        assertEquals(67, UdpHeader.destinationPort(datagram, 0));
        assertEquals(11, UdpHeader.datagramLength(datagram, 0));
        // c612 + 1 + c612 + 2 + 11 + b, 44 + 43 + b, 6869 + 2100: by hand
        assertEquals(
                ~(0xC612 + 1 + 0xC612 + 2 + 0x11 + 0xB + 0x44 + 0x43 + 0xB + 0x6869 + 0x2100 + 2) & 0xFFFF,
                UdpHeader.checksum(datagram, 0));
    }

    @Rfc("768 checksum")
    @Test
    void everyFlippedBitIsFound() {
        assertEveryFlippedBitIsFound(datagram("68 69"), UdpHeaderTest::verdict);
        assertEveryFlippedBitIsFound(datagram("68 69 21"), UdpHeaderTest::verdict);
    }

    @Rfc("768 length")
    @Test
    void everyCutIsFound() {
        assertEveryCutIsFound(datagram("68 69 21"), UdpHeaderTest::verdict);
    }

    @Rfc("768 length")
    @Test
    void lengthIsThatOfTheHeaderAtLeastAndOfThePayloadAtMost() {
        MemorySegment datagram = datagram("68 69");
        Octets.u16(datagram, 4, 7);
        assertEquals(Verdict.BAD_LENGTH, UdpHeader.check(datagram, 0, 10));
        Octets.u16(datagram, 4, 0);
        assertEquals(Verdict.BAD_LENGTH, UdpHeader.check(datagram, 0, 10));
        Octets.u16(datagram, 4, 11);
        assertEquals(Verdict.BAD_LENGTH, UdpHeader.check(datagram, 0, 10));
        Octets.u16(datagram, 4, 8);
        assertEquals(Verdict.OK, UdpHeader.check(datagram, 0, 10));
    }

    @Rfc("768 no checksum")
    @Test
    void zeroInTheChecksumFieldSaysThatThereIsNone() {
        MemorySegment datagram = datagram("68 69");
        Octets.u16(datagram, 6, 0);

        assertEquals(Verdict.OK, verdict(datagram));
    }

    @Rfc("768 zero checksum")
    @Test
    void checksumThatComesOutAsZeroIsSentAsAllOnes() {
        MemorySegment datagram = datagram("00 00");
        // The payload that makes the sum all ones is the checksum of the datagram without it.
        Octets.u16(datagram, 8, UdpHeader.checksum(datagram, 0));
        UdpHeader.write(datagram, 0, 68, 67, 10, sum(datagram, 10));

        assertEquals(0xFFFF, UdpHeader.checksum(datagram, 0));
        assertEquals(Verdict.OK, verdict(datagram));
    }

    @Test
    void partialHeaderHoldsThePseudoHeadersSum() {
        Seeds.each(500, luck -> {
            int length = 8 + luck.nextInt(60);
            MemorySegment datagram = drawn(luck, length);
            long pseudo = Checksum.pseudo(0, SOURCE, 0, DESTINATION, IpProtocol.UDP, length);
            UdpHeader.writePartial(datagram, 0, 1, 65535, length, pseudo);
            MemorySegment whole = zeros(length).copyFrom(datagram);
            UdpHeader.write(whole, 0, 1, 65535, length, sum(whole, length));

            int completed = Checksum.fold(Checksum.add(0, datagram, 0, length));

            assertEquals(UdpHeader.checksum(whole, 0), completed == 0 ? 0xFFFF : completed);
            assertEquals(65535, UdpHeader.destinationPort(datagram, 0));
        });
    }
}
