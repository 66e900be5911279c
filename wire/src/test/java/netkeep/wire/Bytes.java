package netkeep.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/// Octets for tests: written as hexadecimal numbers, cut, flipped and drawn.
final class Bytes {
    private Bytes() {}

    /// Pairs of hexadecimal digits; blanks and line ends between them do not count.
    static MemorySegment bytes(String hex) {
        return MemorySegment.ofArray(HexFormat.of().parseHex(hex.replaceAll("\\s", "")));
    }

    static MemorySegment zeros(int length) {
        return MemorySegment.ofArray(new byte[length]);
    }

    static MemorySegment drawn(RandomGenerator luck, int length) {
        byte[] octets = new byte[length];
        luck.nextBytes(octets);
        return MemorySegment.ofArray(octets);
    }

    static String hex(MemorySegment bytes) {
        return HexFormat.of().formatHex(bytes.toArray(ValueLayout.JAVA_BYTE));
    }

    /// Asks for a verdict on each text that differs from `good` in one bit: none may pass.
    static void assertEveryFlippedBitIsFound(MemorySegment good, Function<MemorySegment, Verdict> judge) {
        assertEquals(Verdict.OK, judge.apply(good));
        byte[] octets = good.toArray(ValueLayout.JAVA_BYTE);
        for (int bit = 0; bit < octets.length * 8; bit++) {
            byte[] bad = octets.clone();
            bad[bit / 8] ^= (byte) (0x80 >> bit % 8);
            assertNotEquals(Verdict.OK, judge.apply(MemorySegment.ofArray(bad)), "bit " + bit);
        }
    }

    /// Asks for a verdict on what is left when octets are cut off its end: none may pass, and none may throw.
    ///
    /// @param judge looks at a segment that ends where the octets end
    static void assertEveryCutIsFound(MemorySegment good, Function<MemorySegment, Verdict> judge) {
        assertEquals(Verdict.OK, judge.apply(good));
        for (int length = 0; length < good.byteSize(); length++) {
            MemorySegment cut = MemorySegment.ofArray(good.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
            assertNotEquals(Verdict.OK, judge.apply(cut), "length " + length);
        }
    }

    /// A copy with a few octets changed, and now and then an end cut off.
    static MemorySegment mutated(RandomGenerator luck, MemorySegment good) {
        byte[] octets = good.toArray(ValueLayout.JAVA_BYTE);
        for (int changes = luck.nextInt(4); changes >= 0; changes--) {
            octets[luck.nextInt(octets.length)] = (byte)
                    switch (luck.nextInt(4)) {
                        case 0 -> 0;
                        case 1 -> 0xFF;
                        case 2 -> luck.nextInt(8);
                        default -> luck.nextInt();
                    };
        }
        MemorySegment all = MemorySegment.ofArray(octets);
        return luck.nextInt(4) == 0
                ? MemorySegment.ofArray(
                        all.asSlice(0, luck.nextInt(octets.length + 1)).toArray(ValueLayout.JAVA_BYTE))
                : all;
    }
}
