package netkeep.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import netkeep.sim.Rfc;
import org.junit.jupiter.api.Test;

/// The answers here were given by dnsmasq 2.90, but for what was changed in them.
class DnsMessageTest {
    static final String ALIAS =
            "12348580000100020000000105616c69617304746573740000010001c00c000500010000003c000a036f6e65047465737400"
                    + "c028000100010000003c0004c612000500002904d0000000000000";
    static final String SIX =
            "123485800001000100000001036f6e65047465737400001c0001c00c001c00010000003c0010fd00000000000000"
                    + "000000000000000500002904d0000000000000";
    static final String NONE =
            "123485030001000000010001046e6f6e65047a6f6e65076578616d706c650000010001047a6f6e65076578616d"
                    + "706c65000006000100000258003e026e73047a6f6e65076578616d706c65"
                    + "000a686f73746d6173746572047a6f6e65076578616d"
                    + "706c650000000001000004b00000007800000bb80000025800002904d0000000000000";
    static final String POINTER =
            "123485800001000100000001013501300231380331393807696e2d61646472046172706100000c0001c00c00"
                    + "0c00010000003c000a036f6e6504746573740000002904d0000000000000";
    static final String REFUSED =
            "123481850001000000000001056f74686572076578616d706c65000001000100002904d0000000000006000f0002000e";

    private static Verdict check(String hex, String name, int type) {
        MemorySegment bytes = Bytes.bytes(hex);
        return DnsMessage.check(bytes, 0, (int) bytes.byteSize(), DomainName.parse(name), type);
    }

    static List<String> records(String hex) {
        MemorySegment bytes = Bytes.bytes(hex);
        assertEquals(Verdict.OK, DnsRecords.check(bytes, 0, (int) bytes.byteSize()));
        DnsRecords records = new DnsRecords(bytes, 0, (int) bytes.byteSize());
        List<String> all = new ArrayList<>();
        while (records.next()) {
            String what = switch (records.type()) {
                case DnsMessage.A, DnsMessage.AAAA -> records.address().toString();
                case DnsMessage.CNAME, DnsMessage.PTR, DnsMessage.NS ->
                    records.target().toString();
                case DnsMessage.SOA -> "minimum " + records.minimum();
                default -> "type " + records.type() + " class " + records.recordClass();
            };
            all.add(records.section() + " " + records.name() + " " + records.ttl() + " " + what);
        }
        return all;
    }

    @Rfc({"1035 4.1.1 header", "1035 4.1.2 question", "6891 6.1.2 OPT"})
    @Test
    void queryIsAQuestionAndItsOpt() {
        MemorySegment bytes = Bytes.zeros(DnsMessage.LONGEST_QUERY);
        int length = DnsMessage.write(bytes, 0, 0xABCD, DomainName.parse("a.b"), DnsMessage.AAAA, 1232);
        assertEquals(
                "abcd 0100 0001 0000 0000 0001 01610162 00 001c 0001 00 0029 04d0 00000000 0000".replace(" ", ""),
                Bytes.hex(bytes.asSlice(0, length)));
        length = DnsMessage.write(bytes, 0, 1, DomainName.parse("a"), DnsMessage.A, 0);
        assertEquals(
                "0001 0100 0001 0000 0000 0000 016100 0001 0001".replace(" ", ""), Bytes.hex(bytes.asSlice(0, length)));
    }

    @Rfc({"1035 4.1.3 records", "3596 2.1 AAAA"})
    @Test
    void answersOfARealServerAreRead() {
        assertEquals(
                List.of("1 alias.test 60 one.test", "1 one.test 60 198.18.0.5", "3 . 0 type 41 class 1232"),
                records(ALIAS));
        assertEquals(List.of("1 one.test 60 fd00::5", "3 . 0 type 41 class 1232"), records(SIX));
        assertEquals(List.of("2 zone.example 600 minimum 600", "3 . 0 type 41 class 1232"), records(NONE));
        assertEquals(List.of("1 5.0.18.198.in-addr.arpa 60 one.test", "3 . 0 type 41 class 1232"), records(POINTER));
        assertEquals(List.of("3 . 0 type 41 class 1232"), records(REFUSED));
    }

