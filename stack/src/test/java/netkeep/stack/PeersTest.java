package netkeep.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import netkeep.engine.Engine;
import netkeep.engine.EngineSettings;
import netkeep.engine.ip.IpSettings;
import netkeep.engine.ledger.Counter;
import netkeep.engine.neighbor.LinkSettings;
import netkeep.engine.socket.Claims;
import netkeep.engine.socket.Share;
import netkeep.engine.tcp.TcpSettings;
import netkeep.ring.FrameConsumer;
import netkeep.ring.FrameProducer;
import netkeep.ring.Pieces;
import netkeep.ring.Region;
import netkeep.wire.Address;
import netkeep.wire.ArpPacket;
import netkeep.wire.Checksum;
import netkeep.wire.EthernetHeader;
import netkeep.wire.IpProtocol;
import netkeep.wire.Ipv4Header;
import netkeep.wire.MacAddress;
import netkeep.wire.UdpHeader;
import netkeep.wire.VirtioNetHeader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Two stacks with one address, a queue of one link each: what comes to the first.
class PeersTest {
    private static final int STACKS = 2;
    private static final int LINK = 1;
    private static final long MAC = 0x02_00_00_00_00_01L;
    private static final long PEER_MAC = 0x02_00_00_00_00_02L;
    private static final long OURS = Address.parse("198.18.0.2").lo();
    private static final long PEER = Address.parse("198.18.0.1").lo();
    private static final int CAPACITY = 1 << 18;
    private static final long CONSUMER = FrameProducer.length(CAPACITY);
    private static final long RINGS = CONSUMER + FrameProducer.CONSUMER_LENGTH;
    private static final int IP = VirtioNetHeader.LENGTH + EthernetHeader.LENGTH;
    private static final int PORT = 4000;
    private static final int HAND_PORT = 4001;
    private static final EngineSettings SETTINGS =
            new EngineSettings(16, 1, 64, IpSettings.DEFAULT, TcpSettings.DEFAULT);

    /// A queue of the device.
    private static final class Queue implements FramePort {
        private final Deque<byte[]> waiting = new ArrayDeque<>();
        private final List<byte[]> sent = new ArrayList<>();

        @Override
        public int receive(MemorySegment frames, long at, int room) {
            byte[] next = waiting.poll();
            if (next == null) {
                return 0;
            }
            MemorySegment.copy(MemorySegment.ofArray(next), 0, frames, at, next.length);
            return next.length;
        }

        @Override
        public boolean transmit(Pieces frame) {
            MemorySegment whole = MemorySegment.ofArray(new byte[frame.total()]);
            frame.gather(whole, 0);
            sent.add((byte[]) whole.heapBase().orElseThrow());
            return true;
        }

        @Override
        public int maxFrame() {
            return 2048;
        }

        @Override
        public long deadlineNs() {
            return Long.MAX_VALUE;
        }

        @Override
        public void dropped(String reason) {}
    }

    private final Arena arena = Arena.ofAuto();
    private final LinkSettings[] links = {LinkSettings.LOOPBACK, LinkSettings.ethernet(LINK, MAC, 1500)};
    private final List<Region> tables = new ArrayList<>();
    private final List<Region> rings = new ArrayList<>();
    private final List<Region> ledgers = new ArrayList<>();
    private final Engine[] engines = new Engine[STACKS];
    private final Queue[] queues = new Queue[STACKS];
    private final Stack[] stacks = new Stack[STACKS];
    private final PeerPort[] ports = new PeerPort[STACKS];
    private long nowNs = TimeUnit.SECONDS.toNanos(1);

    /// A frame to this port of UDP ends the stack that judges it.
    private boolean poisoned;

    @BeforeEach
    void begin() {
        for (int stack = 0; stack < STACKS; stack++) {
            tables.add(region(Claims.LENGTH));
            rings.add(region(RINGS));
            ledgers.add(region(Engine.ledgerLength(settings(0), links.length)));
        }
        for (int stack = 0; stack < STACKS; stack++) {
            succeed(stack);
            engines[stack].ip().addAddress(LINK, 0, OURS, 24, nowNs);
        }
        for (int second = 0; second < 20; second++) {
            nowNs += TimeUnit.SECONDS.toNanos(1);
            turn(0);
            turn(1);
        }
        for (Queue queue : queues) {
            queue.sent.clear();
        }
    }

    private Region region(long length) {
        return new Region(arena.allocate(length, Long.BYTES));
    }

