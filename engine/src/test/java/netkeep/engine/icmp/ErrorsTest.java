// Long: each reason for which an error is sent, or none.
package netkeep.engine.icmp;

import static netkeep.engine.Frames.cat;
import static netkeep.engine.Frames.counting;
import static netkeep.engine.Frames.fragment6;
import static netkeep.engine.Frames.hex;
import static netkeep.engine.Frames.icmp4;
import static netkeep.engine.Frames.icmp6;
import static netkeep.engine.Frames.slice;
import static netkeep.engine.Frames.v4;
import static netkeep.engine.Frames.v6;
import static netkeep.engine.Lab.OURS;
import static netkeep.engine.Lab.OURS6;
import static netkeep.engine.Lab.PEER;
import static netkeep.engine.Lab.PEER6;
import static netkeep.engine.Lab.PEER_LINK6;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import netkeep.engine.Lab;
import netkeep.engine.ip.Failure;
import netkeep.engine.ip.Packet;
import netkeep.engine.ip.Problem;
import netkeep.engine.ip.Upper;
import netkeep.engine.ledger.Counter;
import netkeep.sim.Rfc;
import netkeep.wire.Address;
import netkeep.wire.Checksum;
import netkeep.wire.EthernetHeader;
import netkeep.wire.IpProtocol;
import netkeep.wire.Ipv4Header;
import netkeep.wire.Ipv6Header;
import netkeep.wire.MacAddress;
import netkeep.wire.Prefix;
import netkeep.wire.Verdict;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The errors that we send: RFC 792, RFC 1122 §3.2.2, RFC 4443.
class ErrorsTest {
    private static final int UDP = 17;
    private static final int MORE = Ipv4Header.MORE_FRAGMENTS;

    private final Lab lab = new Lab().knowPeer();

    /// Refuses all it gets, as UDP does where nobody listens.
    private final class Refuser implements Upper {
        @Override
        public void arrives(Packet packet, long nowNs) {
            lab.ip.problem(packet, Problem.PORT_UNREACHABLE, 0, nowNs);
        }

        @Override
        public void failed(Failure failure, long nowNs) {
            throw new AssertionError();
        }
    }

    @BeforeEach
    void register() {
        lab.ip.upper(UDP, new Refuser());
    }

    @Rfc({
        "792 port unreachable",
        "792 unused is zero",
        "1122 3.2.2 quote",
        "1122 3.2.2 quote unchanged",
        "1122 3.2.2 TOS",
        "1812 4.3.2.3 length"
    })
    @Test
    void errorQuotesThePacketAsItCame() {
        byte[] frame = v4(PEER, OURS, UDP, 77, 0, 9, hex("01 01 01 00"), counting(0, 1_000));
        frame[15] = (byte) 0xB8;
        Ipv4Header.seal(MemorySegment.ofArray(frame), 14);
        lab.arrives(frame);

        Lab.Frame sent = lab.only();
        byte[] message = sent.upper();
        assertEquals(576, sent.packet().length);
        assertEquals(0, sent.u8(1));
        assertArrayEquals(hex("03 03"), slice(message, 0, 2));
        assertArrayEquals(new byte[4], slice(message, 4, 4));
        assertArrayEquals(slice(frame, 14, 548), slice(message, 8, 548));
        assertEquals(0, Checksum.fold(Checksum.add(0, sent.memory(), 44, message.length)));
        assertEquals(OURS.lo(), Ipv4Header.source(sent.memory(), 24));
        assertEquals(PEER.lo(), Ipv4Header.destination(sent.memory(), 24));
        assertEquals(1, lab.count(Counter.IcmpOutDestUnreachs));
    }

