package netkeep.wire;

import static netkeep.wire.Bytes.assertEveryCutIsFound;
import static netkeep.wire.Bytes.assertEveryFlippedBitIsFound;
import static netkeep.wire.Bytes.bytes;
import static netkeep.wire.Bytes.drawn;
import static netkeep.wire.Bytes.hex;
import static netkeep.wire.Bytes.zeros;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import netkeep.sim.Rfc;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// IGMP and MLD.
class MembershipTest {
    private static final Address GROUP = Address.parse("239.1.2.3");
    private static final Address SOURCE = Address.parse("198.18.0.1");
    private static final Address GROUP_6 = Address.parse("ff05::1234");
    private static final Address LOCAL = Address.parse("fe80::1");

    private static Verdict igmp(MemorySegment message) {
        return IgmpMessage.check(message, 0, (int) message.byteSize());
    }

    private static MemorySegment igmp(String hex) {
        MemorySegment message = bytes(hex);
        IgmpMessage.seal(message, 0, (int) message.byteSize());
        return message;
    }

    private static MemorySegment report() {
        MemorySegment report = drawn(Seeds.luck(1), 8 + 8 + 12);
        IgmpMessage.writeReport(report, 0, 2);
        long next = IgmpMessage.writeRecord(
                report, IgmpMessage.firstRecord(0), GroupRecord.CHANGE_TO_EXCLUDE, 0, GROUP.lo());
        assertEquals(28, IgmpMessage.writeRecord(report, next, GroupRecord.ALLOW_NEW_SOURCES, 1, GROUP.lo()));
        IgmpMessage.writeSource(report, next, 0, SOURCE.lo());
        IgmpMessage.seal(report, 0, 28);
        return report;
    }

    @Rfc({"3376 4.2 format", "3376 4.2.6 auxiliary data"})
    @Test
    void reportIsTheseOctets() {
        MemorySegment report = report();
        int checksum = Octets.u16(report, 2);

        assertEquals(
                hex(bytes(
                        "2200 %04x 0000 0002  04 00 0000 ef010203  05 00 0001 ef010203 c6120001".formatted(checksum))),
                hex(report));
        assertEquals(IgmpMessage.REPORT_V3, IgmpMessage.type(report, 0));
        assertEquals(2, IgmpMessage.records(report, 0));
        long record = IgmpMessage.nextRecord(report, IgmpMessage.firstRecord(0));
        assertEquals(GroupRecord.ALLOW_NEW_SOURCES, IgmpMessage.recordType(report, record));
        assertEquals(GROUP.lo(), IgmpMessage.recordGroup(report, record));
        assertEquals(1, IgmpMessage.recordSources(report, record));
        assertEquals(SOURCE.lo(), IgmpMessage.recordSource(report, record, 0));
        assertEquals(28, IgmpMessage.nextRecord(report, record));
    }

    @Rfc({"3376 4.1.2 checksum", "3376 4.2.2 checksum"})
    @Test
    void everyFlippedBitIsFoundInIgmp() {
        assertEveryFlippedBitIsFound(report(), MembershipTest::igmp);
        assertEveryFlippedBitIsFound(igmp("1164 0000 ef010203 0a 7d 0001 c6120001"), MembershipTest::igmp);
    }

    @Test
    void everyCutIsFoundInIgmp() {
        assertEveryCutIsFound(report(), MembershipTest::sealedAndJudged);
        assertEveryCutIsFound(igmp("1700 0000 ef010203"), MembershipTest::sealedAndJudged);
    }

    /// So that the lengths are looked at and not the checksum.
    private static Verdict sealedAndJudged(MemorySegment message) {
        if (message.byteSize() >= 4) {
            IgmpMessage.seal(message, 0, (int) message.byteSize());
        }
        return igmp(message);
    }

    @Rfc("3376 7.1 query versions")
    @Test
    void versionOfAQueryIsToldByItsLengthAndTime() {
        MemorySegment one = igmp("1100 0000 00000000");
        MemorySegment two = igmp("11ff 0000 00000000");
        MemorySegment three = igmp("1164 0000 00000000 02 7d 0000");
        assertEquals(1, IgmpMessage.queryVersion(one, 0, 8));
        assertEquals(2, IgmpMessage.queryVersion(two, 0, 8));
        assertEquals(3, IgmpMessage.queryVersion(three, 0, 12));
        assertEquals(255, IgmpMessage.maxResponseTime(two, 0, 2));
        assertEquals(Verdict.OK, igmp(one));
        assertEquals(Verdict.OK, igmp(two));
        assertEquals(Verdict.OK, igmp(three));
        for (int length = 9; length < 12; length++) {
            assertEquals(Verdict.BAD_LENGTH, igmp(igmp("1164 0000 00000000" + "00".repeat(length - 8))));
        }
    }

