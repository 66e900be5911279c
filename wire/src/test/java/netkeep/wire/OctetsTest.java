package netkeep.wire;

import static netkeep.wire.Bytes.bytes;
import static netkeep.wire.Bytes.hex;
import static netkeep.wire.Bytes.zeros;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;

class OctetsTest {
    @Test
    void firstOctetIsTheHighest() {
        MemorySegment bytes = bytes("00 81 82 83 84 85 86 87 88");

        assertEquals(0x81, Octets.u8(bytes, 1));
        assertEquals(0x8182, Octets.u16(bytes, 1));
        assertEquals(0x8182_8384L, Octets.u32(bytes, 1));
        assertEquals(0x8182_8384, Octets.i32(bytes, 1));
        assertEquals(0x8182_8384_8586L, Octets.u48(bytes, 1));
        assertEquals(0x8182_8384_8586_8788L, Octets.u64(bytes, 1));
    }

    @Test
    void writingTakesTheLowBitsAndTouchesNoOther() {
        MemorySegment bytes = zeros(10);

        Octets.u8(bytes, 1, 0x1FE);
        assertEquals("00fe0000000000000000", hex(bytes));
        Octets.u16(bytes, 1, 0x1_FEFD);
        assertEquals("00fefd00000000000000", hex(bytes));
        Octets.u32(bytes, 1, 0x1_FEFD_FCFBL);
        assertEquals("00fefdfcfb0000000000", hex(bytes));
        Octets.u48(bytes, 1, 0x1_FEFD_FCFB_FAF9L);
        assertEquals("00fefdfcfbfaf9000000", hex(bytes));
        Octets.u64(bytes, 1, 0xFEFD_FCFB_FAF9_F8F7L);
        assertEquals("00fefdfcfbfaf9f8f700", hex(bytes));
    }

    @Test
    void whatIsWrittenIsReadAtAnyOffset() {
        Seeds.each(1_000, luck -> {
            MemorySegment bytes = zeros(24);
            int at = luck.nextInt(16);
            long value = luck.nextLong();

            Octets.u64(bytes, at, value);
            assertEquals(value, Octets.u64(bytes, at));
            Octets.u48(bytes, at, value);
            assertEquals(value & 0xFFFF_FFFF_FFFFL, Octets.u48(bytes, at));
            Octets.u32(bytes, at, value);
            assertEquals(value & 0xFFFF_FFFFL, Octets.u32(bytes, at));
            Octets.i32(bytes, at, (int) value);
            assertEquals((int) value, Octets.i32(bytes, at));
            Octets.u16(bytes, at, (int) value);
            assertEquals(value & 0xFFFF, Octets.u16(bytes, at));
            Octets.u8(bytes, at, (int) value);
            assertEquals(value & 0xFF, Octets.u8(bytes, at));
        });
    }
}
