package netkeep.wire;

import static netkeep.wire.Bytes.assertEveryCutIsFound;
import static netkeep.wire.Bytes.bytes;
import static netkeep.wire.Bytes.hex;
import static netkeep.wire.Bytes.zeros;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import netkeep.sim.Rfc;
import org.junit.jupiter.api.Test;

class NdpMessageTest {
    private static final Address LOCAL = Address.parse("fe80::1");
    private static final Address ALL_NODES = Address.parse("ff02::1");
    private static final Address ALL_ROUTERS = Address.parse("ff02::2");
    private static final Address GLOBAL = Address.parse("fd00:198:18::2");
    private static final Address SOLICITED = Address.parse("ff02::1:ff00:2");
    private static final long MAC = 0x0200_0000_0001L;

    private static final String SOURCE_OPTION = "0101 020000000001";
    private static final String TARGET_OPTION = "0201 020000000001";

    private static final String RS = "85 00 0000 00000000";
    private static final String RA = "86 00 0000 40 c0 0708 00007530 000003e8";
    private static final String TARGET = "fd00019800180000 0000000000000002";
    private static final String NS = "87 00 0000 00000000" + TARGET;
    private static final String NA = "88 00 0000 60000000" + TARGET;
    private static final String REDIRECT = "89 00 0000 00000000 fe80000000000000 0000000000000009" + TARGET;

    private static Verdict check(String message, int hopLimit, Address source, Address destination) {
        MemorySegment bytes = bytes(message);
        return NdpMessage.check(
                bytes,
                0,
                (int) bytes.byteSize(),
                hopLimit,
                source.hi(),
                source.lo(),
                destination.hi(),
                destination.lo());
    }

    private static Verdict check(String message, Address source, Address destination) {
        return check(message, 255, source, destination);
    }

    private static final String[] ALL = {RS, RA, NS, NA, REDIRECT};

    @Rfc({
        "4861 6.1.1 hop limit",
        "4861 6.1.2 hop limit",
        "4861 7.1.1 hop limit",
        "4861 7.1.2 hop limit",
        "4861 8.1 hop limit"
    })
    @Test
    void messageFromOffTheLinkIsInvalid() {
        for (String message : ALL) {
            assertEquals(Verdict.OK, check(message, LOCAL, GLOBAL));
            for (int hops = 0; hops < 255; hops++) {
                assertEquals(Verdict.BAD_HOP_LIMIT, check(message, hops, LOCAL, GLOBAL));
            }
        }
    }

    @Rfc({"4861 6.1.1 code", "4861 6.1.2 code", "4861 7.1.1 code", "4861 7.1.2 code", "4861 8.1 code"})
    @Test
    void codeOtherThanZeroIsInvalid() {
        for (String message : ALL) {
            assertEquals(Verdict.BAD_TYPE, check(message.substring(0, 3) + "01" + message.substring(5), LOCAL, GLOBAL));
        }
        assertEquals(Verdict.BAD_TYPE, check("8a 00 0000 00000000", LOCAL, GLOBAL));
        assertEquals(Verdict.BAD_TYPE, check("84 00 0000 00000000", LOCAL, GLOBAL));
    }

    @Rfc({"4861 6.1.1 length", "4861 6.1.2 length", "4861 7.1.1 length", "4861 7.1.2 length", "4861 8.1 length"})
    @Test
    void messageThatIsTooShortIsInvalid() {
        for (String message : ALL) {
            assertEveryCutIsFound(
                    bytes(message),
                    cut -> NdpMessage.check(
                            cut, 0, (int) cut.byteSize(), 255, LOCAL.hi(), LOCAL.lo(), GLOBAL.hi(), GLOBAL.lo()));
        }
    }

