package netkeep.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import netkeep.sim.Rfc;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DomainNameTest {
    private static final String LABEL = "a".repeat(63);

    @Rfc("1035 3.1 labels")
    @Test
    void isLabelsBehindTheirLengths() {
        MemorySegment bytes = Bytes.zeros(10);
        DomainName.parse("www.Ab").write(bytes, 1);
        assertEquals("0003777777024162" + "0000", Bytes.hex(bytes));
        assertEquals(8, DomainName.parse("www.Ab").length());
    }

    @Rfc("1035 2.3.3 case")
    @Test
    void lettersCompareAlike() {
        DomainName upper = DomainName.parse("WWW.Example");
        assertEquals(DomainName.parse("www.example."), upper);
        assertEquals(DomainName.parse("www.example").hashCode(), upper.hashCode());
        assertEquals("WWW.Example", upper.toString());
        // Only letters of ASCII: [ and { differ in the same bit.
        assertNotEquals(DomainName.parse("["), DomainName.parse("{"));
    }

    @Rfc("1035 2.3.4 sizes")
    @ParameterizedTest
    @ValueSource(strings = {"", "..", ".a", "a..b", "a b", "\u00e4", "a\\", "a\\256"})
    void nonsenseIsNoName(String text) {
        assertThrows(IllegalArgumentException.class, () -> DomainName.parse(text));
    }

    @Rfc("1035 2.3.4 sizes")
    @Test
    void labelHas63OctetsAndANameHas255() {
        String longest = (LABEL + ".").repeat(3) + "a".repeat(61);
        assertEquals(255, DomainName.parse(longest).length());
        assertEquals(longest, DomainName.parse(longest + ".").toString());
        assertThrows(IllegalArgumentException.class, () -> DomainName.parse(longest + "a"));
        assertThrows(IllegalArgumentException.class, () -> DomainName.parse(LABEL + "a"));
        assertNull(DomainName.parse(longest).append(DomainName.parse("b")));
        assertEquals(DomainName.parse("a.b"), DomainName.parse("a").append(DomainName.parse("b")));
    }

    @Test
    void whatMeansSomethingElseIsEscaped() {
        DomainName name = DomainName.parse("a\\.b\\\\.\\007\\200c");
        assertEquals("a\\.b\\\\.\\007\\200c", name.toString());
        assertEquals(2, name.labels());
        assertEquals(name, DomainName.parse(name.toString()));
    }

    @Test
    void liesWithinItselfAndWhatItEndsIn() {
        DomainName name = DomainName.parse("www.example.org");
        assertTrue(name.within(name));
        assertTrue(name.within(DomainName.parse("EXAMPLE.org")));
        assertTrue(name.within(DomainName.ROOT));
        assertFalse(name.within(DomainName.parse("ample.org")));
        assertFalse(DomainName.parse("org").within(name));
    }

    @Rfc({"1035 3.5 in-addr.arpa", "3596 2.5"})
    @Test
    void addressesHaveNames() {
        assertEquals("2.0.18.198.in-addr.arpa", reverse("198.18.0.2"));
        assertEquals("1." + "0.".repeat(15) + "0.0.0.0.8.1.0.0.8.9.1.0.0.0.d.f.ip6.arpa", reverse("fd00:198:18::1"));
    }

    private static String reverse(String address) {
        return DomainName.reverse(Address.parse(address)).toString();
    }

    @Rfc("1035 4.1.4 pointers")
    @Test
    void pointerLeadsToANameBefore() {
        MemorySegment bytes = Bytes.bytes("ff 01 61 00 01 62 c0 01 c0 04");
        assertEquals(DomainName.parse("b.a"), DomainName.read(bytes, 0, 10, 4));
        assertEquals(DomainName.parse("b.a"), DomainName.read(bytes, 0, 10, 8));
        assertEquals(8, DomainName.end(bytes, 0, 4));
        assertEquals(10, DomainName.end(bytes, 0, 8));
    }

    /// To itself, forwards, in a circle, out of the message, cut off; a length of no label; no end.
    @Rfc("1035 4.1.4 pointers")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "c0 00",
                "c0 02 00",
                "01 61 c0 00",
                "c0 ff",
                "c0",
                "40 61 00",
                "80 61 00",
                "01",
                "01 61",
                "3f 61 00"
            })
    void badNameIsNone(String hex) {
        MemorySegment bytes = Bytes.bytes(hex);
        assertNull(DomainName.read(bytes, 0, (int) bytes.byteSize(), 0));
    }

    @Rfc("1035 2.3.4 sizes")
    @Test
    void pointersMakeNoNameOfMoreThan255Octets() {
        String three = ("3f" + "61".repeat(63)).repeat(3) + "00";
        MemorySegment longest = Bytes.bytes(three + "3d" + "62".repeat(61) + "c000");
        assertEquals(
                255, DomainName.read(longest, 0, (int) longest.byteSize(), 193).length());
        MemorySegment longer = Bytes.bytes(three + "3e" + "62".repeat(62) + "c000");
        assertNull(DomainName.read(longer, 0, (int) longer.byteSize(), 193));
    }

    @Test
    void whatIsWrittenIsReadAndPrintedTheSame() {
        Seeds.each(2_000, luck -> {
            StringBuilder text = new StringBuilder();
            for (int label = luck.nextInt(4); label >= 0; label--) {
                for (int i = luck.nextInt(40); i >= 0; i--) {
                    text.append((char) ('a' + luck.nextInt(26)));
                }
                text.append(label == 0 ? "" : ".");
            }
            DomainName name = DomainName.parse(text.toString());
            MemorySegment bytes = Bytes.zeros(name.length() + 3);
            name.write(bytes, 3);
            assertEquals(name, DomainName.read(bytes, 3, name.length(), 0));
            assertEquals(text.toString(), name.toString());
        });
    }
}
