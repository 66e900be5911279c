package netkeep.wire;

import static netkeep.wire.Bytes.bytes;
import static netkeep.wire.Bytes.hex;
import static netkeep.wire.Bytes.zeros;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import netkeep.sim.Rfc;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;

class Ipv6ExtensionsTest {
    private static final int UDP = IpProtocol.UDP;
    private static final int HOP = IpProtocol.HOP_BY_HOP;
    private static final int DESTINATION = IpProtocol.DESTINATION_OPTIONS;
    private static final int ROUTING = IpProtocol.ROUTING;
    private static final int FRAGMENT = IpProtocol.FRAGMENT;

    private final Ipv6Extensions extensions = new Ipv6Extensions();

    /// A packet whose payload is these octets.
    private static MemorySegment packet(int next, String payload) {
        MemorySegment octets = bytes(payload);
        MemorySegment packet = zeros(40 + (int) octets.byteSize());
        Ipv6Header.write(packet, 0, 0, 0, (int) octets.byteSize(), next, 64, 0xFDL << 56, 1, 0xFDL << 56, 2);
        MemorySegment.copy(octets, 0, packet, 40, octets.byteSize());
        return packet;
    }

    private Verdict walk(int next, String payload) {
        MemorySegment packet = packet(next, payload);
        return extensions.walk(packet, 0, (int) packet.byteSize());
    }

    private void assertProblem(Verdict verdict, int code, int pointer, int next, String payload) {
        assertEquals(verdict, walk(next, payload));
        assertEquals(code, extensions.problemCode());
        assertEquals(pointer, extensions.problemPointer());
    }

    private void assertUpper(int protocol, int upper, int field, int next, String payload) {
        assertEquals(Verdict.OK, walk(next, payload));
        assertEquals(protocol, extensions.protocol());
        assertEquals(upper, extensions.upper());
        assertEquals(field, extensions.protocolField());
        assertEquals(-1, extensions.fragment());
        assertEquals(-1, extensions.problemCode());
    }

    @Rfc("8200 4 order")
    @Test
    void protocolAboveIsFoundBehindAnyNumberInAnyOrder() {
        assertUpper(UDP, 40, 6, UDP, "0000000000000000");
        assertUpper(UDP, 48, 40, HOP, "11 00 01 04 00000000  0000");
        assertUpper(UDP, 56, 40, DESTINATION, "11 01 01 0c 000000000000000000000000  0000");
        assertUpper(
                6,
                80,
                72,
                HOP,
                "3c00010400000000 2b00010400000000 3c00040000000000 3c00010400000000 0600010400000000 0000");
        assertUpper(IpProtocol.NONE, 48, 40, DESTINATION, "3b 00 01 04 00000000 ffff");
        // An extension that we do not know is for the caller to report.
        assertUpper(135, 48, 40, DESTINATION, "87 00 01 04 00000000");
    }

    @Rfc("8200 4.3 first")
    @Test
    void hopByHopOptionsStandFirstOrNowhere() {
        assertProblem(
                Verdict.BAD_OPTION,
                Ipv6Extensions.UNKNOWN_NEXT_HEADER,
                40,
                DESTINATION,
                "00 00 01 04 00000000  11 00 01 04 00000000");
        assertProblem(
                Verdict.BAD_OPTION,
                Ipv6Extensions.UNKNOWN_NEXT_HEADER,
                40,
                HOP,
                "00 00 01 04 00000000  11 00 01 04 00000000");
    }

    @Rfc("8200 4.2 action 00")
    @Test
    void unknownOptionMaySayToPassOver() {
        assertUpper(UDP, 48, 40, DESTINATION, "11 00 1e 04 00000000");
        assertUpper(UDP, 48, 40, HOP, "11 00 3e 02 0000 00 00");
    }

    @Rfc("8200 4.2 action 01")
    @Test
    void unknownOptionMaySayToDropInSilence() {
        assertEquals(Verdict.UNKNOWN_OPTION, walk(DESTINATION, "11 00 5e 04 00000000"));
        assertEquals(-1, extensions.problemCode());
    }

    /// Of several that nobody knows the first decides.
    @Rfc("8200 4.2 in order")
    @Test
    void optionsAreTakenInTheirOrder() {
        assertEquals(Verdict.UNKNOWN_OPTION, walk(DESTINATION, "11 00 5e 00 9e 00 0000"));
        assertEquals(-1, extensions.problemCode());
        assertProblem(Verdict.UNKNOWN_OPTION, Ipv6Extensions.UNKNOWN_OPTION, 44, HOP, "11 00 1e 00 9e 00 5e 00");
    }