    private EngineSettings settings(int stack) {
        return SETTINGS.withShare(
                new Share(stack, STACKS, 0, tables.size() == STACKS ? new Claims.Tables(tables) : null));
    }

    /// Builds a stack on its regions: a new one, or a successor.
    private void succeed(int stack) {
        EngineSettings settings = settings(stack);
        MemorySegment heads = arena.allocate(Engine.headsLength(settings), Long.BYTES);
        Engine engine = new Engine(ledgers.get(stack), heads, settings, links, 1, 2);
        engine.tryWith(new Engine.Trial() {
            @Override
            public void frame(MemorySegment frames, long at, int length) {
                boolean udp = length > IP + Ipv4Header.LENGTH + UdpHeader.LENGTH;
                if (poisoned && udp && UdpHeader.destinationPort(frames, at + IP + Ipv4Header.LENGTH) == HAND_PORT) {
                    throw new IllegalStateException("a poisonous frame");
                }
            }

            @Override
            public void request(int op) {}
        });
        int other = 1 - stack;
        Region ours = rings.get(stack);
        int row = links.length + other;
        ports[stack] = new PeerPort(
                new FrameConsumer(
                        ours,
                        CONSUMER,
                        rings.get(other),
                        0,
                        CAPACITY,
                        PeerPort.LONGEST,
                        engine.marks().taken(row)),
                new FrameProducer(ours, 0, rings.get(other), CONSUMER, CAPACITY, FrameProducer.published(ours, 0)),
                links.length,
                () -> {});
        queues[stack] = new Queue();
        engines[stack] = engine;
        stacks[stack] = new Stack(
                engine, new Port[] {queues[stack]}, region(Stack.framesLength(1)), arena.allocate(1 << 18, Long.BYTES));
        @Nullable PeerPort[] others = new @Nullable PeerPort[STACKS];
        others[other] = ports[stack];
        stacks[stack].joins(others);
        engine.begin(nowNs);
    }

    private void turn(int stack) {
        stacks[stack].turn(nowNs);
    }

    private long count(int stack, Counter counter) {
        return engines[stack].counters().get(counter);
    }

    /// A port is used at a stack, as if a socket were bound there.
    private void claim(int stack, int port) {
        tables.get(stack).u8((1 << 16) + port, 1);
    }

    private static MemorySegment ethernet(long to, int type, int length) {
        MemorySegment frame = MemorySegment.ofArray(new byte[IP + length]);
        EthernetHeader.write(frame, VirtioNetHeader.LENGTH, to, PEER_MAC, type);
        return frame;
    }

    private static byte[] octets(MemorySegment frame) {
        return (byte[]) frame.heapBase().orElseThrow();
    }

    private static byte[] datagram(int port) {
        int length = UdpHeader.LENGTH + 8;
        MemorySegment frame = ethernet(MAC, EthernetHeader.IPV4, Ipv4Header.LENGTH + length);
        byte[] head = {0x45, 0, 0, (byte) (Ipv4Header.LENGTH + length), 0, 0, 0, 0, 64, IpProtocol.UDP, 0, 0};
        MemorySegment.copy(MemorySegment.ofArray(head), 0, frame, IP, head.length);
        address(frame, IP + 12, PEER);
        address(frame, IP + 16, OURS);
        int sum = Checksum.fold(Checksum.add(0, frame, IP, Ipv4Header.LENGTH));
        put16(frame, IP + 10, sum);
        // Without a checksum.
        put16(frame, IP + 20, 9999);
        put16(frame, IP + 22, port);
        put16(frame, IP + 24, length);
        return octets(frame);
    }

    private static void put16(MemorySegment frame, long at, int value) {
        frame.set(java.lang.foreign.ValueLayout.JAVA_BYTE, at, (byte) (value >>> 8));
        frame.set(java.lang.foreign.ValueLayout.JAVA_BYTE, at + 1, (byte) value);
    }

    private static void address(MemorySegment frame, long at, long lo) {
        put16(frame, at, (int) (lo >>> 16) & 0xFFFF);
        put16(frame, at + 2, (int) lo & 0xFFFF);
    }

    private static byte[] arp(int operation) {
        boolean asks = operation == ArpPacket.REQUEST;
        MemorySegment frame = ethernet(asks ? MacAddress.BROADCAST : MAC, EthernetHeader.ARP, ArpPacket.LENGTH);
        ArpPacket.write(frame, IP, operation, PEER_MAC, PEER, asks ? 0 : MAC, OURS);
        return octets(frame);
    }

