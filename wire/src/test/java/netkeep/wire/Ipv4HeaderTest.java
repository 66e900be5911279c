package netkeep.wire;

import static netkeep.wire.Bytes.assertEveryCutIsFound;
import static netkeep.wire.Bytes.assertEveryFlippedBitIsFound;
import static netkeep.wire.Bytes.bytes;
import static netkeep.wire.Bytes.drawn;
import static netkeep.wire.Bytes.hex;
import static netkeep.wire.Bytes.zeros;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import netkeep.sim.Rfc;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Ipv4HeaderTest {
    /// Header of a UDP datagram whose checksum is known from the outside.
    private static final String KNOWN = "4500 0073 0000 4000 4011 b861 c0a8 0001 c0a8 00c7";

    private static Verdict check(MemorySegment bytes) {
        return Ipv4Header.check(bytes, 0, (int) bytes.byteSize());
    }

    private static MemorySegment header(int headerLength, int totalLength, String source, String destination) {
        MemorySegment bytes = zeros(Math.max(totalLength, headerLength));
        Ipv4Header.write(
                bytes,
                0,
                headerLength,
                0,
                totalLength,
                1,
                0,
                64,
                IpProtocol.UDP,
                Address.parse(source).lo(),
                Address.parse(destination).lo());
        return bytes;
    }

    @Rfc("791 3.1 format")
    @Test
    void headerIsTheseOctets() {
        MemorySegment bytes = zeros(20);
        Ipv4Header.write(
                bytes,
                0,
                20,
                0,
                0x73,
                0,
                Ipv4Header.DONT_FRAGMENT,
                64,
                IpProtocol.UDP,
                Address.parse("192.168.0.1").lo(),
                Address.parse("192.168.0.199").lo());

        assertEquals(hex(bytes(KNOWN)), hex(bytes));
    }

    @Rfc("791 3.1 format")
    @Test
    void everyFieldIsReadBack() {
        Seeds.each(2_000, luck -> {
            int headerLength = 20 + 4 * luck.nextInt(11);
            int at = luck.nextInt(8);
            MemorySegment bytes = drawn(luck, at + headerLength + 20);
            int tos = luck.nextInt(256);
            int total = headerLength + luck.nextInt(21);
            int identification = luck.nextInt(65536);
            int offset = luck.nextInt(0x2000);
            boolean df = luck.nextBoolean();
            boolean mf = luck.nextBoolean();
            int ttl = luck.nextInt(256);
            int protocol = luck.nextInt(256);
            long source = Address.V4 | luck.nextInt() & 0xFFFF_FFFFL;
            long destination = Address.V4 | luck.nextInt() & 0xFFFF_FFFFL;
            int word = (df ? Ipv4Header.DONT_FRAGMENT : 0) | (mf ? Ipv4Header.MORE_FRAGMENTS : 0) | offset;
            Ipv4Header.write(
                    bytes, at, headerLength, tos, total, identification, word, ttl, protocol, source, destination);

            assertEquals(Verdict.OK, Ipv4Header.check(bytes, at, headerLength + 20));
            assertEquals(4, Ipv4Header.version(bytes, at));
            assertEquals(headerLength, Ipv4Header.headerLength(bytes, at));
            assertEquals(tos, Ipv4Header.tos(bytes, at));
            assertEquals(tos & 3, Ipv4Header.ecn(bytes, at));
            assertEquals(total, Ipv4Header.totalLength(bytes, at));
            assertEquals(identification, Ipv4Header.identification(bytes, at));
            assertEquals(word, Ipv4Header.fragmentWord(bytes, at));
            assertEquals(df, Ipv4Header.dontFragment(bytes, at));
            assertEquals(mf, Ipv4Header.moreFragments(bytes, at));
            assertEquals(offset * 8, Ipv4Header.fragmentOffset(bytes, at));
            assertEquals(mf || offset != 0, Ipv4Header.isFragment(bytes, at));
            assertEquals(ttl, Ipv4Header.ttl(bytes, at));
            assertEquals(protocol, Ipv4Header.protocol(bytes, at));
            assertEquals(source, Ipv4Header.source(bytes, at));
            assertEquals(destination, Ipv4Header.destination(bytes, at));
        });
    }

    @Rfc("1122 3.2.1.2 checksum")
    @Test
    void everyFlippedBitIsFoundInTheHeader() {
        assertEveryFlippedBitIsFound(header(20, 20, "198.18.0.1", "198.18.0.2"), Ipv4HeaderTest::check);
        MemorySegment options = header(32, 32, "198.18.0.1", "198.18.0.2");
        Ipv4Options.writeRouterAlert(options, 20);
        Ipv4Header.seal(options, 0);
        assertEveryFlippedBitIsFound(options, Ipv4HeaderTest::check);
    }

    @Test
    void everyCutIsFoundInThePacket() {
        assertEveryCutIsFound(header(60, 100, "198.18.0.1", "198.18.0.2"), Ipv4HeaderTest::check);
    }

    private static Verdict checkWith(int at, int octet) {
        MemorySegment bytes = header(20, 40, "198.18.0.1", "198.18.0.2");
        Octets.u8(bytes, at, octet);
        Octets.u16(bytes, 10, 0);
        Octets.u16(bytes, 10, Checksum.fold(Checksum.add(0, bytes, 0, 20)));
        return check(bytes);
    }

    @Rfc("1122 3.2.1.1 version")
    @Test
    void otherVersionsAreDropped() {
        assertEquals(Verdict.OK, checkWith(0, 0x45));
        assertEquals(Verdict.BAD_VERSION, checkWith(0, 0x65));
        assertEquals(Verdict.BAD_VERSION, checkWith(0, 0x05));
    }

    @Test
    void lengthsDoNotContradictEachOther() {
        assertEquals(Verdict.BAD_LENGTH, checkWith(0, 0x44));
        assertEquals(Verdict.BAD_LENGTH, checkWith(0, 0x4F));
        assertEquals(Verdict.BAD_LENGTH, checkWith(3, 19));
        assertEquals(Verdict.OK, checkWith(3, 20));
        assertEquals(Verdict.TRUNCATED, checkWith(3, 41));
        assertEquals(Verdict.TRUNCATED, checkWith(2, 0xFF));
    }

    @Rfc("1122 3.2.1.3 addresses")
    @ParameterizedTest
    @CsvSource({
        "198.18.0.1,      198.18.0.2,      OK",
        "0.0.0.0,         255.255.255.255, OK",
        "198.18.0.1,      224.0.0.1,       OK",
        "198.18.0.1,      239.255.255.255, OK",
        "0.0.0.1,         198.18.0.2,      BAD_SOURCE",
        "127.0.0.1,       198.18.0.2,      BAD_SOURCE",
        "224.0.0.1,       198.18.0.2,      BAD_SOURCE",
        "240.0.0.1,       198.18.0.2,      BAD_SOURCE",
        "255.255.255.255, 198.18.0.2,      BAD_SOURCE",
        "198.18.0.1,      0.0.0.0,         BAD_DESTINATION",
        "198.18.0.1,      127.1.2.3,       BAD_DESTINATION",
        "198.18.0.1,      240.0.0.0,       BAD_DESTINATION",
        "198.18.0.1,      255.255.255.254, BAD_DESTINATION",
    })
    void addressesThatNoPacketMayHave(String source, String destination, Verdict verdict) {
        assertEquals(verdict, Ipv4Header.checkAddresses(header(20, 20, source, destination), 0));
    }

    /// A header with these options, padded with zeros.
    private static MemorySegment withOptions(String options) {
        MemorySegment all = bytes("00".repeat(20) + options.replace(" ", ""));
        MemorySegment padded = zeros((int) (all.byteSize() + 3) / 4 * 4);
        return padded.copyFrom(all);
    }

    private static int problem(String options) {
        MemorySegment bytes = withOptions(options);
        int problem = Ipv4Options.problem(bytes, 0, (int) bytes.byteSize());
        assertEquals(
                problem == 0 ? Verdict.OK : Verdict.BAD_OPTION, Ipv4Options.check(bytes, 0, (int) bytes.byteSize()));
        return problem;
    }

    @Rfc("1122 3.2.1.8 unknown options")
    @Test
    void optionsThatNobodyKnowsArePassedOver() {
        assertEquals(0, problem(""));
        assertEquals(0, problem("01 01 01 00"));
        assertEquals(0, problem("94 04 00 00"));
        assertEquals(0, problem("9e 03 07 01 4d 02 00 00"));
    }

    @Rfc("791 3.1 options")
    @Test
    void wrongOctetOfTheOptionsIsPointedAt() {
        assertEquals(21, problem("94 00 00 00"));
        assertEquals(21, problem("94 01 00 00"));
        assertEquals(21, problem("94 05 00 00"));
        assertEquals(23, problem("01 01 94 09 00"));
        assertEquals(23, problem("01 01 01 94"));
        // Behind the end anything goes.
        assertEquals(0, problem("00 94 ff 00"));
    }

    /// Those that record a way or times have room for a whole entry, or for none.
    @Rfc("791 3.1 record route and timestamp")
    @Test
    void wrongPointerOfWhatRecordsIsPointedAt() {
        assertEquals(0, problem("07 07 04 00 00 00 00"));
        assertEquals(0, problem("07 07 08 01 02 03 04"));
        assertEquals(0, problem("01 07 0b 08 01 02 03 04 00 00 00 00"));
        assertEquals(21, problem("07 02 00 00"));
        for (String pointer : new String[] {"00", "03", "05", "07"}) {
            assertEquals(22, problem("07 07 " + pointer + " 00 00 00 00"));
        }
        assertEquals(22, problem("07 08 08 01 02 03 04 00"));

        assertEquals(0, problem("44 08 05 00 00 00 00 00"));
        assertEquals(0, problem("44 08 09 e0 01 02 03 04"));
        assertEquals(0, problem("44 0c 05 01 00 00 00 00 00 00 00 00"));
        assertEquals(0, problem("44 0c 05 03 0a 00 00 01 00 00 00 00"));
        assertEquals(0, problem("44 0c 0d f3 0a 00 00 01 00 00 00 00"));
        assertEquals(21, problem("44 03 05 00"));
        assertEquals(22, problem("44 08 00 00 00 00 00 00"));
        assertEquals(22, problem("44 08 04 00 00 00 00 00"));
        assertEquals(22, problem("44 07 05 00 00 00 00 00"));
        assertEquals(22, problem("44 14 11 01 c0 a8 01 0c 01 02 03 04 00 00 00 00 00 00 00 00"));
        assertEquals(23, problem("44 08 09 f0 01 02 03 04"));
        assertEquals(24, problem("01 44 0c 0d f1 0a 00 00 01 00 00 00 00 00 00 00"));
    }

    @Test
    void optionsAreFound() {
        MemorySegment bytes = withOptions("01 83 03 04 94 04 00 00 00 89 03 04");
        int length = (int) bytes.byteSize();
        assertEquals(21, Ipv4Options.find(bytes, 0, length, Ipv4Options.LOOSE_SOURCE_ROUTE));
        assertEquals(24, Ipv4Options.find(bytes, 0, length, Ipv4Options.ROUTER_ALERT));
        assertEquals(-1, Ipv4Options.find(bytes, 0, length, Ipv4Options.STRICT_SOURCE_ROUTE));
        assertEquals(-1, Ipv4Options.find(bytes, 0, length, Ipv4Options.TIMESTAMP));
        assertEquals(-1, Ipv4Options.find(bytes, 0, 20, Ipv4Options.ROUTER_ALERT));
        assertTrue(Ipv4Options.isSourceRouted(bytes, 0, length));
        assertTrue(Ipv4Options.isSourceRouted(withOptions("89 03 04 00"), 0, 24));
        assertFalse(Ipv4Options.isSourceRouted(withOptions("94 04 00 00"), 0, 24));
        assertFalse(Ipv4Options.isSourceRouted(bytes, 0, 20));
    }

    @Rfc("2113 2.1 format")
    @Test
    void routerAlertIsTheseOctets() {
        MemorySegment bytes = drawn(Seeds.luck(1), 4);
        Ipv4Options.writeRouterAlert(bytes, 0);

        assertEquals("94040000", hex(bytes));
    }
}
