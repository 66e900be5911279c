package netkeep.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import netkeep.sim.Rfc;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrefixTest {
    private static boolean contains(String prefix, String address) {
        return Prefix.parse(prefix).contains(Address.parse(address));
    }

    @Rfc("4291 2.3 text")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0/0",
                "198.18.0.0/15",
                "192.0.2.1/32",
                "::/0",
                "::/96",
                "2001:db8:0:cd30::/60",
                "fe80::/10",
                "::1/128"
            })
    void textIsReadAndWritten(String text) {
        assertEquals(text, Prefix.parse(text).toString());
    }

    @Test
    void bitsBeyondTheLengthAreDropped() {
        assertEquals("198.18.0.0/15", Prefix.parse("198.19.7.1/15").toString());
        assertEquals("2001:db8::/33", Prefix.parse("2001:db8:7fff::1/33").toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "1.2.3.4",
                "1.2.3.4/",
                "1.2.3.4/33",
                "::/129",
                "::/-1",
                "::/+1",
                "::/01",
                "::/1x",
                "::/1111",
                "/8",
                "1.2.3.4/8/8"
            })
    void nothingElseIsRead(String text) {
        assertThrows(IllegalArgumentException.class, () -> Prefix.parse(text));
    }

    @Test
    void edgesAreInAndTheirNeighborsOut() {
        assertTrue(contains("198.18.0.0/15", "198.18.0.0"));
        assertTrue(contains("198.18.0.0/15", "198.19.255.255"));
        assertFalse(contains("198.18.0.0/15", "198.17.255.255"));
        assertFalse(contains("198.18.0.0/15", "198.20.0.0"));
        assertFalse(contains("0.0.0.0/0", "::1"));
        assertTrue(contains("0.0.0.0/0", "255.255.255.255"));
        assertTrue(contains("2001:db8::/64", "2001:db8::ffff:ffff:ffff:ffff"));
        assertFalse(contains("2001:db8::/64", "2001:db8:0:1::"));
        assertTrue(contains("2001:db8::/65", "2001:db8::7fff:ffff:ffff:ffff"));
        assertFalse(contains("2001:db8::/65", "2001:db8::8000:0:0:0"));
    }

    @Test
    void containsComparesBitByBit() {
        Seeds.each(10_000, luck -> {
            int length = luck.nextInt(129);
            Address address = Address.of(luck.nextLong(), luck.nextLong());
            Prefix prefix = Prefix.of(address, length);
            int bit = luck.nextInt(128);
            long hi = bit < 64 ? address.hi() ^ 1L << 63 - bit : address.hi();
            long lo = bit < 64 ? address.lo() : address.lo() ^ 1L << 127 - bit;

            assertTrue(prefix.contains(address));
            assertEquals(bit >= length, prefix.contains(hi, lo));
        });
    }

    @Test
    void broadcastIsTheLastAddressOfASubnetThatHasOne() {
        long last = Address.parse("192.0.2.127").lo();
        assertTrue(Prefix.parse("192.0.2.64/26").isBroadcast(0, last));
        assertFalse(Prefix.parse("192.0.2.64/25").isBroadcast(0, last - 1));
        assertFalse(Prefix.parse("192.0.2.126/31").isBroadcast(0, last));
        assertFalse(Prefix.parse("192.0.2.127/32").isBroadcast(0, last));
        assertFalse(Prefix.parse("2001:db8::/64").isBroadcast(0x2001_0db8_0000_0000L, -1));
    }

    @Test
    void prefixHasNoBitsBeyondItsLength() {
        assertThrows(IllegalArgumentException.class, () -> new Prefix(0, 1, 127));
        assertThrows(IllegalArgumentException.class, () -> new Prefix(0, 0, 129));
    }
}
