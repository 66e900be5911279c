package netkeep.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import netkeep.linux.Bell;
import netkeep.linux.Poller;
import netkeep.ring.Pieces;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Several queues as one link.
class QueuesLinkTest {
    private static final String MACS = "020000000001 020000000002";

    private final List<SimLink> others = new ArrayList<>();
    private final List<Bell> bells = new ArrayList<>();
    private final QueuesLink link = new QueuesLink(queues(3));

    private List<Link> queues(int count) {
        List<Link> queues = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            SimLink.Pair ends = SimLink.pair(SimLink.Settings.DEFAULT, 1, 2);
            Bell bell = new Bell();
            others.add(ends.right());
            bells.add(bell);
            queues.add(new AroundLink(ends.left()) {
                @Override
                public int descriptor() {
                    return bell.descriptor();
                }

                @Override
                public boolean scatters() {
                    return true;
                }

                @Override
                public int receive(Pieces to) {
                    return receive(to.memory[0], to.at[0], to.length[0]);
                }
            });
        }
        return queues;
    }

    @AfterEach
    void close() {
        link.close();
        bells.forEach(Bell::close);
    }

    private int queue(String... digits) {
        byte[] frame = Frames.hex(Frames.PLAIN, MACS, String.join("", digits));
        return link.queue(MemorySegment.ofArray(frame), 0, frame.length);
    }

    private static String ipv4(String fragment, int protocol, int port) {
        return String.format(
                Locale.ROOT, "0800 45000028 0001%s 40%02x0000 c6120002 c6120001 0050%04x", fragment, protocol, port);
    }

    private static String ipv6(int protocol, int port) {
        return String.format(
                Locale.ROOT,
                "86dd 60000000 0014%02x40 fd000198001800000000000000000002 fd000198001800000000000000000001 0050%04x",
                protocol,
                port);
    }

    @Test
    void flowsAreSpreadOverAllQueues() {
        Set<Integer> four = new HashSet<>();
        Set<Integer> six = new HashSet<>();
        for (int port = 40_000; port < 40_064; port++) {
            four.add(queue(ipv4("4000", 6, port)));
            six.add(queue(ipv6(17, port)));
        }
        assertEquals(Set.of(0, 1, 2), four);
        assertEquals(Set.of(0, 1, 2), six);
    }

    @Test
    void framesOfAFlowStayTogether() {
        for (int port = 40_000; port < 40_064; port++) {
            String packet = ipv4("4000", 6, port);
            assertEquals(queue(packet), queue(packet, "0001020304"));
            assertEquals(queue(packet), queue("8100 0007", packet));
        }
    }

    /// The later fragments have no ports, so the first one's do not count either.
    @Test
    void fragmentsOfADatagramStayTogether() {
        int first = queue(ipv4("2000", 17, 40_000));
        for (int port = 40_001; port < 40_064; port++) {
            assertEquals(first, queue(ipv4("2000", 17, port)));
            assertEquals(first, queue(ipv4("00b9", 17, port)));
        }
    }

    @Test
    void whatBelongsToNoFlowTakesTheFirst() {
        assertEquals(0, queue("0806 0001080006040001"));
        assertEquals(0, queue(""));
        assertEquals(0, queue("0800 4500"));
        assertEquals(queue(ipv4("4000", 1, 1)), queue(ipv4("4000", 1, 2)));
    }

    @Test
    void frameLeavesByTheQueueOfItsFlow() {
        byte[] frame = Frames.hex(Frames.PLAIN, MACS, ipv6(6, 40_000));
        int queue = link.queue(MemorySegment.ofArray(frame), 0, frame.length);
        assertTrue(link.transmit(Frames.one(frame)));
        for (int i = 0; i < others.size(); i++) {
            assertEquals(i == queue ? frame.length : 0, Frames.receive(others.get(i)).length);
        }
        assertEquals(1, link.counters().sentFrames);
    }

    @Test
    void fullQueueDoesNotHoldUpTheOthers() {
        for (int number = 0; number < 100; number++) {
            others.get(0).transmit(Frames.one(Frames.numbered(number, 60)));
        }
        others.get(2).transmit(Frames.one(Frames.numbered(500, 60)));

        List<Integer> numbers = new ArrayList<>();
        for (byte[] got = Frames.receive(link); got.length != 0; got = Frames.receive(link)) {
            numbers.add(Frames.number(got));
        }

        assertEquals(101, numbers.size());
        assertEquals(16, numbers.indexOf(500));
        numbers.remove(Integer.valueOf(500));
        assertEquals(numbers.stream().sorted().toList(), numbers);
        assertEquals(101, link.counters().receivedFrames);
    }

    @Test
    void framesInPiecesComeFromAllQueues() {
        assertTrue(link.scatters());
        for (int i = 0; i < others.size(); i++) {
            others.get(i).transmit(Frames.one(Frames.numbered(i, 60)));
        }
        Pieces pieces = new Pieces();
        MemorySegment room = Arena.ofAuto().allocate(link.maxFrame());
        pieces.add(room, 0, link.maxFrame());
        Set<Integer> numbers = new HashSet<>();
        for (int length = link.receive(pieces); length != 0; length = link.receive(pieces)) {
            assertEquals(60, length);
            numbers.add(Frames.number(room.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE)));
        }
        assertEquals(Set.of(0, 1, 2), numbers);
    }

    @Test
    void oneDescriptorStandsForAll() {
        Poller poller = new Poller(1);
        poller.add(link.descriptor(), Poller.POLLIN);
        assertEquals(0, poller.await(0));
        bells.get(2).ring();
        assertNotEquals(0, poller.await(0));
        bells.get(2).silence();
        assertEquals(0, poller.await(0));
    }
}