    @Rfc({
        "4861 6.1.1 options",
        "4861 6.1.2 options",
        "4861 7.1.1 options",
        "4861 7.1.2 options",
        "4861 8.1 options",
        "4861 4.6 length zero"
    })
    @Test
    void optionOfLengthZeroIsInvalid() {
        for (String message : ALL) {
            assertEquals(
                    Verdict.OK, check(message + "7f01 000000000000 ff02 0000000000000000000000000000", LOCAL, GLOBAL));
            assertEquals(Verdict.BAD_OPTION, check(message + "7f00 000000000000", LOCAL, GLOBAL));
            assertEquals(Verdict.BAD_OPTION, check(message + "7f02 000000000000", LOCAL, GLOBAL));
            assertEquals(Verdict.BAD_OPTION, check(message + "7f01 0000000000", LOCAL, GLOBAL));
            assertEquals(Verdict.BAD_OPTION, check(message + "7f", LOCAL, GLOBAL));
        }
    }

    @Rfc("4861 6.1.1 source option")
    @Test
    void solicitationFromNowhereTellsNoLinkAddress() {
        assertEquals(Verdict.OK, check(RS, Address.UNSPECIFIED, ALL_ROUTERS));
        assertEquals(Verdict.OK, check(RS + SOURCE_OPTION, LOCAL, ALL_ROUTERS));
        assertEquals(Verdict.BAD_OPTION, check(RS + SOURCE_OPTION, Address.UNSPECIFIED, ALL_ROUTERS));
    }

    @Rfc("4861 6.1.2 source")
    @Test
    void routersAdvertiseFromTheirLinkLocalAddress() {
        assertEquals(Verdict.OK, check(RA + SOURCE_OPTION, LOCAL, ALL_NODES));
        assertEquals(Verdict.BAD_SOURCE, check(RA, GLOBAL, ALL_NODES));
        assertEquals(Verdict.BAD_SOURCE, check(RA, Address.UNSPECIFIED, ALL_NODES));
    }

    @Rfc({"4861 7.1.1 destination", "4861 7.1.1 source option"})
    @Test
    void neighborSolicitationFromNowhereGoesToTheSolicitedNode() {
        assertEquals(Verdict.OK, check(NS, Address.UNSPECIFIED, SOLICITED));
        assertEquals(Verdict.BAD_DESTINATION, check(NS, Address.UNSPECIFIED, GLOBAL));
        assertEquals(Verdict.BAD_DESTINATION, check(NS, Address.UNSPECIFIED, ALL_NODES));
        assertEquals(Verdict.BAD_OPTION, check(NS + SOURCE_OPTION, Address.UNSPECIFIED, SOLICITED));
        assertEquals(Verdict.OK, check(NS + SOURCE_OPTION, LOCAL, SOLICITED));
        assertEquals(Verdict.BAD_OPTION, check(NS + TARGET_OPTION + SOURCE_OPTION, Address.UNSPECIFIED, SOLICITED));
    }

    @Rfc({"4861 7.1.1 target", "4861 7.1.2 target"})
    @Test
    void groupIsNoTarget() {
        assertEquals(Verdict.BAD_FIELD, check(NS.replace(TARGET, "ff02" + TARGET.substring(4)), LOCAL, SOLICITED));
        assertEquals(Verdict.BAD_FIELD, check(NA.replace(TARGET, "ff02" + TARGET.substring(4)), LOCAL, GLOBAL));
    }

    @Rfc("4861 7.1.2 solicited")
    @Test
    void advertisementToAGroupIsNotSolicited() {
        assertEquals(Verdict.OK, check(NA, LOCAL, GLOBAL));
        assertEquals(Verdict.BAD_FIELD, check(NA, LOCAL, ALL_NODES));
        assertEquals(Verdict.OK, check(NA.replace("60000000", "a0000000"), LOCAL, ALL_NODES));
    }