    @Rfc({"4443 3.1 port unreachable", "4443 2.4 (c) length", "4443 2.2 source", "4443 3.1 unused"})
    @Test
    void errorOverIpv6QuotesAsMuchAsFits() {
        byte[] frame = v6(UDP, counting(0, 1_400));
        lab.arrives(frame);

        Lab.Frame sent = lab.only();
        byte[] message = sent.upper();
        assertEquals(1280, sent.packet().length);
        assertArrayEquals(hex("01 04"), slice(message, 0, 2));
        assertArrayEquals(new byte[4], slice(message, 4, 4));
        assertArrayEquals(slice(frame, 14, 1232), slice(message, 8, 1232));
        long sum = Checksum.pseudo(OURS6.hi(), OURS6.lo(), PEER6.hi(), PEER6.lo(), 58, message.length);
        assertEquals(0, Checksum.fold(Checksum.add(sum, sent.memory(), 64, message.length)));
        assertEquals(64, sent.u8(7));
        Address second = second();
        lab.arrives(v6(PEER6, second, UDP, 64, counting(0, 8)));
        Lab.Frame error = lab.only();
        assertEquals(
                second, Address.of(Ipv6Header.sourceHi(error.memory(), 24), Ipv6Header.sourceLo(error.memory(), 24)));
    }

    @Rfc({"1122 3.2.2 no error about an error", "792 no error about an error"})
    @Test
    void errorIsNoReasonForAnError() {
        byte[] quote = slice(v4(OURS, PEER, UDP, counting(0, 8)), 14, 28);
        for (int type : new int[] {3, 4, 5, 11, 12}) {
            lab.arrives(v4(PEER, OURS, 1, 1, 0, 64, hex("01 07 00 00"), icmp4(type, 0, 0, quote)));
            assertEquals(List.of(), lab.take(), "type " + type);
        }
        lab.arrives(v4(PEER, OURS, 1, 1, 0, 64, hex("01 07 00 00"), icmp4(8, 0, 0, quote)));
        assertEquals(12, lab.only().upper()[0]);
    }

    @Rfc({"4443 2.4 (e.1)", "4443 2.4 (e.2)"})
    @Test
    void errorOrRedirectIsNoReasonForAnErrorOfIpv6() {
        byte[] bad = hex("3A 00 81 04 00 00 00 00");
        byte[] quote = slice(v6(OURS6, PEER6, UDP, 64, counting(0, 8)), 14, 48);
        for (int type : new int[] {1, 2, 3, 4, 100, 127, 137}) {
            lab.arrives(v6(60, cat(bad, icmp6(PEER6, OURS6, type, 0, 0, quote))));
            assertEquals(List.of(), lab.take(), "type " + type);
        }
        lab.arrives(v6(60, cat(bad, icmp6(PEER6, OURS6, 128, 0, 0, quote))));
        assertEquals(4, lab.only().upper()[0]);
    }

    /// Wherever among the headers before it the problem is.
    @Rfc({"4443 2.4 (e.1)", "4443 2.4 (e.2)"})
    @Test
    void errorBehindMoreHeadersIsNoReasonForAnErrorOfIpv6() {
        byte[] bad = hex("3C 00 81 04 00 00 00 00");
        byte[] misplaced = hex("00 00 01 04 00 00 00 00");
        byte[] more = hex("2B 00 01 04 00 00 00 00 2C 00 02 00 00 00 00 00 3A 00 00 00 00 00 00 07");
        byte[] quote = slice(v6(OURS6, PEER6, UDP, 64, counting(0, 8)), 14, 48);
        for (byte[] first : List.of(bad, misplaced)) {
            for (int type : new int[] {1, 2, 3, 4, 127, 137}) {
                lab.arrives(v6(60, cat(first, more, icmp6(PEER6, OURS6, type, 0, 0, quote))));
                assertEquals(List.of(), lab.take(), "type " + type);
            }
            lab.arrives(v6(60, cat(first, more, icmp6(PEER6, OURS6, 128, 0, 0, quote))));
            assertEquals(4, lab.only().upper()[0]);
        }
        // What ends within the header that is left is no error.
        lab.arrives(v6(60, cat(bad, hex("3A"))));
        assertEquals(4, lab.only().upper()[0]);
    }

