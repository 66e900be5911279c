package netkeep.wire;

import static netkeep.wire.Bytes.bytes;
import static netkeep.wire.Bytes.drawn;
import static netkeep.wire.Bytes.zeros;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.random.RandomGenerator;
import netkeep.sim.Rfc;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;

class ChecksumTest {
    /// The definition, word by word: RFC 1071 §1.
    private static int naive(MemorySegment bytes, long at, long length) {
        long sum = 0;
        for (long i = 0; i < length; i++) {
            int octet = bytes.get(ValueLayout.JAVA_BYTE, at + i) & 0xFF;
            sum += i % 2 == 0 ? octet << 8 : octet;
        }
        while (sum > 0xFFFF) {
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        return (int) (~sum & 0xFFFF);
    }

    private static int checksum(MemorySegment bytes, long at, long length) {
        return Checksum.fold(Checksum.add(0, bytes, at, length));
    }

    @Rfc("1071 3 example")
    @Test
    void exampleOfTheRfc() {
        MemorySegment bytes = bytes("00 01 f2 03 f4 f5 f6 f7");

        assertEquals(0xDDF2, Checksum.partial(Checksum.add(0, bytes, 0, 8)));
        assertEquals(~0xDDF2 & 0xFFFF, checksum(bytes, 0, 8));
    }

    @Rfc("1071 1 definition")
    @Test
    void definitionHoldsAtAllOffsetsAndLengths() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment heap = drawn(Seeds.luck(1), 420);
            MemorySegment far = arena.allocate(420).copyFrom(heap);
            for (int at = 0; at < 16; at++) {
                for (int length = 0; length <= 400; length++) {
                    int expected = naive(heap, at, length);
                    assertEquals(expected, checksum(heap, at, length), at + " " + length);
                    assertEquals(expected, checksum(far, at, length), at + " " + length);
                }
            }
        }
    }

    @Test
    void longestFramesDoNotOverflow() {
        for (int length : new int[] {65_535, 65_536, 1 << 20}) {
            MemorySegment ones = zeros(length + 1);
            ones.fill((byte) 0xFF);
            assertEquals(naive(ones, 1, length), checksum(ones, 1, length));
        }
    }

    @Test
    void zerosAreZeroAndAllOnesAreNot() {
        assertEquals(0xFFFF, checksum(zeros(8), 0, 8));
        assertEquals(0, checksum(bytes("ff ff 00 00"), 0, 4));
        assertEquals(0xFFFF, Checksum.partial(Checksum.add(0, bytes("ff ff"), 0, 2)));
        assertEquals(0xFFFF, Checksum.fold(0));
        assertEquals(1, Checksum.partial(0x1_0000_0000_0000L));
        assertEquals(0xFFFF, Checksum.partial(-1L));
    }

    @Rfc("1071 2 (A)")
    @Test
    void piecesSumToTheWholeWhereverItIsCut() {
        Seeds.each(3_000, luck -> {
            int length = luck.nextInt(1, 600);
            MemorySegment bytes = drawn(luck, length);
            long sum = 0;
            int at = 0;
            while (at < length) {
                int piece = 1 + luck.nextInt(length - at);
                sum = at % 2 == 0 ? Checksum.add(sum, bytes, at, piece) : Checksum.addOdd(sum, bytes, at, piece);
                at += piece;
            }
            assertEquals(naive(bytes, 0, length), Checksum.fold(sum));
        });
    }

    @Rfc("1071 2 (B)")
    @Test
    void swapMovesASumByOneOctet() {
        Seeds.each(1_000, luck -> {
            int length = luck.nextInt(200);
            MemorySegment bytes = zeros(length + 1);
            MemorySegment.copy(drawn(luck, length), 0, bytes, 1, length);

            assertEquals(naive(bytes, 0, length + 1), Checksum.fold(Checksum.swap(Checksum.add(0, bytes, 1, length))));
        });
    }

    @Rfc("1624 3 equation 3")
    @Test
    void updateEqualsANewSum() {
        Seeds.each(10_000, luck -> {
            MemorySegment bytes = drawn(luck, 40);
            if (luck.nextInt(4) == 0) {
                bytes.fill((byte) (luck.nextBoolean() ? 0 : 0xFF));
                Octets.u16(bytes, 0, 0x4500);
            }
            Octets.u16(bytes, 10, 0);
            int before = checksum(bytes, 0, 40);
            long was = Octets.u32(bytes, 16);
            long is = luck.nextInt(4) == 0 ? luck.nextInt(2) * 0xFFFF_FFFFL : luck.nextInt() & 0xFFFF_FFFFL;
            Octets.u32(bytes, 16, is);

            assertEquals(checksum(bytes, 0, 40), Checksum.update(before, was, is));
        });
    }

    /// RFC 1624 §4: the sum that the equation of RFC 1141 gets wrong.
    @Rfc("1624 3 equation 3")
    @Test
    void updateOfTheRfcsExampleIsZero() {
        assertEquals(0x0000, Checksum.update(0xDD2F, 0x5555, 0x3285));
    }

    @Rfc({"768 pseudo-header", "9293 3.1 pseudo-header"})
    @Test
    void pseudoHeaderOfIpv4IsItsTwelveOctets() {
        Seeds.each(1_000, luck -> {
            MemorySegment header = drawn(luck, 12);
            Octets.u8(header, 8, 0);
            long source = Address.V4 | Octets.u32(header, 0);
            long destination = Address.V4 | Octets.u32(header, 4);
            int protocol = 1 + luck.nextInt(255);
            Octets.u8(header, 9, protocol);

            assertEquals(
                    naive(header, 0, 12),
                    Checksum.fold(Checksum.pseudo(0, source, 0, destination, protocol, Octets.u16(header, 10))));
        });
    }

    @Rfc("8200 8.1 pseudo-header")
    @Test
    void pseudoHeaderOfIpv6IsItsFortyOctets() {
        Seeds.each(1_000, luck -> {
            MemorySegment header = drawn(luck, 40);
            Octets.u32(header, 36, 1 + luck.nextInt(255));

            assertEquals(naive(header, 0, 40), Checksum.fold(pseudo(header)));
        });
    }

    private static long pseudo(MemorySegment header) {
        return Checksum.pseudo(
                Octets.u64(header, 0),
                Octets.u64(header, 8),
                Octets.u64(header, 16),
                Octets.u64(header, 24),
                (int) Octets.u32(header, 36),
                Octets.u32(header, 32));
    }

    /// What a device does with a partial sum: it adds up from the transport header on, the field with it.
    @Test
    void deviceCompletesAPartialSum() {
        Seeds.each(1_000, luck -> {
            int length = 20 + luck.nextInt(100);
            MemorySegment segment = drawn(luck, length);
            long pseudo =
                    Checksum.pseudo(luck.nextLong(), luck.nextLong(), luck.nextLong(), luck.nextLong(), 6, length);
            Octets.u16(segment, 16, Checksum.partial(pseudo));
            Octets.u16(segment, 16, naive(segment, 0, length));

            assertEquals(0, Checksum.fold(Checksum.add(pseudo, segment, 0, length)));
        });
    }

    @Test
    void nothingIsReadBeyondTheLength() {
        RandomGenerator luck = Seeds.luck(2);
        for (int length = 0; length < 300; length++) {
            MemorySegment exact = drawn(luck, length);
            assertEquals(naive(exact, 0, length), checksum(exact, 0, length));
        }
    }
}