    @Rfc("8200 4.2 action 10")
    @Test
    void unknownOptionMaySayToReportEvenToGroups() {
        assertProblem(Verdict.UNKNOWN_OPTION, Ipv6Extensions.UNKNOWN_OPTION, 43, HOP, "11 00 00 9e 03 000000");
        assertEquals(true, extensions.problemToGroups());
    }

    @Rfc("8200 4.2 action 11")
    @Test
    void unknownOptionMaySayToReportButNotToGroups() {
        assertProblem(Verdict.UNKNOWN_OPTION, Ipv6Extensions.UNKNOWN_OPTION, 44, DESTINATION, "11 00 01 00 de 02 0000");
        assertEquals(false, extensions.problemToGroups());
        // The jumbo payload is one that we do not know.
        assertProblem(Verdict.UNKNOWN_OPTION, Ipv6Extensions.UNKNOWN_OPTION, 42, HOP, "11 00 c2 04 00010000");
    }

    @Rfc("8200 4.2 padding")
    @Test
    void paddingIsPassedOver() {
        assertUpper(UDP, 48, 40, HOP, "11 00 000000000000");
        assertUpper(UDP, 48, 40, HOP, "11 00 00 01 03 000000");
        assertUpper(UDP, 48, 40, HOP, "11 00 01 00 01 00 01 00");
        // And nothing but the padding.
        assertProblem(Verdict.UNKNOWN_OPTION, Ipv6Extensions.UNKNOWN_OPTION, 43, HOP, "11 00 00 81 03 000000");
        assertProblem(Verdict.UNKNOWN_OPTION, Ipv6Extensions.UNKNOWN_OPTION, 45, HOP, "11 00 01 01 00 81 01 00");
    }

    @Rfc("4443 3.4 code 0")
    @Test
    void optionThatLeavesItsHeaderIsPointedAt() {
        assertProblem(Verdict.BAD_OPTION, Ipv6Extensions.ERRONEOUS_FIELD, 43, HOP, "11 00 01 05 00000000 0000");
        assertProblem(Verdict.BAD_OPTION, Ipv6Extensions.ERRONEOUS_FIELD, 47, HOP, "11 00 01 03 000000 1e 0000");
    }

    @Rfc("4443 3.4 code 0")
    @Test
    void extensionThatLeavesThePacketIsPointedAt() {
        assertProblem(Verdict.TRUNCATED, Ipv6Extensions.ERRONEOUS_FIELD, 41, HOP, "11 01 01 04 00000000");
        assertProblem(Verdict.TRUNCATED, Ipv6Extensions.ERRONEOUS_FIELD, 4, HOP, "11 00 01 03 000000");
        assertProblem(Verdict.TRUNCATED, Ipv6Extensions.ERRONEOUS_FIELD, 4, DESTINATION, "");
        assertProblem(Verdict.TRUNCATED, Ipv6Extensions.ERRONEOUS_FIELD, 4, FRAGMENT, "11 00 0000 000000");
    }

    @Test
    void extensionsBeyondWhatWeMayReadAreNobodysFault() {
        MemorySegment packet = packet(HOP, "3c 00 01 04 00000000  11 00 01 04 00000000  0000000000000000");
        for (int length = 40; length < 56; length++) {
            assertEquals(Verdict.TRUNCATED, extensions.walk(packet, 0, length));
            assertEquals(-1, extensions.problemCode());
        }
        assertEquals(Verdict.OK, extensions.walk(packet, 0, 56));
    }

    @Rfc("8200 4.4 segments left")
    @Test
    void routingHeaderThatIsUsedUpIsPassedOverAndNoOther() {
        for (int type = 0; type < 256; type++) {
            assertUpper(UDP, 48, 40, ROUTING, "1100%02x0000000000".formatted(type));
            assertProblem(
                    Verdict.BAD_OPTION,
                    Ipv6Extensions.ERRONEOUS_FIELD,
                    42,
                    ROUTING,
                    "1100%02x0100000000".formatted(type));
        }
    }

    @Rfc({"2711 2.1 format", "8200 4.2 action 00"})
    @Test
    void routerAlertIsWrittenAndRead() {
        MemorySegment written = zeros(8);
        Ipv6Extensions.writeRouterAlert(written, 0, IpProtocol.ICMPV6);
        assertEquals("3a00050200000100", hex(written));

        assertEquals(Verdict.OK, walk(HOP, hex(written)));
        assertEquals(0, extensions.routerAlert());
        assertEquals(IpProtocol.ICMPV6, extensions.protocol());
        assertProblem(Verdict.BAD_OPTION, Ipv6Extensions.ERRONEOUS_FIELD, 43, HOP, "3a00 0503 000000 00");
        // In another place it says nothing.
        assertEquals(Verdict.OK, walk(DESTINATION, hex(written)));
        assertEquals(-1, extensions.routerAlert());
    }