    @Rfc({"1122 3.2.2 not to groups", "1122 3.2.2 not for link broadcasts"})
    @Test
    void packetForManyIsNoReasonForAnError() {
        for (String many : List.of("255.255.255.255", "198.18.0.255", "224.0.0.1")) {
            lab.arrives(v4(PEER, Address.parse(many), UDP, counting(0, 8)));
            lab.arrives(v4(PEER, Address.parse(many), 99, counting(0, 8)));
        }
        // Nor one for this host alone in a frame for many stations.
        for (long to : new long[] {MacAddress.BROADCAST, MacAddress.ofMulticast(0, Address.ALL_HOSTS_V4)}) {
            for (int protocol : new int[] {UDP, 99}) {
                byte[] frame = v4(protocol, counting(0, 8));
                EthernetHeader.write(MemorySegment.ofArray(frame), 0, to, Lab.PEER_MAC, EthernetHeader.IPV4);
                lab.arrives(frame);
            }
        }
        assertEquals(List.of(), lab.take());
    }

    @Rfc("4443 2.4 (e.3)")
    @Test
    void packetForAGroupIsNoReasonForAnErrorOfIpv6() {
        lab.arrives(v6(PEER_LINK6, Address.parse("ff02::1"), UDP, 64, counting(0, 8)));
        lab.arrives(v6(PEER_LINK6, Address.parse("ff02::1"), 99, 64, counting(0, 8)));

        assertEquals(List.of(), lab.take());
    }

    @Rfc({"1122 3.2.2 first fragment only", "792 first fragment only"})
    @Test
    void laterFragmentIsNoReasonForAnError() {
        byte[] bad = hex("01 07 00 00");
        lab.arrives(v4(PEER, OURS, UDP, 1, 3 | MORE, 64, bad, counting(0, 8)));
        assertEquals(List.of(), lab.take());
        lab.arrives(v4(PEER, OURS, UDP, 1, MORE, 64, bad, counting(0, 8)));
        assertEquals(1, lab.take().size());
    }

    @Rfc({"1122 3.2.2 bad source", "4443 2.4 (e.6)"})
    @Test
    void sourceThatIsNotOneHostIsNotAnswered() {
        lab.ip.addRoute(Prefix.ALL_V6, 1, PEER_LINK6.hi(), PEER_LINK6.lo(), 0);
        for (String nobody : List.of("0.0.0.0", "255.255.255.255", "198.18.0.255", "224.0.0.1", "127.0.0.1")) {
            lab.arrives(v4(Address.parse(nobody), OURS, 99, counting(0, 8)));
        }
        lab.arrives(v4(Address.parse("0.0.0.0"), Address.BROADCAST, 99, counting(0, 8)));
        lab.arrives(v6(Address.UNSPECIFIED, OURS6, 99, 64, counting(0, 8)));
        lab.arrives(v6(Address.parse("ff02::1"), OURS6, 99, 64, counting(0, 8)));

        assertEquals(List.of(), lab.take());
    }

    @Rfc({"4443 2.4 (f)", "1812 4.3.2.8 rate"})
    @Test
    void errorsAreLimitedForEachHostAndForAll() {
        for (int i = 0; i < 100; i++) {
            lab.arrives(v4(UDP, counting(0, 8)));
        }
        assertEquals(Limiter.HOST_BURST, lab.take().size());
        assertEquals(100 - Limiter.HOST_BURST, lab.count(Counter.IcmpOutRateLimitHost));
        lab.pass(Limiter.HOST_NS - 1);
        lab.arrives(v4(UDP, counting(0, 8)));
        assertEquals(0, lab.take().size());
        lab.pass(1);
        lab.arrives(v4(UDP, counting(0, 8)));
        assertEquals(1, lab.take().size());

        List<Lab.Frame> sent = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            lab.arrives(v4(Address.v4(0xC6120100 + i), OURS, UDP, counting(0, 8)));
            sent.addAll(lab.taken(EthernetHeader.IPV4));
        }
        assertTrue(sent.size() <= Limiter.ALL_BURST, sent.size() + " errors at one instant");
        assertTrue(sent.size() >= Limiter.ALL_BURST - Limiter.HOST_BURST - 2);