    @Rfc({"4861 8.1 source", "4861 8.1 target", "4861 8.1 destination"})
    @Test
    void redirectComesFromARouterAndNamesOneOrTheDestination() {
        assertEquals(Verdict.OK, check(REDIRECT, LOCAL, GLOBAL));
        assertEquals(Verdict.BAD_SOURCE, check(REDIRECT, GLOBAL, GLOBAL));
        assertEquals(Verdict.OK, check("89 00 0000 00000000" + TARGET + TARGET, LOCAL, GLOBAL));
        assertEquals(
                Verdict.BAD_FIELD,
                check("89 00 0000 00000000 fd00019800180000 0000000000000003" + TARGET, LOCAL, GLOBAL));
        assertEquals(
                Verdict.BAD_FIELD,
                check("89 00 0000 00000000" + "ff02000000000000 0000000000000003".repeat(2), LOCAL, GLOBAL));
    }

    @Rfc({"4861 4.2 format", "4861 4.4 format", "4861 4.5 format"})
    @Test
    void fieldsAreWhereTheRfcDrawsThem() {
        MemorySegment ra = bytes(RA);
        assertEquals(64, NdpMessage.curHopLimit(ra, 0));
        assertEquals(NdpMessage.MANAGED | NdpMessage.OTHER, NdpMessage.routerFlags(ra, 0));
        assertEquals(1800, NdpMessage.routerLifetime(ra, 0));
        assertEquals(30_000, NdpMessage.reachableTime(ra, 0));
        assertEquals(1000, NdpMessage.retransTimer(ra, 0));

        MemorySegment na = bytes(NA);
        assertEquals(NdpMessage.SOLICITED | NdpMessage.OVERRIDE, NdpMessage.neighborFlags(na, 0));
        assertEquals(GLOBAL, Address.of(NdpMessage.targetHi(na, 0), NdpMessage.targetLo(na, 0)));

        MemorySegment redirect = bytes(REDIRECT);
        assertEquals(GLOBAL, Address.of(NdpMessage.redirectedHi(redirect, 0), NdpMessage.redirectedLo(redirect, 0)));
        assertEquals("fe80::9", Address.print(NdpMessage.targetHi(redirect, 0), NdpMessage.targetLo(redirect, 0)));
    }

    @Test
    void messagesAreWrittenAsTheyAreRead() {
        MemorySegment ra = zeros(16);
        NdpMessage.writeRouter(ra, 0, 30_000, 1000);
        Icmp6Message.write(ra, 0, 134, 0, NdpMessage.routerRest(64, 0xC0, 1800), Checksum.add(0, ra, 8, 8));
        Octets.u16(ra, 2, 0);
        assertEquals(hex(bytes(RA)), hex(ra));

        MemorySegment na = zeros(24);
        NdpMessage.writeTarget(na, 0, GLOBAL.hi(), GLOBAL.lo());
        Icmp6Message.write(na, 0, 136, 0, NdpMessage.SOLICITED | NdpMessage.OVERRIDE, 0);
        Octets.u16(na, 2, 0);
        assertEquals(hex(bytes(NA)), hex(na));

        MemorySegment redirect = zeros(40);
        NdpMessage.writeRedirect(redirect, 0, LOCAL.hi(), 9, GLOBAL.hi(), GLOBAL.lo());
        Icmp6Message.write(redirect, 0, 137, 0, 0, 0);
        Octets.u16(redirect, 2, 0);
        assertEquals(hex(bytes(REDIRECT)), hex(redirect));
    }

