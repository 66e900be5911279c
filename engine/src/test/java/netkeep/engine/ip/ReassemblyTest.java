// Long: each way in which fragments of both versions can come, and cannot.
package netkeep.engine.ip;

import static netkeep.engine.Frames.cat;
import static netkeep.engine.Frames.counting;
import static netkeep.engine.Frames.fragment6;
import static netkeep.engine.Frames.icmp4;
import static netkeep.engine.Frames.icmp6;
import static netkeep.engine.Frames.slice;
import static netkeep.engine.Frames.v4;
import static netkeep.engine.Frames.v6;
import static netkeep.engine.Lab.OURS;
import static netkeep.engine.Lab.OURS6;
import static netkeep.engine.Lab.PEER;
import static netkeep.engine.Lab.PEER6;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import netkeep.engine.Frames;
import netkeep.engine.Lab;
import netkeep.engine.ledger.Counter;
import netkeep.sim.Rfc;
import netkeep.sim.Seeds;
import netkeep.wire.Address;
import netkeep.wire.IpProtocol;
import netkeep.wire.Ipv4Header;
import netkeep.wire.Verdict;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReassemblyTest {
    private static final int UDP = 17;
    private static final int MORE = Ipv4Header.MORE_FRAGMENTS;
    private static final byte[] NONE = new byte[0];
    private static final Address SECOND = Address.parse("198.18.0.5");
    private static final Address SECOND6 = Address.parse("fd00:198:18::5");

    private final Lab lab = new Lab().knowPeer();
    private final Catcher catcher = new Catcher();

    @BeforeEach
    void register() {
        lab.ip.upper(UDP, catcher);
        lab.ip.addAddress(1, SECOND.hi(), SECOND.lo(), 24, lab.nowNs);
        lab.ip.addAddress(1, SECOND6.hi(), SECOND6.lo(), 64, lab.nowNs);
        lab.settle();
        lab.take();
    }

    private Verdict four(int id, int offset, boolean more, byte[] piece) {
        return four(lab, PEER, id, offset, more, piece);
    }

    private static Verdict four(Lab to, Address source, int id, int offset, boolean more, byte[] piece) {
        return to.arrives(v4(source, OURS, UDP, id, offset / 8 | (more ? MORE : 0), 64, NONE, piece));
    }

    private Verdict six(long id, int offset, boolean more, byte[] piece) {
        return six(PEER6, OURS6, id, offset, more, piece);
    }

    private Verdict six(Address source, Address destination, long id, int offset, boolean more, byte[] piece) {
        byte[] packet = fragment6(UDP, offset, more, id, piece);
        return lab.arrives(v6(source, destination, IpProtocol.FRAGMENT, 64, slice(packet, 54, packet.length - 54)));
    }

    @Rfc({
        "791 3.2 reassembly",
        "815 holes",
        "8200 4.5 reassembly",
        "1122 3.3.2 reassembly",
        "1122 3.2.1.4 reassembly",
        "1122 3.3.2 EMTU_R",
        "8200 5 1500 octets"
    })
    @Test
    void fragmentsInAnyOrderMakeThePacket() {
        Seeds.each(60, luck -> {
            Lab fresh = new Lab();
            Catcher whole = new Catcher();
            fresh.ip.upper(UDP, whole);
            boolean v6 = luck.nextBoolean();
            byte[] payload = new byte[9 + luck.nextInt(luck.nextBoolean() ? 400 : 65000)];
            luck.nextBytes(payload);
            List<byte[]> frames = cut(payload, v6, luck);
            while (!frames.isEmpty()) {
                fresh.arrives(frames.remove(luck.nextInt(frames.size())));
            }
            assertEquals(1, whole.payloads.size());
            assertArrayEquals(payload, whole.payloads.getFirst());
            byte[] begin = whole.headers.getFirst();
            assertArrayEquals(slice(payload, 0, begin.length), begin);
            assertEquals(1, fresh.count(v6 ? Counter.Ip6ReasmOKs : Counter.IpReasmOKs));
        });
    }

    /// At least two fragments, and not so many that their holes are too many.
    private static List<byte[]> cut(byte[] payload, boolean v6, RandomGenerator luck) {
        List<byte[]> frames = new ArrayList<>();
        int least = payload.length / 60 + 8;
        for (int offset = 0; offset < payload.length; ) {
            int rest = payload.length - offset;
            int length = Math.min(rest, least + luck.nextInt(1400) & ~7);
            if (offset == 0) {
                length = Math.min(length, rest - 1 & ~7);
            }
            boolean more = length < rest;
            byte[] piece = slice(payload, offset, length);
            frames.add(
                    v6
                            ? fragment6(UDP, offset, more, 5, piece)
                            : v4(PEER, OURS, UDP, 5, offset / 8 | (more ? MORE : 0), 64, NONE, piece));
            offset += length;
        }
        return frames;
    }

    @Rfc({"791 3.2 key", "8200 4.5 key"})
    @Test
    void fragmentsOfOtherPacketsAreNotMixedIn() {
        four(1, 0, true, counting(0, 8));
        four(2, 8, false, counting(8, 8));
        four(lab, Address.parse("198.18.0.7"), 1, 8, false, counting(8, 8));
        lab.arrives(v4(PEER, OURS, 99, 1, 1, 64, NONE, counting(8, 8)));
        lab.arrives(v4(PEER, SECOND, UDP, 1, 1, 64, NONE, counting(8, 8)));
        six(1, 0, true, counting(0, 8));
        six(2, 8, false, counting(8, 8));
        six(Address.parse("fd00:198:18::7"), OURS6, 1, 8, false, counting(8, 8));
        six(PEER6, SECOND6, 1, 8, false, counting(8, 8));
        assertEquals(List.of(), catcher.payloads);

        four(1, 8, false, counting(8, 8));
        assertArrayEquals(counting(0, 16), catcher.payloads.getFirst());
        six(1, 8, false, counting(8, 3));
        assertArrayEquals(counting(0, 11), catcher.payloads.get(1));
    }

    /// As many at once as the table holds, so that they are found in chains: each of another number, or another source,
    /// or to another destination.
    @Rfc({"791 3.2 key", "8200 4.5 key"})
    @ParameterizedTest
    @ValueSource(strings = {"number", "source", "destination"})
    void fragmentsOfManyPacketsAtOnceAreNotMixedIn(String other) {
        lab.ip.standForAll(1);
        int count = lab.settings.reassemblies() / 2;
        for (int half = 0; half < 2; half++) {
            for (int i = 0; i < count; i++) {
                int id = other.equals("number") ? i : 7;
                Address four = Address.v4(0xC6120010 + i);
                Address six = Address.of(PEER6.hi(), 0x10 + i);
                byte[] piece = counting(16 * i + 8 * half, 8);
                Address source = other.equals("source") ? four : PEER;
                Address destination = other.equals("destination") ? four : OURS;
                int place = half | (half == 0 ? MORE : 0);
                lab.arrives(v4(source, destination, UDP, id, place, 64, NONE, piece));
                source = other.equals("source") ? six : PEER6;
                destination = other.equals("destination") ? six : OURS6;
                six(source, destination, id, 8 * half, half == 0, piece);
            }
        }
        assertEquals(2 * count, catcher.payloads.size());
        catcher.payloads.forEach(payload -> {
            assertEquals(0, payload[0] & 15);
            assertArrayEquals(counting(payload[0], 16), payload);
        });
    }

    @Rfc({"5722 4 overlap", "5722 4 those still to come", "8200 4.5 overlap"})
    @Test
    void overlapEndsThePacketAndAllThatIsStillToCome() {
        six(1, 0, true, counting(0, 16));
        assertEquals(Verdict.FRAGMENT_OVERLAP, six(1, 8, true, counting(99, 16)));
        assertEquals(Verdict.FRAGMENT_OVERLAP, six(1, 16, true, counting(16, 8)));
        assertEquals(Verdict.FRAGMENT_OVERLAP, six(1, 24, false, counting(24, 8)));
        // Where it begins behind one, and ends within the next.
        six(2, 0, true, counting(0, 8));
        six(2, 16, false, counting(16, 16));
        assertEquals(Verdict.FRAGMENT_OVERLAP, six(2, 8, true, counting(99, 16)));
        assertEquals(Verdict.FRAGMENT_OVERLAP, six(2, 8, true, counting(8, 8)));

        assertEquals(List.of(), catcher.payloads);
        assertEquals(List.of(), lab.take());
        lab.passMs(61_000);
        assertEquals(List.of(), lab.take(), "no error tells of it");
    }

    @Test
    void overlapIsRefusedForIpv4Too() {
        four(1, 0, true, counting(0, 16));
        assertEquals(Verdict.FRAGMENT_OVERLAP, four(1, 8, false, counting(99, 16)));
        assertEquals(Verdict.FRAGMENT_OVERLAP, four(1, 16, false, counting(16, 8)));
        assertEquals(List.of(), catcher.payloads);
    }

    @Rfc("8200 4.5 exact duplicate")
    @Test
    void sameFragmentTwiceIsNoOverlap() {
        six(1, 0, true, counting(0, 16));
        assertEquals(Verdict.OK, six(1, 0, true, counting(0, 16)));
        assertEquals(Verdict.OK, six(1, 16, false, counting(16, 8)));

        assertArrayEquals(counting(0, 24), catcher.payloads.getFirst());
    }

    /// Though all octets are the same: cut elsewhere, or with another word on whether more follow.
    @Rfc({"8200 4.5 exact duplicate", "5722 4 overlap"})
    @Test
    void partOfAFragmentIsAnOverlapOverIpv6() {
        byte[] all = counting(0, 40);
        int[][] others = {{0, 24, 1}, {0, 16, 1}, {8, 8, 1}, {16, 8, 1}, {16, 8, 0}, {8, 16, 0}};
        for (int id = 0; id < others.length; id++) {
            six(id, 0, true, slice(all, 0, 8));
            six(id, 8, true, slice(all, 8, 16));
            int[] other = others[id];
            assertEquals(
                    Verdict.FRAGMENT_OVERLAP,
                    six(id, other[0], other[2] != 0, slice(all, other[0], other[1])),
                    "case " + id);
            six(id, 24, false, slice(all, 24, 16));
        }
        assertEquals(List.of(), catcher.payloads);
    }

    @Rfc("8200 4.5 exact duplicate")
    @Test
    void lastFragmentTwiceIsNoOverlapUnlessMoreFollow() {
        byte[] all = counting(0, 37);
        six(1, 16, false, slice(all, 16, 21));
        assertEquals(Verdict.OK, six(1, 16, false, slice(all, 16, 21)));
        six(1, 8, true, slice(all, 8, 8));
        assertEquals(Verdict.OK, six(1, 8, true, slice(all, 8, 8)));
        assertEquals(Verdict.OK, six(1, 16, false, slice(all, 16, 21)));
        six(1, 0, true, slice(all, 0, 8));
        assertArrayEquals(all, catcher.payloads.getFirst());

        six(2, 16, false, slice(all, 16, 16));
        assertEquals(Verdict.FRAGMENT_OVERLAP, six(2, 16, true, slice(all, 16, 16)));
        six(3, 16, false, slice(all, 16, 16));
        assertEquals(Verdict.FRAGMENT_OVERLAP, six(3, 24, true, slice(all, 24, 8)));
    }

    /// Another router may have cut it anew.
    @Test
    void partOfAFragmentIsNoOverlapOverIpv4() {
        byte[] all = counting(0, 32);
        four(1, 0, true, slice(all, 0, 24));
        assertEquals(Verdict.OK, four(1, 8, true, slice(all, 8, 8)));
        four(1, 24, false, slice(all, 24, 8));
        assertArrayEquals(all, catcher.payloads.getFirst());
    }

    @Test
    void sameFragmentWithOtherOctetsIsAnOverlap() {
        six(1, 0, true, counting(0, 16));
        assertEquals(Verdict.FRAGMENT_OVERLAP, six(1, 0, true, counting(1, 16)));
    }

    @Test
    void endThatContradictsAnotherIsRefused() {
        four(1, 16, false, counting(0, 8));
        assertEquals(Verdict.FRAGMENT_OVERLAP, four(1, 24, false, counting(0, 8)));

        four(2, 24, true, counting(0, 8));
        assertEquals(Verdict.FRAGMENT_OVERLAP, four(2, 8, false, counting(0, 8)));

        four(3, 16, false, counting(0, 8));
        assertEquals(Verdict.FRAGMENT_OVERLAP, four(3, 32, true, counting(0, 8)));
    }

    @Rfc({"791 3.2 timer", "8200 4.5 timeout", "1122 3.3.2 timeout", "1122 3.3.2 fixed", "1122 3.3.2 time exceeded"})
    @Test
    void whatIsMissingForSixtySecondsIsToldIfTheFirstFragmentIsThere() {
        four(1, 0, true, counting(0, 64));
        lab.passMs(59_000);
        four(1, 128, false, counting(0, 64));
        lab.passMs(999);
        assertEquals(List.of(), lab.take());
        lab.passMs(1);

        byte[] message = lab.only().upper();
        assertEquals(11, message[0]);
        assertEquals(1, message[1]);
        assertArrayEquals(
                slice(v4(PEER, OURS, UDP, 1, MORE, 64, NONE, counting(0, 64)), 14, 84), slice(message, 8, 84));
        assertEquals(1, lab.count(Counter.IpReasmTimeout));
        assertEquals(List.of(), catcher.payloads);
        // What comes too late finds nobody.
        four(1, 64, true, counting(0, 64));
        assertEquals(List.of(), catcher.payloads);
    }

    @Rfc({"8200 4.5 time exceeded", "8200 4.5 timeout", "4443 3.3 code 1", "4443 2.4 (c) quote"})
    @Test
    void timeExceededOverIpv6QuotesTheFirstFragment() {
        byte[] first = fragment6(UDP, 0, true, 77, counting(0, 1400));
        lab.arrives(first);
        lab.passMs(59_999);
        assertEquals(List.of(), lab.take());
        lab.passMs(1);

        Lab.Frame frame = lab.only();
        byte[] message = frame.upper();
        assertEquals(3, message[0]);
        assertEquals(1, message[1]);
        assertEquals(1280, frame.packet().length);
        assertArrayEquals(slice(first, 14, 1232), slice(message, 8, 1232));
    }

    /// What was put together before is no matter.
    @Rfc({"4443 2.4 (e.1)", "4443 2.4 (e.3)", "1122 3.2.2 no error about an error"})
    @Test
    void missingFragmentsOfAnErrorOrOfAGroupsPacketAreNotTold() {
        byte[] unreachable6 = icmp6(PEER6, OURS6, 1, 0, 0, counting(0, 56));
        byte[] options = cat(Frames.hex("3A 00 01 04 00 00 00 00"), unreachable6);
        lab.arrives(fragment6(IpProtocol.ICMPV6, 0, true, 1, unreachable6));
        lab.arrives(v4(PEER, OURS, IpProtocol.ICMPV4, 1, MORE, 64, NONE, icmp4(3, 1, 0, counting(0, 56))));
        byte[] group = fragment6(UDP, 0, true, 2, counting(0, 16));
        System.arraycopy(Address.parse("ff02::1").octets(), 0, group, 38, 16);
        lab.arrives(group);
        lab.passMs(60_001);
        assertEquals(List.of(), lab.take());
        assertEquals(2, lab.count(Counter.Ip6ReasmTimeout));

        lab.arrives(fragment6(60, 0, true, 3, slice(options, 0, 40)));
        lab.arrives(fragment6(60, 40, false, 3, slice(options, 40, options.length - 40)));
        lab.take();
        six(4, 0, true, counting(0, 16));
        lab.passMs(60_001);
        assertEquals(3, lab.only().upper()[0]);
    }

    @Rfc({"792 fragment zero", "8200 4.5 no first fragment"})
    @Test
    void withoutTheFirstFragmentNobodyIsTold() {
        four(1, 8, true, counting(0, 64));
        six(1, 8, true, counting(0, 64));
        lab.passMs(70_000);

        assertEquals(List.of(), lab.take());
        assertEquals(1, lab.count(Counter.IpReasmTimeout));
        assertEquals(1, lab.count(Counter.Ip6ReasmTimeout));
    }

    @Rfc("8200 4.5 length")
    @Test
    void fragmentOfAnOddLengthIsToldAtThePayloadLength() {
        assertEquals(Verdict.FRAGMENT_LENGTH, six(1, 0, true, counting(0, 60)));

        byte[] message = lab.only().upper();
        assertEquals(4, message[0]);
        assertEquals(0, message[1]);
        assertEquals(4, message[7]);

        // So is one without any; what it says of the packet does not count.
        assertEquals(Verdict.FRAGMENT_LENGTH, lab.arrives(fragment6(59, 0, true, 2, NONE)));
        assertEquals(4, lab.only().upper()[7]);
        six(2, 0, true, counting(0, 8));
        six(2, 8, false, counting(8, 8));
        assertArrayEquals(counting(0, 16), catcher.payloads.getFirst());
    }

    /// A fragment that comes twice is dropped with all that it says.
    @Rfc({"8200 4.5 exact duplicate", "8200 4.5 next header of the first"})
    @Test
    void secondOfTwoFirstFragmentsSaysNothing() {
        lab.arrives(fragment6(UDP, 0, true, 1, counting(0, 16)));
        lab.arrives(fragment6(99, 0, true, 1, counting(0, 16)));
        six(1, 16, false, counting(16, 8));
        assertArrayEquals(counting(0, 24), catcher.payloads.getFirst());
    }

    @Rfc("8200 4.5 too long")
    @Test
    void fragmentThatEndsBeyondTheLongestIsToldAtItsOffset() {
        assertEquals(Verdict.OK, six(1, 65528, false, counting(0, 7)));
        assertEquals(List.of(), lab.take());
        for (int length : new int[] {8, 64}) {
            assertEquals(Verdict.FRAGMENT_LENGTH, six(2, 65528, false, counting(0, length)));

            byte[] message = lab.only().upper();
            assertEquals(4, message[0]);
            assertEquals(0, message[1]);
            assertEquals(42, message[7]);
        }
    }

    @Rfc({"1122 3.3.2 EMTU_R", "8200 4.5 too long"})
    @Test
    void longestPacketIsPutTogether() {
        RandomGenerator luck = Seeds.luck(1);
        for (boolean v6 : new boolean[] {false, true}) {
            byte[] payload = new byte[v6 ? 65_535 : 65_515];
            luck.nextBytes(payload);
            cut(payload, v6, luck).forEach(lab::arrives);
            assertArrayEquals(payload, catcher.payloads.getLast());
        }
        assertEquals(2, catcher.payloads.size());
    }

    /// Put together they would stand where they must have stood before the packet was cut.
    @Rfc("8200 4.3 cut")
    @Test
    void hopByHopOptionsThatWereCutAreNoHeader() {
        byte[] rest = cat(new byte[] {17, 0, 1, 4, 0, 0, 0, 0}, counting(0, 16));

        assertEquals(Verdict.BAD_OPTION, lab.arrives(fragment6(0, 0, true, 1, slice(rest, 0, 16))));
        byte[] message = lab.only().upper();
        assertEquals(4, message[0]);
        assertEquals(1, message[1]);
        assertEquals(40, message[7]);
        lab.arrives(fragment6(0, 16, false, 1, slice(rest, 16, 8)));
        assertEquals(List.of(), catcher.payloads);

        lab.take();
        assertEquals(Verdict.BAD_OPTION, lab.arrives(fragment6(0, 0, false, 2, rest)));
        message = lab.only().upper();
        assertEquals(4, message[0]);
        assertEquals(1, message[1]);
        assertEquals(40, message[7]);
        assertEquals(List.of(), catcher.payloads);
    }

    @Test
    void fragmentOfIpv4ThatCannotBeIsDropped() {
        assertEquals(Verdict.FRAGMENT_LENGTH, four(1, 0, true, counting(0, 60)));
        assertEquals(Verdict.FRAGMENT_LENGTH, four(1, 65504, false, counting(0, 64)));
        assertEquals(Verdict.FRAGMENT_LENGTH, four(1, 0, true, new byte[0]));
        assertEquals(List.of(), lab.take());
    }

    @Rfc("6946 4 by themselves")
    @Test
    void atomicFragmentIsHandledByItself() {
        six(1, 0, true, counting(0, 16));
        assertEquals(Verdict.OK, six(1, 0, false, counting(50, 24)));
        assertArrayEquals(counting(50, 24), catcher.payloads.getFirst());

        six(1, 16, false, counting(16, 8));
        assertArrayEquals(counting(0, 24), catcher.payloads.get(1));
    }

    @Rfc("8200 4.5 next header of the first")
    @Test
    void onlyTheFirstFragmentSaysWhatFollows() {
        lab.arrives(fragment6(99, 16, false, 1, counting(16, 8)));
        lab.arrives(fragment6(UDP, 0, true, 1, counting(0, 16)));
        lab.arrives(fragment6(UDP, 0, true, 2, counting(0, 16)));
        lab.arrives(fragment6(99, 16, false, 2, counting(16, 8)));

        assertEquals(2, catcher.payloads.size());
        assertArrayEquals(counting(0, 24), catcher.payloads.getFirst());
    }

    @Test
    void extensionsBehindTheFragmentHeaderAreWalkedOnceItIsWhole() {
        byte[] options = Frames.hex("11 00 01 04 00 00 00 00");
        byte[] payload = cat(options, counting(0, 40));
        lab.arrives(fragment6(60, 0, true, 1, slice(payload, 0, 24)));
        lab.arrives(fragment6(60, 24, false, 1, slice(payload, 24, 24)));

        assertArrayEquals(counting(0, 40), catcher.payloads.getFirst());
    }

    @Rfc("8200 4.5 nested fragments")
    @Test
    void fragmentInFragmentsIsRefused() {
        for (int i = 0; i < 2; i++) {
            byte[] header = Frames.hex(i == 0 ? "11 00 00 01 00 00 00 09" : "11 00 00 10 00 00 00 09");
            byte[] inner = cat(header, counting(16 * i, 16));
            lab.arrives(fragment6(IpProtocol.FRAGMENT, 0, true, 1 + i, slice(inner, 0, 16)));
            Verdict whole = lab.arrives(fragment6(IpProtocol.FRAGMENT, 16, false, 1 + i, slice(inner, 16, 8)));
            assertEquals(Verdict.BAD_FIELD, whole);
        }
        assertEquals(List.of(), catcher.payloads);
    }

    /// Buffers are bounded; a source that has more than its share loses its own first.
    @Test
    void floodOfOneSourceDoesNotPushOutAnother() {
        Address other = Address.parse("198.18.0.9");
        four(lab, other, 1, 0, true, counting(0, 8));
        for (int id = 0; id < 1000; id++) {
            assertEquals(Verdict.OK, four(id, 0, true, counting(0, 8)));
        }
        four(lab, other, 1, 8, false, counting(8, 8));

        assertArrayEquals(counting(0, 16), catcher.payloads.getFirst());
        assertEquals(1001 - lab.settings.reassemblies(), lab.count(Counter.IpReasmFails));
    }

    @Test
    void moreHolesThanAPacketCanHaveAreTooMany() {
        Verdict last = Verdict.OK;
        for (int i = 0; i <= Ranges.MOST; i++) {
            last = four(1, 16 * i, true, counting(0, 8));
        }
        assertEquals(Verdict.FRAGMENT_QUOTA, last);
    }

    @Rfc("3168 5.3 fragments")
    @Test
    void congestionMarkOfOneFragmentIsThePackets() {
        byte[] first = v4(PEER, OURS, UDP, 1, MORE, 64, NONE, counting(0, 8));
        byte[] last = v4(PEER, OURS, UDP, 1, 1, 64, NONE, counting(8, 8));
        mark(first, 2);
        mark(last, 3);
        lab.arrives(first);
        lab.arrives(last);
        assertEquals(3, catcher.trafficClass & 3);
        mark(last, 2);
        lab.arrives(first);
        lab.arrives(last);
        assertEquals(2, catcher.trafficClass & 3);

        mark(first, 0);
        mark(last, 3);
        lab.arrives(first);
        assertEquals(Verdict.BAD_FIELD, lab.arrives(last));
        assertEquals(2, catcher.payloads.size());
    }

    private static void mark(byte[] frame, int ecn) {
        frame[15] = (byte) ecn;
        Ipv4Header.seal(MemorySegment.ofArray(frame), 14);
    }

    /// A death between fragments loses none of those that a turn has taken.
    @Test
    void successorGoesOnWithTheFragments() {
        four(1, 0, true, counting(0, 16));
        lab.open();
        lab.ip.upper(UDP, catcher);
        four(1, 16, false, counting(16, 16));

        assertArrayEquals(counting(0, 32), catcher.payloads.getFirst());
    }
}