        lab.passMs(60_000);
        lab.take();
        for (int i = 0; i < 100; i++) {
            lab.arrives(v6(UDP, counting(0, 8)));
        }
        assertEquals(Limiter.HOST_BURST, lab.take().size());
    }

    /// A limit survives a death: else whoever kills stacks could have as many errors as he likes.
    @Test
    void successorKnowsWhatWasSpent() {
        for (int i = 0; i < 100; i++) {
            lab.arrives(v4(UDP, counting(0, 8)));
        }
        lab.take();
        lab.open();
        register();

        lab.arrives(v4(UDP, counting(0, 8)));

        assertEquals(List.of(), lab.take());
    }

    @Rfc({"792 echo", "1122 3.2.2.6 server", "1122 3.2.2.6 source", "1122 3.2.2.6 data"})
    @Test
    void echoReplyHasTheRequestsDestinationAndData() {
        Address second = Address.parse("198.18.0.5");
        lab.ip.addAddress(1, second.hi(), second.lo(), 24, lab.nowNs);
        lab.settle();
        lab.knowPeer();
        lab.take();
        byte[] data = counting(9, 1_472);
        lab.arrives(v4(PEER, second, 1, icmp4(8, 0, 0xABCD_0102L, data)));

        Lab.Frame sent = lab.only();
        assertEquals(second.lo(), Ipv4Header.source(sent.memory(), 24));
        assertArrayEquals(icmp4(0, 0, 0xABCD_0102L, data), sent.upper());
    }

    /// Longer than the MTU, it came in fragments, and goes so.
    @Rfc("1122 3.2.2.6 whole")
    @Test
    void longEchoIsAnsweredWhole() {
        byte[] message = icmp4(8, 0, 5, counting(0, 4_000));
        for (int offset = 0; offset < message.length; offset += 1_480) {
            int length = Math.min(1_480, message.length - offset);
            boolean more = offset + length < message.length;
            lab.arrives(v4(
                    PEER, OURS, 1, 3, offset / 8 | (more ? MORE : 0), 64, new byte[0], slice(message, offset, length)));
        }
        byte[] all = new byte[0];
        for (Lab.Frame frame : lab.take()) {
            all = cat(all, frame.upper());
        }
        assertArrayEquals(icmp4(0, 0, 5, counting(0, 4_000)), all);
    }

    /// Stacks that share addresses all get fragments: one of them answers, or for a flow its owner, whichever that is.
    @Test
    void whatCameInFragmentsIsAnsweredByOneStack() {
        byte[] echo = icmp4(8, 0, 5, counting(0, 40));
        byte[] echo6 = icmp6(PEER6, OURS6, 128, 0, 5, counting(0, 40));
        for (boolean here : new boolean[] {false, true}) {
            lab.ip.reports(here);
            for (int offset = 0; offset < 48; offset += 24) {
                int word = offset / 8 | (offset == 0 ? MORE : 0);
                lab.arrives(v4(PEER, OURS, 1, 3, word, 64, new byte[0], slice(echo, offset, 24)));
                lab.arrives(fragment6(IpProtocol.ICMPV6, offset, offset == 0, 3, slice(echo6, offset, 24)));
                lab.arrives(v4(PEER, OURS, 99, 4, word, 64, new byte[0], counting(0, 24)));
            }
            assertEquals(here ? 3 : 0, lab.take().size());
            for (int offset = 0; offset < 48; offset += 24) {
                int word = offset / 8 | (offset == 0 ? MORE : 0);
                lab.arrives(v4(PEER, OURS, UDP, 5, word, 64, new byte[0], counting(0, 24)));
                lab.arrives(fragment6(UDP, offset, offset == 0, 5, counting(0, 24)));
            }
            assertEquals(2, lab.take().size());
        }
    }

    @Rfc("1122 3.2.2.6 broadcast")
    @Test
    void echoToAllIsNotAnswered() {
        for (String all : List.of("255.255.255.255", "198.18.0.255", "224.0.0.1")) {
            byte[] request = v4(PEER, Address.parse(all), 1, icmp4(8, 0, 5, counting(0, 8)));
            assertEquals(Verdict.BAD_DESTINATION, lab.arrives(request), all);
        }
        assertEquals(List.of(), lab.take());
    }

    @Rfc({"4443 4.2 source", "4443 4.2 data", "4443 4.1 server"})
    @Test
    void echoOfIpv6IsAnsweredFromWhereItWent() {
        byte[] data = counting(0, 100);
        for (Address ours : List.of(OURS6, second())) {
            lab.arrives(v6(PEER6, ours, 58, 64, icmp6(PEER6, ours, 128, 0, 7, data)));
            assertArrayEquals(icmp6(ours, PEER6, 129, 0, 7, data), lab.only().upper());
        }
    }

    /// Another address of ours, which would not be chosen by itself.
    private Address second() {
        Address second = Address.parse("2001:db8:5::1");
        lab.ip.addAddress(1, second.hi(), second.lo(), 64, lab.nowNs);
        lab.settle();
        lab.knowPeer();
        lab.take();
        return second;
    }

    @Rfc("4443 4.2 group")
    @Test
    void echoToAGroupIsAnsweredFromAnAddressOfTheLink() {
        byte[] message = icmp6(PEER_LINK6, Address.parse("ff02::1"), 128, 0, 7, counting(0, 8));
        lab.arrives(v6(PEER_LINK6, Address.parse("ff02::1"), 58, 64, message));

        assertArrayEquals(
                icmp6(Lab.LINK6, PEER_LINK6, 129, 0, 7, counting(0, 8)),
                lab.only().upper());
    }

    @Rfc({"792 echo reply up", "1122 3.2.2.6 reply up", "1122 3.2.2.6 client", "4443 4.1 client", "4443 4.2 up"})
    @Test
    void echoRepliesArePassedUp() {
        List<Integer> sequences = new ArrayList<>();
        lab.icmp.echoes((packet, identifier, sequence, nowNs) -> sequences.add(identifier << 16 | sequence));
        lab.arrives(v4(1, icmp4(0, 0, 0x1_0007L, counting(0, 8))));
        lab.arrives(v6(PEER6, OURS6, 58, 64, icmp6(PEER6, OURS6, 129, 0, 0x1_0008L, counting(0, 8))));

        assertEquals(List.of(0x1_0007, 0x1_0008), sequences);
    }

    @Rfc({"1122 3.2.2 unknown type", "1122 3.2.2.7 information", "1122 3.2.2.9 no mask reply", "4443 2.4 (b)"})
    @Test
    void typeThatNobodyKnowsIsDroppedInSilence() {
        for (int type : new int[] {1, 2, 7, 13, 15, 17, 40, 255}) {
            assertEquals(Verdict.BAD_TYPE, lab.arrives(v4(1, icmp4(type, 0, 0, counting(0, 8)))), "type " + type);
        }
        for (int type : new int[] {138, 200, 255}) {
            assertEquals(
                    Verdict.BAD_TYPE,
                    lab.arrives(v6(PEER6, OURS6, 58, 64, icmp6(PEER6, OURS6, type, 0, 0, counting(0, 8)))),
                    "type " + type);
        }
        assertEquals(List.of(), lab.take());
    }

    @Rfc({"792 checksum in", "4443 2.3 checked"})
    @Test
    void brokenChecksumIsDropped() {
        byte[] four = v4(1, icmp4(8, 0, 0, counting(0, 300)));
        four[four.length - 1] ^= 1;
        assertEquals(Verdict.BAD_CHECKSUM, lab.arrives(four));
        byte[] six = v6(PEER6, OURS6, 58, 64, icmp6(PEER6, OURS6, 128, 0, 0, counting(0, 300)));
        six[six.length - 1] ^= 1;
        assertEquals(Verdict.BAD_CHECKSUM, lab.arrives(six));
        assertEquals(List.of(), lab.take());
        assertEquals(1, lab.count(Counter.IcmpInCsumErrors));
        assertEquals(1, lab.count(Counter.Icmp6InCsumErrors));
    }

    @Test
    void icmpv6OverIpv4IsNoProtocol() {
        assertEquals(
                Verdict.UNKNOWN_PROTOCOL,
                lab.arrives(v4(IpProtocol.ICMPV6, icmp6(PEER, OURS, 128, 0, 0, counting(0, 8)))));
    }
}
