package netkeep.link;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import netkeep.sim.Seeds;
import netkeep.wire.Checksum;
import netkeep.wire.VirtioNetHeader;
import org.junit.jupiter.api.Test;

class FaultLinkTest {
    private static final int COUNT = 1000;
    private static final Faults STORM = Faults.NONE
            .withLoss(0.1)
            .withRepeat(0.1)
            .withCorrupt(0.1)
            .withReorder(0.1, 5_000)
            .withDelay(10_000, 3_000)
            .withRate(1_000_000_000, 200);

    private long nowNs;

    @Test
    void withoutFaultsNothingHappens() {
        assertEquals(numbers(0, COUNT), arrived(story(1, Faults.NONE)));
    }

    @Test
    void sameSeedSameStory() {
        Seeds.each(20, luck -> {
            long seed = luck.nextLong();
            List<byte[]> one = story(seed, STORM);
            List<byte[]> other = story(seed, STORM);

            assertEquals(one.size(), other.size());
            for (int index = 0; index < one.size(); index++) {
                assertArrayEquals(one.get(index), other.get(index));
            }
        });
    }

    @Test
    void otherSeedOtherStory() {
        assertNotEquals(arrived(story(1, STORM)), arrived(story(2, STORM)));
    }

    @Test
    void lossLosesAboutAsManyAsItSays() {
        List<Integer> arrived = arrived(story(3, Faults.NONE.withLoss(0.25)));

        // Six standard deviations of a thousand draws.
        assertEquals(750, arrived.size(), 83);
        assertEquals(arrived.stream().sorted().distinct().toList(), arrived);
    }

    @Test
    void repetitionRepeatsAndLosesNothing() {
        List<Integer> arrived = arrived(story(4, Faults.NONE.withRepeat(0.25)));

        assertEquals(1250, arrived.size(), 83);
        assertEquals(numbers(0, COUNT), arrived.stream().distinct().toList());
    }

    @Test
    void reorderingReordersAndLosesNothing() {
        List<Integer> arrived = arrived(story(5, Faults.NONE.withReorder(0.1, 3_500)));

        assertNotEquals(numbers(0, COUNT), arrived);
        assertEquals(numbers(0, COUNT), arrived.stream().sorted().toList());
        // Held for three and a half frame times, a frame comes three late.
        for (int place = 0; place < COUNT; place++) {
            assertTrue(Math.abs(arrived.get(place) - place) <= 4, "frame " + arrived.get(place) + " at " + place);
        }
    }

    @Test
    void jitterKeepsTheOrder() {
        assertEquals(numbers(0, COUNT), arrived(story(6, Faults.NONE.withDelay(0, 20_000))));
    }

    @Test
    void corruptionFlipsOneBitBehindTheVirtioHeader() {
        List<byte[]> arrived = story(7, Faults.NONE.withCorrupt(1));
        assertEquals(COUNT, arrived.size());
        for (int number = 0; number < COUNT; number++) {
            byte[] sent = Frames.numbered(number, 100);
            int flipped = 0;
            for (int octet = 0; octet < sent.length; octet++) {
                int bits = Integer.bitCount((sent[octet] ^ arrived.get(number)[octet]) & 0xFF);
                assertTrue(bits == 0 || octet >= Link.VIRTIO);
                flipped += bits;
            }
            assertEquals(1, flipped);
        }
    }

    /// Else the fault could not be found: an open checksum covers nothing.
    @Test
    void corruptionClosesAnOpenChecksumFirst() {
        byte[] octets = Frames.numbered(1, 100);
        MemorySegment frame = Frames.memory(octets);
        VirtioNetHeader.write(frame, 0, VirtioNetHeader.NEEDS_CSUM, VirtioNetHeader.GSO_TCPV4, 54, 20, 34, 16);
        SimLink.Pair ends = SimLink.pair(SimLink.Settings.DEFAULT, 1L << 41, 1L << 41 | 1);
        FaultLink link =
                new FaultLink(ends.left(), Faults.NONE, Faults.NONE.withCorrupt(1), Seeds.luck(8), () -> nowNs);
        netkeep.ring.Pieces pieces = new netkeep.ring.Pieces();
        pieces.add(frame, 0, 100);
        long seed = Checksum.add(0, frame, 60, 2);

        link.transmit(pieces);
        MemorySegment arrived = Arena.ofAuto().allocate(ends.right().maxFrame());
        assertEquals(100, ends.right().receive(arrived, 0, ends.right().maxFrame()));

        assertEquals(0, VirtioNetHeader.flags(arrived, 0));
        // A device that cuts it would give each piece a good checksum.
        assertEquals(VirtioNetHeader.GSO_NONE, VirtioNetHeader.gsoType(arrived, 0));
        // A good checksum and the sum that the field began with make all ones; one flipped bit does not.
        long sum = Checksum.add(seed, arrived, 44, 56);
        boolean inside = false;
        for (int octet = 44; octet < 100; octet++) {
            inside |= octet != 60
                    && octet != 61
                    && arrived.get(java.lang.foreign.ValueLayout.JAVA_BYTE, octet) != octets[octet];
        }
        assertEquals(inside, Checksum.fold(sum) != 0);
    }

