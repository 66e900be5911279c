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

class TcpHeaderTest {
    private static final long SOURCE = Address.parse("198.18.0.1").lo();
    private static final long DESTINATION = Address.parse("198.18.0.2").lo();

    private static long sum(MemorySegment segment) {
        int header = TcpHeader.headerLength(segment, 0);
        long pseudo = Checksum.pseudo(0, SOURCE, 0, DESTINATION, IpProtocol.TCP, segment.byteSize());
        return Checksum.add(pseudo, segment, header, segment.byteSize() - header);
    }

    private static MemorySegment segment(int headerLength, String text) {
        MemorySegment segment = bytes("00".repeat(headerLength) + text);
        TcpHeader.write(segment, 0, 80, 0xC350, 0xFFFF_FFFE, 0x8000_0001, headerLength, TcpHeader.ACK, 0xFFFF, 0);
        TcpHeader.seal(segment, 0, sum(segment));
        return segment;
    }

    private static Verdict verdict(MemorySegment segment) {
        Verdict verdict = TcpHeader.check(segment, 0, (int) segment.byteSize());
        return verdict == Verdict.OK ? TcpHeader.checkSum(segment, 0, sum(segment)) : verdict;
    }

    @Rfc("9293 3.1 format")
    @Test
    void headerIsTheseOctets() {
        MemorySegment segment = zeros(20);
        TcpHeader.write(
                segment,
                0,
                80,
                0xC350,
                0xFFFF_FFFE,
                0x8000_0001,
                20,
                TcpHeader.SYN | TcpHeader.ACK | TcpHeader.AE,
                0xFEDC,
                7);

        assertEquals(hex(bytes("0050 c350 fffffffe 80000001 51 12 fedc 0000 0007")), hex(segment));
    }

    @Rfc("9293 3.1 format")
    @Test
    void everyFieldIsReadBack() {
        Seeds.each(2_000, luck -> {
            int at = luck.nextInt(8);
            int headerLength = 20 + 4 * luck.nextInt(11);
            MemorySegment bytes = drawn(luck, at + headerLength);
            int source = luck.nextInt(65536);
            int destination = luck.nextInt(65536);
            int seq = luck.nextInt();
            int ack = luck.nextInt();
            int flags = luck.nextInt(512);
            int window = luck.nextInt(65536);
            int urgent = luck.nextInt(65536);
            TcpHeader.write(bytes, at, source, destination, seq, ack, headerLength, flags, window, urgent);

            assertEquals(Verdict.OK, TcpHeader.check(bytes, at, headerLength));
            assertEquals(source, TcpHeader.sourcePort(bytes, at));
            assertEquals(destination, TcpHeader.destinationPort(bytes, at));
            assertEquals(seq, TcpHeader.seq(bytes, at));
            assertEquals(ack, TcpHeader.ack(bytes, at));
            assertEquals(headerLength, TcpHeader.headerLength(bytes, at));
            assertEquals(flags, TcpHeader.flags(bytes, at));
            assertEquals(window, TcpHeader.window(bytes, at));
            assertEquals(urgent, TcpHeader.urgentPointer(bytes, at));
            assertEquals(0, TcpHeader.checksum(bytes, at));
        });
    }

    @Rfc("9293 3.1 reserved")
    @Test
    void reservedBitsAreSentAsZeroAndIgnored() {
        MemorySegment segment = segment(20, "");
        assertEquals(0, Octets.u8(segment, 12) & 0xE);
        Octets.u8(segment, 12, 0x5E);
        TcpHeader.seal(segment, 0, sum(segment));

        assertEquals(Verdict.OK, verdict(segment));
        assertEquals(TcpHeader.ACK, TcpHeader.flags(segment, 0));
    }

    @Rfc({"9293 MUST-2", "9293 MUST-3"})
    @Test
    void everyFlippedBitIsFound() {
        assertEveryFlippedBitIsFound(segment(20, ""), TcpHeaderTest::verdict);
        assertEveryFlippedBitIsFound(segment(32, "68 69 21"), TcpHeaderTest::verdict);
    }

    @Test
    void everyCutIsFound() {
        assertEveryCutIsFound(segment(60, "68 69"), TcpHeaderTest::verdict);
    }

    @Test
    void headerIsOfItsLeastLengthAtLeastAndNoLongerThanTheSegment() {
        for (int words = 0; words < 16; words++) {
            MemorySegment segment = segment(20, "00".repeat(20));
            Octets.u8(segment, 12, words << 4);
            assertEquals(words >= 5 && words <= 10 ? Verdict.OK : Verdict.BAD_LENGTH, TcpHeader.check(segment, 0, 40));
        }
    }

    @Test
    void partialHeaderHoldsThePseudoHeadersSum() {
        MemorySegment whole = segment(20, "68 69 21");
        MemorySegment partial = zeros(23).copyFrom(whole);
        TcpHeader.partial(partial, 0, Checksum.pseudo(0, SOURCE, 0, DESTINATION, IpProtocol.TCP, 23));

        assertEquals(TcpHeader.checksum(whole, 0), Checksum.fold(Checksum.add(0, partial, 0, 23)));
    }
}