    @Test
    void whatIsAnothersIsBroughtToItAndAnsweredByNobodyElse() {
        claim(1, PORT);
        queues[0].waiting.add(datagram(PORT));
        turn(0);
        assertEquals(0, count(0, Counter.UdpNoPorts));
        turn(1);
        // Its table says so, and it has no socket: then it says that it has none.
        assertEquals(1, count(1, Counter.UdpNoPorts));
        assertEquals(1, count(1, Counter.StacksInFrames));
        assertEquals(0, queues[0].sent.size());
        turn(0);
        assertEquals(0, count(0, Counter.StacksInFrames), "it came back");
    }

    @Test
    void whatIsNobodysIsAnsweredOnceWhereItCame() {
        queues[0].waiting.add(arp(ArpPacket.REQUEST));
        queues[0].waiting.add(datagram(PORT));
        turn(0);
        turn(1);
        assertEquals(1, count(0, Counter.UdpNoPorts));
        assertEquals(0, count(1, Counter.UdpNoPorts));
        assertEquals(1, count(0, Counter.IcmpOutDestUnreachs));
    }

    /// A question to all is answered by who took it; who asked is known to both.
    @Test
    void questionIsAnsweredOnce() {
        queues[0].waiting.add(arp(ArpPacket.REQUEST));
        turn(0);
        turn(1);
        assertEquals(1, count(1, Counter.StacksInFrames));
        assertEquals(1, queues[0].sent.size());
        assertEquals(List.of(), queues[1].sent);
    }

    /// The second asks, and the answer comes by the first's queue.
    @Test
    void answerOfANeighborReachesWhoAsked() {
        assertTrue(engines[1].icmp().echo(0, PEER, LINK, 1, 1, arena.allocate(8, 8), 8, nowNs));
        turn(1);
        assertEquals(1, queues[1].sent.size(), "the question");
        queues[0].waiting.add(arp(ArpPacket.REPLY));
        turn(0);
        turn(1);
        assertEquals(2, queues[1].sent.size(), "the request for an echo");
        assertEquals(List.of(), queues[0].sent);
    }

    @Test
    void whoIsGoneGetsNothingAndWhoComesBackDoes() {
        claim(1, PORT);
        stacks[0].joins(1, null);
        queues[0].waiting.add(datagram(PORT));
        turn(0);
        turn(1);
        // Its table still says that it is its: nobody is asked twice.
        assertEquals(0, count(1, Counter.StacksInFrames));
        stacks[0].joins(1, ports[0]);
        queues[0].waiting.add(datagram(PORT));
        turn(0);
        turn(1);
        assertEquals(1, count(1, Counter.UdpNoPorts));
    }

    /// A frame that kills its stack kills it once, and none of another.
    @Test
    void frameThatAStackDiesOfIsNotTakenAgain() {
        poisoned = true;
        claim(1, HAND_PORT);
        claim(1, PORT);
        MemorySegment poison = MemorySegment.ofArray(datagram(HAND_PORT));
        poisoned = false;
        queues[0].waiting.add((byte[]) poison.heapBase().orElseThrow());
        queues[0].waiting.add(datagram(PORT));
        turn(0);
        poisoned = true;
        assertThrows(IllegalStateException.class, () -> turn(1));
        succeed(1);
        stacks[1].blame();
        // One input a turn.
        turn(1);
        turn(1);
        assertEquals(1, count(1, Counter.UdpNoPorts));
    }

    @Test
    void whoBreaksItsRingStopsOnlyItself() {
        assertNull(ports[1].complaint());
        // Its tail is behind all that there ever was.
        rings.get(0).i64(0, -1L);
        turn(1);
        assertNotNull(ports[1].complaint());
        queues[1].waiting.add(arp(ArpPacket.REQUEST));
        queues[1].waiting.add(datagram(PORT));
        turn(1);
        assertEquals(1, count(1, Counter.UdpNoPorts));
        assertEquals(
                1,
                queues[1].sent.stream()
                        .filter(frame -> frame.length == IP + ArpPacket.LENGTH)
                        .count());
    }

    @Test
    void frameOfNoLinkIsAViolation() {
        Region region = rings.get(0);
        region.i32(64, 100);
        region.i32(64 + 8, links.length);
        region.i64(0, 2L << 20 | 2);
        turn(1);
        assertNotNull(ports[1].complaint());
    }
}