    @Rfc("5452 9.1 question")
    @Test
    void answerIsToItsQuestionAlone() {
        assertEquals(Verdict.OK, check(ALIAS, "ALIAS.test", DnsMessage.A));
        assertEquals(Verdict.NOT_OURS, check(ALIAS, "alias.tesu", DnsMessage.A));
        assertEquals(Verdict.NOT_OURS, check(ALIAS, "alias.test", DnsMessage.AAAA));
        assertEquals(Verdict.NOT_OURS, check(ALIAS.replace("00010001c0", "00010003c0"), "alias.test", DnsMessage.A));
        // A query, a notification, two questions; none at all, which only an error may have.
        assertEquals(Verdict.BAD_TYPE, check(ALIAS.replace("12348580", "12340580"), "alias.test", DnsMessage.A));
        assertEquals(Verdict.BAD_TYPE, check(ALIAS.replace("12348580", "1234a580"), "alias.test", DnsMessage.A));
        assertEquals(Verdict.BAD_FIELD, check(ALIAS.replace("85800001", "85800002"), "alias.test", DnsMessage.A));
        assertEquals(Verdict.NOT_OURS, check("123485800000000000000000", "alias.test", DnsMessage.A));
        assertEquals(Verdict.OK, check("123485810000000000000000", "alias.test", DnsMessage.A));
    }

    @Rfc("1035 4.1.1 header")
    @Test
    void flagsAreRead() {
        MemorySegment refused = Bytes.bytes(REFUSED);
        assertEquals(0x1234, DnsMessage.id(refused, 0));
        assertEquals(DnsMessage.REFUSED, DnsMessage.rcode(refused, 0));
        assertTrue(DnsMessage.recursionAvailable(refused, 0));
        assertFalse(DnsMessage.truncated(refused, 0));
        assertTrue(DnsMessage.truncated(Bytes.bytes("1234 8780 0001 0000 0000 0000"), 0));
        assertFalse(DnsMessage.recursionAvailable(Bytes.bytes("1234 8500 0001 0000 0000 0000"), 0));
    }

    @Test
    void everyCutIsFound() {
        for (String hex : List.of(ALIAS, SIX, NONE, POINTER, REFUSED)) {
            Bytes.assertEveryCutIsFound(Bytes.bytes(hex), DnsFuzz::verdict);
        }
    }

    @Rfc("6891 6.1.1 one OPT")
    @Test
    void secondOptIsMalformed() {
        String opt = "00002904d0000000000000";
        assertEquals(
                Verdict.BAD_OPTION, DnsFuzz.verdict(Bytes.bytes(SIX.replace("00000001036f", "00000002036f") + opt)));
        // One that has a name.
        assertEquals(Verdict.BAD_OPTION, DnsFuzz.verdict(Bytes.bytes(SIX.replace("0500002904", "05016100002904"))));
    }

    @Rfc("1035 4.1.3 records")
    @Test
    void dataOfAnotherLengthIsFound() {
        assertEquals(Verdict.BAD_LENGTH, DnsFuzz.verdict(Bytes.bytes(ALIAS.replace("0004c6120005", "0003c61200"))));
        assertEquals(Verdict.BAD_FIELD, DnsFuzz.verdict(Bytes.bytes(POINTER.replace("000a036f6e65", "000b036f6e65"))));
        assertEquals(Verdict.BAD_FIELD, DnsFuzz.verdict(Bytes.bytes(NONE.replace("003e026e73", "003d026e73"))));
    }

    @Rfc("2181 8 TTL")
    @Test
    void ttlWithTheHighestBitIsZero() {
        assertEquals(
                "1 one.test 0 fd00::5",
                records(SIX.replace("0000003c", "8000003c")).getFirst());
    }
}
