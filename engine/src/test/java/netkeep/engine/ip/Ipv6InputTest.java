package netkeep.engine.ip;

import static netkeep.engine.Frames.cat;
import static netkeep.engine.Frames.counting;
import static netkeep.engine.Frames.hex;
import static netkeep.engine.Frames.v6;
import static netkeep.engine.Lab.LINK6;
import static netkeep.engine.Lab.OURS6;
import static netkeep.engine.Lab.PEER6;
import static netkeep.engine.Lab.PEER_LINK6;
import static netkeep.engine.Lab.PEER_MAC;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.List;
import netkeep.engine.Lab;
import netkeep.engine.ledger.Counter;
import netkeep.sim.Rfc;
import netkeep.wire.Address;
import netkeep.wire.EthernetHeader;
import netkeep.wire.Ipv6Header;
import netkeep.wire.MacAddress;
import netkeep.wire.Verdict;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class Ipv6InputTest {
    private static final int UDP = 17;
    private static final byte[] PAYLOAD = counting(1, 40);

    private final Lab lab = new Lab().knowPeer();
    private final Catcher catcher = new Catcher();

    @BeforeEach
    void register() {
        lab.ip.upper(UDP, catcher);
    }

    private Verdict from(String source, String destination) {
        return lab.arrives(v6(Address.parse(source), Address.parse(destination), UDP, 64, PAYLOAD));
    }

    @Rfc("8200 3 deliver")
    @Test
    void packetForUsGoesUpWithItsFields() {
        byte[] frame = v6(PEER6, OURS6, UDP, 3, PAYLOAD);
        frame[14] = 0x6A;
        frame[15] = (byte) 0xB0;

        assertEquals(Verdict.OK, lab.arrives(frame));

        assertArrayEquals(PAYLOAD, catcher.payloads.getFirst());
        assertEquals(3, catcher.hops);
        assertEquals(0xAB, catcher.trafficClass);
        assertEquals(1, lab.count(Counter.Ip6InDelivers));
    }

    @Test
    void ownLinkLocalAddressIsOurs() {
        assertEquals(Verdict.OK, lab.arrives(v6(PEER_LINK6, LINK6, UDP, 64, PAYLOAD)));
    }

    @Rfc({"8200 4.3 order", "8200 4.6 destination options", "8200 4.4 skipped"})
    @Test
    void extensionHeadersAreWalkedOver() {
        byte[] hopByHop = hex("2B 00 01 04 00 00 00 00");
        byte[] routing = hex("3C 00 02 00 00 00 00 00");
        byte[] options = hex("11 00 01 04 00 00 00 00");

        assertEquals(Verdict.OK, lab.arrives(v6(0, cat(hopByHop, routing, options, PAYLOAD))));
        assertArrayEquals(PAYLOAD, catcher.payloads.getFirst());
    }

    @Rfc({"8200 4 unrecognized next header", "4443 3.4 code 1"})
    @Test
    void nextHeaderThatNobodyKnowsIsToldWithItsPlace() {
        byte[] options = hex("63 00 01 04 00 00 00 00");

        assertEquals(Verdict.UNKNOWN_PROTOCOL, lab.arrives(v6(60, cat(options, PAYLOAD))));

        byte[] message = lab.only().upper();
        assertArrayEquals(hex("04 01"), java.util.Arrays.copyOf(message, 2));
        assertEquals(40, message[7]);

        // Hop-by-hop options that do not stand first are no next header either.
        assertEquals(Verdict.BAD_OPTION, lab.arrives(v6(60, cat(hex("00 00 01 04 00 00 00 00"), options, PAYLOAD))));
        message = lab.only().upper();
        assertArrayEquals(hex("04 01"), java.util.Arrays.copyOf(message, 2));
        assertEquals(40, message[7]);
    }

    @Rfc("8200 4.7 no next header")
    @Test
    void nothingFollowsNoNextHeader() {
        assertEquals(Verdict.OK, lab.arrives(v6(59, PAYLOAD)));

        assertEquals(List.of(), catcher.payloads);
        assertEquals(List.of(), lab.take());
    }

    @Rfc({"8200 4.2 action 10 told", "4443 3.4 code 2"})
    @Test
    void optionThatAsksForItIsTold() {
        byte[] options = hex("11 00 81 04 00 00 00 00");

        assertEquals(Verdict.UNKNOWN_OPTION, lab.arrives(v6(60, cat(options, PAYLOAD))));

        byte[] message = lab.only().upper();
        assertArrayEquals(hex("04 02"), java.util.Arrays.copyOf(message, 2));
        assertEquals(42, message[7]);
    }

    @Rfc("8200 4.2 action 01 silent")
    @Test
    void optionThatAsksForSilenceIsNotTold() {
        assertEquals(Verdict.UNKNOWN_OPTION, lab.arrives(v6(60, cat(hex("11 00 41 04 00 00 00 00"), PAYLOAD))));
        assertEquals(List.of(), lab.take());
    }

    @Rfc({"8200 4.2 action 10 to groups", "8200 4.2 action 11 to groups", "4443 2.4 (e.3) exception", "4443 2.2 source"
    })
    @Test
    void optionInAGroupsPacketIsToldForActionTenOnly() {
        Address group = Address.parse("ff02::1");
        byte[] ten = v6(PEER_LINK6, group, 60, 64, cat(hex("11 00 81 04 00 00 00 00"), PAYLOAD));
        byte[] eleven = v6(PEER_LINK6, group, 60, 64, cat(hex("11 00 C1 04 00 00 00 00"), PAYLOAD));

        assertEquals(Verdict.UNKNOWN_OPTION, lab.arrives(eleven));
        assertEquals(List.of(), lab.take());
        assertEquals(Verdict.UNKNOWN_OPTION, lab.arrives(ten));
        Lab.Frame told = lab.only();
        assertEquals(4, told.upper()[0]);
        assertEquals(LINK6, Address.of(Ipv6Header.sourceHi(told.memory(), 24), Ipv6Header.sourceLo(told.memory(), 24)));
    }

    @Rfc("8200 4.4 told")
    @Test
    void routingHeaderWithSegmentsLeftIsToldAtItsType() {
        assertEquals(Verdict.BAD_OPTION, lab.arrives(v6(43, cat(hex("11 00 00 01 00 00 00 00"), PAYLOAD))));

        byte[] message = lab.only().upper();
        assertArrayEquals(hex("04 00"), java.util.Arrays.copyOf(message, 2));
        assertEquals(42, message[7]);
    }

    @Rfc("4861 7.1 martian")
    @Test
    void sourceThatNobodyElseHasIsDropped() {
        for (String source : List.of("ff02::1", "::1", "fd00:198:18::2", "::ffff:198.18.0.1")) {
            if (!source.startsWith("::ffff")) {
                assertEquals(Verdict.BAD_SOURCE, from(source, "fd00:198:18::2"), source);
            }
        }
        byte[] mapped = v6(PEER6, OURS6, UDP, 64, PAYLOAD);
        System.arraycopy(hex("00000000000000000000ffffc6120001"), 0, mapped, 22, 16);
        assertEquals(Verdict.BAD_SOURCE, lab.arrives(mapped));
        assertEquals(Verdict.BAD_DESTINATION, from("fd00:198:18::1", "::1"));
        assertEquals(List.of(), catcher.payloads);
    }

    @Test
    void packetForAnotherIsNotOurs() {
        assertEquals(Verdict.NOT_OURS, from("fd00:198:18::1", "fd00:198:18::3"));
        assertEquals(Verdict.NO_MEMBER, from("fe80::5", "ff02::5"));
        assertEquals(Verdict.OK, from("fe80::5", "ff02::1"));
        assertTrue(catcher.multicast);
    }

    /// And nobody is told, though nobody knows its next header.
    @Rfc({"4443 2.4 (e.4)", "4443 2.4 (e.5)"})
    @Test
    void packetForOneHostInAFrameForAGroupIsDropped() {
        for (long to : new long[] {MacAddress.ofMulticast(1, 1), MacAddress.BROADCAST}) {
            byte[] frame = v6(99, PAYLOAD);
            EthernetHeader.write(MemorySegment.ofArray(frame), 0, to, PEER_MAC, EthernetHeader.IPV6);

            assertEquals(Verdict.BAD_DESTINATION, lab.arrives(frame));
        }
        assertEquals(List.of(), lab.take());
    }

    @Rfc("8200 3 hop limit zero")
    @Test
    void packetThatIsThereNeedsNoHopsMore() {
        assertEquals(Verdict.OK, lab.arrives(v6(PEER6, OURS6, UDP, 0, PAYLOAD)));
        assertArrayEquals(PAYLOAD, catcher.payloads.getFirst());
    }

    @Rfc("8200 3 truncated")
    @Test
    void packetShorterThanItSaysIsDropped() {
        byte[] frame = v6(UDP, PAYLOAD);

        assertEquals(Verdict.TRUNCATED, lab.arrives(java.util.Arrays.copyOf(frame, frame.length - 1)));
        assertEquals(1, lab.count(Counter.Ip6InTruncatedPkts));
    }

    @Test
    void icmpOfIpv4IsNoProtocolOfIpv6() {
        assertEquals(Verdict.UNKNOWN_PROTOCOL, lab.arrives(v6(1, PAYLOAD)));
        assertEquals(4, lab.only().upper()[0]);
    }

    /// Whatever the headers say, no read leaves the frame and nothing is thrown.
    @Test
    void headersBeyondTheCopyAreNoReasonToGuess() {
        byte[] many = new byte[0];
        for (int i = 0; i < 30; i++) {
            many = cat(many, hex("3C 00 01 04 00 00 00 00"));
        }

        assertEquals(Verdict.TRUNCATED, lab.arrives(v6(60, cat(many, PAYLOAD))));
    }
}
