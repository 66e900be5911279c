package netkeep.wire;

import static netkeep.wire.Bytes.bytes;
import static netkeep.wire.Bytes.drawn;
import static netkeep.wire.Bytes.hex;
import static netkeep.wire.Bytes.zeros;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.random.RandomGenerator;
import netkeep.sim.Rfc;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TcpOptionsTest {
    private final TcpOptions options = new TcpOptions();

    /// Reads options that stand behind a header, padded with zeros to a multiple of 4; nothing lies behind them.
    private boolean read(String hex) {
        MemorySegment octets = bytes(hex);
        MemorySegment header = zeros(20 + (int) (octets.byteSize() + 3) / 4 * 4);
        MemorySegment.copy(octets, 0, header, 20, octets.byteSize());
        return options.read(header, 0, (int) header.byteSize());
    }

    private String written() {
        MemorySegment header = drawn(Seeds.luck(1), 60);
        int length = options.write(header, 20);
        assertEquals(length, options.length());
        return hex(header.asSlice(20, length));
    }

    @Rfc({"9293 MUST-4", "9293 MUST-5"})
    @Test
    void optionsOfALinuxSynAreRead() {
        assertTrue(read("020405b4 0402080a 0102030400000000 01 030307"));
        assertEquals(1460, options.mss());
        assertEquals(7, options.wscale());
        assertTrue(options.sackPermitted());
        assertTrue(options.hasTimestamps());
        assertEquals(0x0102_0304, options.tsVal());
        assertEquals(0, options.tsEcr());
        assertEquals(-1, options.userTimeout());
        assertEquals(0, options.sacks());
    }

    @Test
    void withoutOptionsNothingIsThere() {
        assertTrue(read("020405b4 0402080a 0102030400000000 01 030307"));
        assertTrue(read(""));
        assertEquals(0, options.mss());
        assertEquals(-1, options.wscale());
        assertFalse(options.sackPermitted());
        assertFalse(options.hasTimestamps());
        assertEquals(0, options.tsVal());
        assertEquals(-1, options.userTimeout());
        assertEquals(0, options.length());
    }

    @Rfc("9293 MUST-64")
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void optionsMayBeginAnywhere(int before) {
        assertTrue(read("01".repeat(before) + "020405b4 080a 01020304 05060708 0303 0e 0402"));
        assertEquals(1460, options.mss());
        assertEquals(0x0506_0708, options.tsEcr());
        assertEquals(14, options.wscale());
        assertTrue(options.sackPermitted());
    }

    @Rfc({"9293 MUST-4", "9293 MUST-68"})
    @Test
    void nothingIsReadBehindTheEnd() {
        assertTrue(read("00 020405b4 00"));
        assertEquals(0, options.mss());
        assertTrue(read("01 01 01 00 ff ff ff ff"));
    }

    @Rfc({"9293 MUST-6", "9293 MUST-68"})
    @Test
    void kindsThatNobodyKnowsArePassedOver() {
        for (int kind = 2; kind < 256; kind++) {
            assertTrue(read("020405b4 %02x06deadbeef 0402".formatted(kind)), "kind " + kind);
            assertEquals(1460, options.mss(), "kind " + kind);
            assertTrue(options.sackPermitted(), "kind " + kind);
            assertEquals(-1, options.wscale(), "kind " + kind);
            assertFalse(options.hasTimestamps(), "kind " + kind);
            assertEquals(0, options.sacks(), "kind " + kind);
            assertEquals(-1, options.userTimeout(), "kind " + kind);
        }
    }

    @Rfc("9293 MUST-7")
    @Test
    void lengthThatCannotBeEndsTheReading() {
        for (String bad : new String[] {"fe00", "fe01", "0800", "0501", "fe03", "fe28", "feff", "080a0102", "0204"}) {
            assertFalse(read("020405b4 0101" + bad), bad);
            assertEquals(1460, options.mss(), bad);
            assertFalse(options.hasTimestamps(), bad);
        }
        // A kind in the last octet, without a length.
        assertFalse(read("010101" + "08"));
    }

    @Rfc("9293 MUST-7")
    @Test
    void optionOfALengthThatItsKindDoesNotHaveSaysNothing() {
        assertTrue(read("0203ff 020405b4 0305ffffff 0403ff 0803ff 0506ffffffff 0502 1c03ff"));
        assertEquals(1460, options.mss());
        assertEquals(-1, options.wscale());
        assertFalse(options.sackPermitted());
        assertFalse(options.hasTimestamps());
        assertEquals(0, options.sacks());
        assertEquals(-1, options.userTimeout());
    }

    @Rfc("7323 2.3 shift above 14")
    @Test
    void shiftAbove14IsTakenFor14() {
        for (int shift = 0; shift < 256; shift++) {
            assertTrue(read("0303%02x00".formatted(shift)));
            assertEquals(Math.min(shift, 14), options.wscale());
        }
    }

    @Rfc("7323 A layout")
    @Test
    void timestampsAloneAreReadAtOnce() {
        assertTrue(read("0101080a fffefdfc fbfaf9f8"));
        assertTrue(options.hasTimestamps());
        assertEquals(0xFFFE_FDFC, options.tsVal());
        assertEquals(0xFBFA_F9F8, options.tsEcr());

        assertEquals("0101080afffefdfcfbfaf9f8", written());
    }

    @Rfc("2018 3 format")
    @Test
    void blocksAreReadInTheirOrder() {
        assertTrue(read("0101080a0000000100000002 0101 051a 00000005 00000009 fffffff0 00000003 00000001 00000002"));
        assertEquals(3, options.sacks());
        assertEquals(5, options.left(0));
        assertEquals(9, options.right(0));
        assertEquals(-16, options.left(1));
        assertEquals(3, options.right(1));
        assertEquals(2, options.right(2));

        assertTrue(read("0522" + "0000000100000002".repeat(4) + "0101"));
        assertEquals(4, options.sacks());
    }

    @Rfc("5482 3 format")
    @Test
    void userTimeoutIsReadAndWritten() {
        assertTrue(read("1c04 8005"));
        assertEquals(0x8005, options.userTimeout());
        assertEquals("1c048005", written());
    }

    @Test
    void optionsOfASynAreWrittenAsOthersDo() {
        options.clear().mss(1460).permitSack().timestamps(0x0102_0304, 0).wscale(7);
        assertEquals("020405b4" + "0402080a0102030400000000" + "01030307", written());

        options.clear().mss(1440).permitSack();
        assertEquals("020405a0" + "01010402", written());
        options.clear().wscale(0);
        assertEquals("01030300", written());
    }

    @Rfc("2018 3 format")
    @Test
    void blocksThatFindNoRoomAreNotWritten() {
        options.clear().timestamps(1, 2);
        for (int block = 0; block < 5; block++) {
            options.sack(10 * block, 10 * block + 5);
        }
        assertEquals(4, options.sacks());
        assertEquals(
                "0101080a0000000100000002" + "0101051a" + "0000000000000005" + "0000000a0000000f" + "0000001400000019",
                written());

        options.clear().sack(1, 2).sack(3, 4).sack(5, 6).sack(7, 8);
        assertEquals(
                "01010522" + "0000000100000002" + "0000000300000004" + "0000000500000006" + "0000000700000008",
                written());
    }

    @Rfc("9293 MUST-69")
    @Test
    void whatIsWrittenIsReadAndFillsItsWords() {
        Seeds.each(20_000, luck -> {
            TcpOptions sent = drawnOptions(luck);
            MemorySegment header = drawn(luck, 60);
            int length = sent.write(header, 20);

            assertEquals(0, length % 4);
            assertTrue(length <= TcpOptions.MAX_LENGTH);
            MemorySegment exact = zeros(20 + length).copyFrom(header.asSlice(0, 20 + length));
            assertTrue(options.read(exact, 0, 20 + length));
            assertEquals(sent.mss(), options.mss());
            assertEquals(sent.wscale(), options.wscale());
            assertEquals(sent.sackPermitted(), options.sackPermitted());
            assertEquals(sent.hasTimestamps(), options.hasTimestamps());
            assertEquals(sent.tsVal(), options.tsVal());
            assertEquals(sent.tsEcr(), options.tsEcr());
            assertEquals(sent.userTimeout(), options.userTimeout());
            assertTrue(options.sacks() == sent.sacks() || length + 8 > TcpOptions.MAX_LENGTH);
            for (int block = 0; block < options.sacks(); block++) {
                assertEquals(sent.left(block), options.left(block));
                assertEquals(sent.right(block), options.right(block));
            }
        });
    }

    private static TcpOptions drawnOptions(RandomGenerator luck) {
        TcpOptions drawn = new TcpOptions();
        if (luck.nextBoolean()) {
            drawn.mss(1 + luck.nextInt(65535));
        }
        if (luck.nextBoolean()) {
            drawn.wscale(luck.nextInt(15));
        }
        if (luck.nextBoolean()) {
            drawn.permitSack();
        }
        if (luck.nextBoolean()) {
            drawn.timestamps(luck.nextInt(), luck.nextInt());
        }
        if (luck.nextInt(4) == 0) {
            drawn.userTimeout(luck.nextInt(65536));
        }
        for (int block = luck.nextInt(5); block > 0; block--) {
            drawn.sack(luck.nextInt(), luck.nextInt());
        }
        return drawn;
    }

    /// Whatever stands there, reading ends, stays in the header, and gives values of their range.
    @Rfc("9293 MUST-7")
    @Test
    void randomOptionsAreReadWithoutHarm() {
        Seeds.each(100_000, luck -> {
            MemorySegment header = drawn(luck, 20 + 4 * luck.nextInt(11));
            for (long at = 20; at < header.byteSize(); at++) {
                if (luck.nextBoolean()) {
                    Octets.u8(header, at, luck.nextInt(12));
                }
            }
            options.read(header, 0, (int) header.byteSize());

            assertTrue(options.wscale() >= -1 && options.wscale() <= 14);
            assertTrue(options.mss() >= 0 && options.mss() <= 65535);
            assertTrue(options.sacks() <= TcpOptions.MAX_SACKS);
            assertTrue(options.length() <= TcpOptions.MAX_LENGTH);
        });
    }
}