    @Rfc("8200 4.5 walk")
    @Test
    void fragmentEndsTheWalk() {
        // Not the first: what follows is anything.
        assertEquals(Verdict.OK, walk(HOP, "2c00010400000000 0000 04d1 00000007  ffffffffffffffff"));
        assertEquals(48, extensions.fragment());
        assertEquals(40, extensions.fragmentField());
        assertEquals(0, extensions.protocol());
        assertEquals(48, extensions.protocolField());
        assertEquals(56, extensions.upper());
        // The first, whole chain in it.
        assertEquals(Verdict.OK, walk(FRAGMENT, "3c00 0001 00000007  11009e0400000000  0000000000000000"));
        assertEquals(40, extensions.fragment());
        assertEquals(6, extensions.fragmentField());
        assertEquals(DESTINATION, extensions.protocol());
        assertEquals(48, extensions.upper());
    }

    @Rfc("6946 4 atomic fragments")
    @Test
    void fragmentThatIsAllOfItsPacketIsNone() {
        assertUpper(UDP, 48, 40, FRAGMENT, "1100 0000 00000007 0000000000000000");
        assertProblem(
                Verdict.UNKNOWN_OPTION,
                Ipv6Extensions.UNKNOWN_OPTION,
                50,
                FRAGMENT,
                "3c00 0000 00000007  1100 9e0400000000");
    }

    @Rfc({"8200 4.5 first fragment", "7112 5 incomplete chain"})
    @Test
    void firstFragmentHoldsAllHeaders() {
        assertProblem(
                Verdict.TRUNCATED,
                Ipv6Extensions.INCOMPLETE_CHAIN,
                0,
                FRAGMENT,
                "0600 0001 00000007  00000000000000000000000000000000");
        assertEquals(Verdict.OK, walk(FRAGMENT, "0600 0001 00000007 000000000000000000000000000000000000000000000000"));
        assertProblem(
                Verdict.TRUNCATED, Ipv6Extensions.INCOMPLETE_CHAIN, 0, FRAGMENT, "3c00 0001 00000007  11ff01040000");
        assertProblem(
                Verdict.TRUNCATED,
                Ipv6Extensions.INCOMPLETE_CHAIN,
                0,
                FRAGMENT,
                "3c00 0001 00000007  1101010400000000");
        assertProblem(Verdict.TRUNCATED, Ipv6Extensions.INCOMPLETE_CHAIN, 0, FRAGMENT, "1100 0001 00000007");
    }

    @Test
    void oneObjectForgetsThePacketBefore() {
        assertEquals(Verdict.OK, walk(HOP, "2c00050200000100 1100 04d1 00000007"));
        assertEquals(Verdict.BAD_OPTION, walk(ROUTING, "1100000100000000"));
        assertUpper(UDP, 40, 6, UDP, "");
        assertEquals(-1, extensions.routerAlert());
    }

    /// Whatever stands there, the walk stays in what it may read, and so does what it answers.
    @Test
    void randomChainsStayInThePacket() {
        int[] found = new int[2];
        Seeds.each(200_000, luck -> {
            byte[] octets = new byte[luck.nextInt(200)];
            luck.nextBytes(octets);
            int[] heads = {HOP, DESTINATION, ROUTING, FRAGMENT, UDP, 6};
            for (int i = 0; i < octets.length; i++) {
                // Plausible next headers, small lengths, paddings.
                int kind = luck.nextInt(8);
                if (kind < 3) {
                    octets[i] = (byte) heads[luck.nextInt(heads.length)];
                } else if (kind < 6) {
                    octets[i] = (byte) luck.nextInt(3);
                }
            }
            MemorySegment packet = zeros(40 + octets.length);
            Ipv6Header.write(packet, 0, 0, 0, luck.nextInt(octets.length + 1), heads[luck.nextInt(6)], 64, 0, 2, 0, 3);
            MemorySegment.copy(octets, 0, packet, ValueLayout.JAVA_BYTE, 40, octets.length);

            Verdict verdict = extensions.walk(packet, 0, (int) packet.byteSize());

            int end = 40 + Ipv6Header.payloadLength(packet, 0);
            if (verdict == Verdict.OK) {
                found[extensions.fragment() < 0 ? 0 : 1]++;
                assertTrue(extensions.upper() <= end);
                assertTrue(extensions.protocolField() < end);
                assertTrue(extensions.fragment() + 8 <= end);
                assertEquals(extensions.protocol(), Octets.u8(packet, extensions.protocolField()));
            } else if (extensions.problemCode() >= 0) {
                assertTrue(extensions.problemPointer() < end);
            }
        });
        if (Long.getLong("seed") == null) {
            assertNotEquals(0, found[0] / 1_000);
            assertNotEquals(0, found[1] / 1_000);
        }
    }
}