    @Rfc({
        "4861 4.6.1 format",
        "4861 4.6.2 format",
        "4861 4.6.4 format",
        "7527 4.1 format",
        "8106 5.1 format",
        "2464 6 option"
    })
    @Test
    void optionsAreTheseOctets() {
        MemorySegment bytes = zeros(40);
        NdpOption.writeLinkAddress(bytes, 0, NdpOption.TARGET_LINK_ADDRESS, MAC);
        assertEquals("0201020000000001", hex(bytes.asSlice(0, 8)));
        assertEquals(MAC, NdpOption.linkAddress(bytes, 0));

        NdpOption.writeMtu(bytes, 0, 1400);
        assertEquals("0501000000000578", hex(bytes.asSlice(0, 8)));
        assertEquals(1400, NdpOption.mtu(bytes, 0));

        NdpOption.writeNonce(bytes, 0, 0x0102_0304_0506L);
        assertEquals("0e01010203040506", hex(bytes.asSlice(0, 8)));
        assertEquals(0x0102_0304_0506L, NdpOption.nonce(bytes, 0));

        NdpOption.writePrefix(bytes, 0, Prefix.parse("fd00:198:18::/64"), 0xC0, 86_400, 14_400);
        assertEquals(
                hex(bytes("03 04 40 c0 00015180 00003840 00000000 fd00019800180000 0000000000000000")),
                hex(bytes.asSlice(0, 32)));
        assertEquals(64, NdpOption.prefixBits(bytes, 0));
        assertEquals(NdpOption.ON_LINK | NdpOption.AUTONOMOUS, NdpOption.prefixFlags(bytes, 0));
        assertEquals(86_400, NdpOption.validLifetime(bytes, 0));
        assertEquals(14_400, NdpOption.preferredLifetime(bytes, 0));
        assertEquals(0xFD00_0198_0018_0000L, NdpOption.prefixHi(bytes, 0));
        assertEquals(0, NdpOption.prefixLo(bytes, 0));

        NdpOption.writeDns(bytes, 0, 2, 1200);
        NdpOption.writeDnsServer(bytes, 0, 0, GLOBAL.hi(), GLOBAL.lo());
        NdpOption.writeDnsServer(bytes, 0, 1, LOCAL.hi(), LOCAL.lo());
        assertEquals(hex(bytes("19 05 0000 000004b0" + TARGET + "fe80000000000000 0000000000000001")), hex(bytes));
        assertEquals(2, NdpOption.dnsServers(bytes, 0));
        assertEquals(1200, NdpOption.dnsLifetime(bytes, 0));
        assertEquals(LOCAL.hi(), NdpOption.dnsServerHi(bytes, 0, 1));
        assertEquals(GLOBAL.lo(), NdpOption.dnsServerLo(bytes, 0, 0));
    }

    private static boolean whole(String hex) {
        MemorySegment bytes = bytes(hex);
        assertEquals(Verdict.OK, NdpOption.check(bytes, 0, (int) bytes.byteSize()));
        return NdpOption.isWhole(bytes, 0);
    }

    @Rfc("8106 5.3.1 length")
    @Test
    void optionTooShortForItsReadersIsNotWhole() {
        String zeros = "0000000000000000";
        assertTrue(whole("1903000000000000" + zeros.repeat(2)));
        assertFalse(whole("1901000000000000"));
        assertFalse(whole("1902000000000000" + zeros));
        assertFalse(whole("1904000000000000" + zeros.repeat(3)));
        assertTrue(whole("1f02000000000000" + zeros));
        assertFalse(whole("1f01000000000000"));
        assertTrue(whole("0304400000000000" + zeros.repeat(3)));
        assertTrue(whole("0304800000000000" + zeros.repeat(3)));
        assertFalse(whole("0304810000000000" + zeros.repeat(3)));
        assertFalse(whole("0303400000000000" + zeros.repeat(2)));
        assertTrue(whole("7f01000000000000"));
    }

    @Test
    void optionsAreFoundOneAfterTheOther() {
        MemorySegment bytes = bytes("0501000000000578" + SOURCE_OPTION + "7f01000000000000" + SOURCE_OPTION);
        assertEquals(8, NdpOption.find(bytes, 0, 32, NdpOption.SOURCE_LINK_ADDRESS));
        assertEquals(24, NdpOption.find(bytes, 16, 32, NdpOption.SOURCE_LINK_ADDRESS));
        assertEquals(-1, NdpOption.find(bytes, 0, 32, NdpOption.PREFIX));
        assertEquals(-1, NdpOption.find(bytes, 0, 0, NdpOption.MTU));
    }
}