    @Test
    void delayHoldsEveryFrameSoLong() {
        SimLink.Pair ends = SimLink.pair(SimLink.Settings.DEFAULT, 1L << 41, 1L << 41 | 1);
        FaultLink link = new FaultLink(
                ends.left(), Faults.NONE.withDelay(700, 0), Faults.NONE.withDelay(500, 0), Seeds.luck(1), () -> nowNs);
        assertEquals(Link.NEVER, link.deadlineNs());

        link.transmit(Frames.one(Frames.numbered(1, 60)));
        ends.right().transmit(Frames.one(Frames.numbered(2, 60)));
        assertEquals(500, link.deadlineNs());
        assertEquals(0, Frames.receive(link).length);
        nowNs = 499;
        assertEquals(0, Frames.receive(link).length);
        assertEquals(0, Frames.receive(ends.right()).length);
        nowNs = 500;
        assertEquals(0, Frames.receive(link).length);
        assertEquals(1, Frames.number(Frames.receive(ends.right())));
        assertEquals(700, link.deadlineNs());
        nowNs = 700;
        assertEquals(2, Frames.number(Frames.receive(link)));
        assertEquals(Link.NEVER, link.deadlineNs());
    }

    @Test
    void rateSpacesFramesAndItsQueueHasABound() {
        SimLink.Pair ends = SimLink.pair(SimLink.Settings.DEFAULT, 1L << 41, 1L << 41 | 1);
        // 100 octets take 8 us at 100 Mbit/s.
        FaultLink link = new FaultLink(
                ends.left(), Faults.NONE, Faults.NONE.withRate(100_000_000, 3), Seeds.luck(1), () -> nowNs);
        for (int number = 0; number < 5; number++) {
            assertTrue(link.transmit(Frames.one(Frames.numbered(number, 100 + Link.VIRTIO))));
        }
        assertEquals(2, link.counters().sentDrops);
        for (int number = 0; number < 3; number++) {
            nowNs = 8_000L * (number + 1) - 1;
            Frames.receive(link);
            assertEquals(0, Frames.receive(ends.right()).length);
            nowNs++;
            Frames.receive(link);
            assertEquals(number, Frames.number(Frames.receive(ends.right())));
        }
    }

    /// What the link below refuses waits here and goes out once there is room, in order.
    @Test
    void refusedFramesAreNotLost() {
        SimLink.Settings small = new SimLink.Settings(1500, true, true, true, 1 << 17);
        SimLink.Pair ends = SimLink.pair(small, 1L << 41, 1L << 41 | 1);
        FaultLink link = new FaultLink(ends.left(), Faults.NONE, Faults.NONE, Seeds.luck(1), () -> nowNs);
        for (int number = 0; number < 6; number++) {
            assertTrue(link.transmit(Frames.one(Frames.numbered(number, 60_000))));
        }
        for (int number = 0; number < 6; number++) {
            assertEquals(number, Frames.number(Frames.receive(ends.right())));
            Frames.receive(link);
        }
    }

    @Test
    void impossibleChancesAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> Faults.NONE.withLoss(1.1));
        assertThrows(IllegalArgumentException.class, () -> Faults.NONE.withRepeat(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> Faults.NONE.withReorder(0.5, 0));
    }

    /// A thousand frames, one each microsecond, received through the faults.
    private List<byte[]> story(long seed, Faults faults) {
        nowNs = 0;
        SimLink.Pair ends = SimLink.pair(SimLink.Settings.DEFAULT, 1L << 41, 1L << 41 | 1);
        FaultLink link = new FaultLink(ends.right(), faults, Faults.NONE, Seeds.luck(seed), () -> nowNs);
        List<byte[]> arrived = new ArrayList<>();
        for (int number = 0; number < COUNT; number++) {
            ends.left().transmit(Frames.one(Frames.numbered(number, 100)));
            receiveAll(link, arrived);
            nowNs += 1_000;
        }
        while (link.deadlineNs() != Link.NEVER) {
            nowNs = link.deadlineNs();
            receiveAll(link, arrived);
        }
        return arrived;
    }

    private static void receiveAll(Link link, List<byte[]> arrived) {
        for (byte[] frame = Frames.receive(link); frame.length != 0; frame = Frames.receive(link)) {
            arrived.add(frame);
        }
    }

    private static List<Integer> arrived(List<byte[]> frames) {
        return frames.stream().map(Frames::number).toList();
    }

    private static List<Integer> numbers(int from, int to) {
        return java.util.stream.IntStream.range(from, to).boxed().toList();
    }
}