    @Rfc({"3376 4.1.1 floating point", "3376 4.1.7 floating point"})
    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "7f, 127", "80, 128", "8f, 248", "90, 256", "ff, 31744"})
    void codesFrom128OnAreFloatingPoint(String code, int value) {
        MemorySegment query = igmp("11%s 0000 00000000 02 %s 0000".formatted(two(code), two(code)));
        assertEquals(value, IgmpMessage.maxResponseTime(query, 0, 3));
        assertEquals(value, IgmpMessage.queryInterval(query, 0));
    }

    private static String two(String digits) {
        return digits.length() == 1 ? "0" + digits : digits;
    }

    @Rfc("3376 4.1 format")
    @Test
    void queryHasFlagsAndSources() {
        MemorySegment query = igmp("1164 0000 ef010203 fa 7d 0002 c6120001 c6120002");
        assertEquals(Verdict.OK, igmp(query));
        assertEquals(GROUP.lo(), IgmpMessage.group(query, 0));
        assertTrue(IgmpMessage.suppress(query, 0));
        assertEquals(2, IgmpMessage.robustness(query, 0));
        assertEquals(2, IgmpMessage.sources(query, 0));
        assertEquals(SOURCE.lo() + 1, IgmpMessage.source(query, 0, 1));
        assertEquals(Verdict.TRUNCATED, igmp(igmp("1164 0000 ef010203 fa 7d 0003 c6120001 c6120002")));
        assertEquals(Verdict.BAD_FIELD, igmp(igmp("1164 0000 0a000001 fa 7d 0000")));
    }

    @Rfc({"3376 4.1.10 additional data", "3376 4.2.11 additional data"})
    @Test
    void octetsBehindAMessageCountInItsChecksumOnly() {
        assertEquals(Verdict.OK, igmp(igmp("1164 0000 ef010203 fa 7d 0001 c6120001 deadbeef")));
        assertEquals(Verdict.OK, igmp(igmp("2200 0000 0000 0001  04 00 0000 ef010203 dead")));
        assertEquals(Verdict.OK, igmp(igmp("2200 0000 0000 0001  04 01 0000 ef010203 deadbeef")));
        assertEquals(Verdict.TRUNCATED, igmp(igmp("2200 0000 0000 0001  04 02 0000 ef010203 deadbeef")));
    }

    @Rfc("3376 4 unknown types")
    @Test
    void otherTypesAreIgnored() {
        assertEquals(Verdict.BAD_TYPE, igmp(igmp("1300 0000 00000000")));
        for (String type : new String[] {"12", "16", "17"}) {
            assertEquals(Verdict.OK, igmp(igmp(type + "00 0000 ef010203")));
        }
    }

    @Rfc("2236 2 format")
    @Test
    void messagesOfVersionTwoAreTheseOctets() {
        MemorySegment leave = drawn(Seeds.luck(1), 8);
        IgmpMessage.write(leave, 0, IgmpMessage.LEAVE, 0, GROUP.lo());

        assertEquals("1700%04xef010203".formatted(~(0x1700 + 0xEF01 + 0x0203 + 0xFFFF0001) & 0xFFFF), hex(leave));
        assertEquals(Verdict.OK, igmp(leave));
    }

    private static final String QUERY = "82 00 0000 2710 0000 ff050000000000000000000000001234";

    private static Verdict mld(String hex, int hops, int alert, Address source) {
        MemorySegment message = bytes(hex);
        return MldMessage.check(message, 0, (int) message.byteSize(), hops, alert, source.hi(), source.lo());
    }

    private static Verdict mld(String hex) {
        return mld(hex, 1, 0, LOCAL);
    }

    @Rfc({"3810 5.1.14 source", "3810 6.2 hop limit and alert"})
    @Test
    void messageOfMldComesFromTheLink() {
        assertEquals(Verdict.OK, mld(QUERY));
        assertEquals(Verdict.BAD_HOP_LIMIT, mld(QUERY, 255, 0, LOCAL));
        assertEquals(Verdict.BAD_OPTION, mld(QUERY, 1, -1, LOCAL));
        assertEquals(Verdict.BAD_SOURCE, mld(QUERY, 1, 0, Address.UNSPECIFIED));
        assertEquals(Verdict.BAD_SOURCE, mld(QUERY, 1, 0, GROUP_6));
        assertEquals(Verdict.BAD_TYPE, mld("85" + QUERY.substring(2)));
    }

    @Rfc("3810 5.2.13 source")
    @Test
    void reportMayComeFromAHostWithoutAnAddress() {
        assertEquals(Verdict.OK, mld("8f 00 0000 0000 0000", 1, 0, Address.UNSPECIFIED));
        assertEquals(Verdict.BAD_SOURCE, mld("8f 00 0000 0000 0000", 1, 0, Address.parse("fd00::1")));
    }

    @Rfc("3810 8.1 query versions")
    @Test
    void versionOfAnMldQueryIsToldByItsLength() {
        assertEquals(Verdict.OK, mld(QUERY + "02 7d 0000"));
        assertEquals(1, MldMessage.queryVersion(24));
        assertEquals(2, MldMessage.queryVersion(28));
        for (int more = 1; more < 4; more++) {
            assertEquals(Verdict.BAD_LENGTH, mld(QUERY + "00".repeat(more)));
        }
        assertEquals(Verdict.TRUNCATED, mld(QUERY + "02 7d 0001"));
        assertEquals(Verdict.OK, mld(QUERY + "02 7d 0001" + "00".repeat(17)));
        assertEquals(Verdict.BAD_FIELD, mld(QUERY.replace("ff05", "fd05")));
        assertEquals(Verdict.OK, mld("82 00 0000 2710 0000" + "00".repeat(16)));
        assertEquals(Verdict.BAD_FIELD, mld("83 00 0000 2710 0000" + "00".repeat(16)));
    }

    @Rfc({"3810 5.1.3 floating point", "3810 5.1.9 floating point"})
    @ParameterizedTest
    @CsvSource({"0000, 0", "2710, 10000", "7fff, 32767", "8000, 32768", "8fff, 65528", "9000, 65536", "ffff, 8387584"})
    void codesFrom32768OnAreFloatingPoint(String code, int value) {
        MemorySegment query = bytes(QUERY.replace("2710", code) + "02 ff 0000");
        assertEquals(value, MldMessage.maxResponseTime(query, 0, 2));
        assertEquals(Integer.parseInt(code, 16), MldMessage.maxResponseTime(query, 0, 1));
        assertEquals(31744, MldMessage.queryInterval(query, 0));
        assertEquals(125, MldMessage.queryInterval(bytes(QUERY + "02 7d 0000"), 0));
        assertEquals(127, MldMessage.queryInterval(bytes(QUERY + "02 7f 0000"), 0));
        assertEquals(128, MldMessage.queryInterval(bytes(QUERY + "02 80 0000"), 0));
        assertEquals(2, MldMessage.robustness(query, 0));
        assertEquals(false, MldMessage.suppress(query, 0));
    }

    @Rfc({"3810 5.2 format", "3810 5.2.6 auxiliary data"})
    @Test
    void reportOfMldIsTheseOctets() {
        MemorySegment report = drawn(Seeds.luck(1), 8 + 36);
        long record = MldMessage.firstRecord(0);
        assertEquals(
                44,
                MldMessage.writeRecord(report, record, GroupRecord.BLOCK_OLD_SOURCES, 1, GROUP_6.hi(), GROUP_6.lo()));
        MldMessage.writeSource(report, record, 0, LOCAL.hi(), LOCAL.lo());
        Icmp6Message.write(report, 0, MldMessage.REPORT_V2, 0, 1, 0);
        Octets.u16(report, 2, 0);

        assertEquals(
                hex(bytes("8f00 0000 0000 0001  06 00 0001 ff050000000000000000000000001234"
                        + " fe800000000000000000000000000001")),
                hex(report));
        assertEquals(1, MldMessage.records(report, 0));
        assertEquals(GroupRecord.BLOCK_OLD_SOURCES, MldMessage.recordType(report, record));
        assertEquals(1, MldMessage.recordSources(report, record));
        assertEquals(
                GROUP_6,
                Address.of(MldMessage.recordGroupHi(report, record), MldMessage.recordGroupLo(report, record)));
        assertEquals(44, MldMessage.nextRecord(report, record));
        assertEveryCutIsFound(
                report, cut -> MldMessage.check(cut, 0, (int) cut.byteSize(), 1, 0, LOCAL.hi(), LOCAL.lo()));
    }

    @Test
    void groupOfVersionOneIsWrittenAndRead() {
        MemorySegment done = zeros(24);
        MldMessage.writeGroup(done, 0, GROUP_6.hi(), GROUP_6.lo());
        Icmp6Message.write(done, 0, MldMessage.DONE, 0, 0, 0);

        assertEquals(GROUP_6, Address.of(MldMessage.groupHi(done, 0), MldMessage.groupLo(done, 0)));
        assertEveryCutIsFound(
                done, cut -> MldMessage.check(cut, 0, (int) cut.byteSize(), 1, 0, LOCAL.hi(), LOCAL.lo()));
    }
}
