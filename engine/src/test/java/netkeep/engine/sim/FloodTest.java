package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import netkeep.engine.ledger.Counter;
import netkeep.session.Status;
import netkeep.wire.Address;
import netkeep.wire.EthernetHeader;
import netkeep.wire.IpProtocol;
import netkeep.wire.Ipv4Header;
import netkeep.wire.TcpHeader;
import netkeep.wire.VirtioNetHeader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Floods, and peers that hold what they get: tables keep their bounds, and a friend's streams go on at nearly the rate
/// that they have in peace.
class FloodTest {
    /// A frame each so many nanoseconds: 10,000 a second.
    private static final long PERIOD_NS = 100_000;

    /// What a flood may cost a friend.
    private static final double NEARLY = 1.25;

    private static final int HELD = 100;

    private final SplittableRandom luck = new SplittableRandom(1);

    private static void holds(Flooded flooded, boolean v4) {
        long peaceNs = new Flooded().exchange(v4);
        long floodNs = flooded.exchange(v4);
        assertTrue(
                floodNs < peaceNs * NEARLY + 300_000_000L,
                "took " + floodNs / 1e9 + " s, in peace " + peaceNs / 1e9 + " s; " + flooded);
        assertTrue(flooded.mostHalfOpens <= Flooded.HALF_OPENS, flooded.toString());
        assertTrue(flooded.mostNeighbors <= Flooded.NEIGHBORS, flooded.toString());
        assertTrue(
                flooded.mostEntries <= Flooded.SOCKETS + Flooded.HALF_OPENS + Flooded.TIME_WAITS, flooded.toString());
        assertTrue(flooded.mostFlows <= flooded.mostHeld + 2, flooded.toString());
    }

    private Segment spoofed(boolean v4, int flags) {
        Segment segment = new Segment();
        segment.source = v4
                ? SimHost.address4(100 + luck.nextInt(150))
                : Address.of(0xFD00_0198_0018_0000L, luck.nextLong() | 1L << 40);
        segment.destination = v4 ? SimHost.address4(1) : SimHost.address6(1);
        segment.sourcePort = 1 + luck.nextInt(65535);
        segment.destinationPort = Flooded.PORT;
        segment.seq = luck.nextInt();
        segment.ack = luck.nextInt();
        segment.flags = flags;
        return segment;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void floodOfSynsFillsNothing(boolean v4) {
        Flooded flooded = new Flooded();
        flooded.every(PERIOD_NS, nowNs -> flooded.attacker.send(spoofed(v4, TcpHeader.SYN)));
        holds(flooded, v4);
        assertTrue(flooded.victim.engine().counters().get(Counter.TcpExtSyncookiesSent) > 0, flooded.toString());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void floodOfAcksMakesNoConnection(boolean v4) {
        Flooded flooded = new Flooded();
        flooded.every(PERIOD_NS, nowNs -> flooded.attacker.send(spoofed(v4, TcpHeader.ACK)));
        holds(flooded, v4);
        assertEquals(1, flooded.victim.engine().counters().get(Counter.TcpPassiveOpens));
    }

    /// Segments with the ends of the friend's connection, but none of its numbers (RFC 5961).
    @ParameterizedTest
    @ValueSource(ints = {TcpHeader.RST, TcpHeader.SYN, TcpHeader.ACK, TcpHeader.RST | TcpHeader.ACK})
    void blindSegmentsEndNothing(int flags) {
        Flooded flooded = new Flooded();
        int[] port = new int[1];
        flooded.every(PERIOD_NS, nowNs -> {
            port[0] = port[0] == 0 ? friendsPort(flooded) : port[0];
            if (port[0] != 0) {
                Segment segment = spoofed(true, flags);
                segment.source = SimHost.address4(2);
                segment.sourcePort = port[0];
                segment.text = (flags & TcpHeader.SYN) == 0 ? new byte[100] : segment.text;
                flooded.attacker.send(segment);
            }
        });
        holds(flooded, true);
        assertTrue(port[0] != 0);
    }

    private static int friendsPort(Flooded flooded) {
        for (int socket = 0; socket < Flooded.SOCKETS / 2; socket++) {
            SimClient friend = flooded.friend.client();
            if (friend.remotePort(socket) == Flooded.PORT && friend.has(socket, Status.CONNECTED)) {
                return friend.localPort(socket);
            }
        }
        return 0;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 10})
    void peersWithTinyWindowsTakeLittle(int window) {
        Flooded flooded = new Flooded(SimHost.address4(66));
        flooded.hold(HELD, window, true);
        holds(flooded, true);
        assertEquals(HELD, flooded.mostHeld);
    }

    /// Windows that are shut from the first acknowledgment on, by one host to a hundred connections.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shutWindowsAreHeldAndNothingElse(boolean acknowledges) {
        Flooded flooded = new Flooded(SimHost.address4(66));
        flooded.hold(HELD, 0, acknowledges);
        holds(flooded, true);
        assertEquals(HELD, flooded.mostHeld);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true})
    void peersThatNeverAcknowledgeAreGivenUp(boolean v4) {
        Flooded flooded = new Flooded(SimHost.address4(66));
        flooded.hold(HELD, 0xFFFF, false);
        holds(flooded, v4);
        assertEquals(HELD, flooded.mostHeld);
        // 15 time-outs of 120 s at most.
        flooded.world.run(3_600_000_000_000L);
        assertTrue(flooded.audit.sockets() <= 2, flooded.audit.sockets() + " sockets");
        assertEquals(0, flooded.audit.flows());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void floodOfFragmentsIsBounded(boolean v4) {
        Flooded flooded = new Flooded();
        flooded.every(PERIOD_NS, nowNs -> flooded.attacker.send(fragment()));
        holds(flooded, v4);
        assertTrue(flooded.victim.engine().counters().get(Counter.IpReasmFails) > 0);
    }

    private MemorySegment fragment() {
        int ip = VirtioNetHeader.LENGTH + EthernetHeader.LENGTH;
        int octets = 1400;
        MemorySegment frame = MemorySegment.ofArray(new byte[ip + Ipv4Header.LENGTH + octets]);
        EthernetHeader.write(frame, VirtioNetHeader.LENGTH, SimHost.mac(1), 0x02_00_00_00_00_66L, EthernetHeader.IPV4);
        int offset = luck.nextInt(40) * 175;
        Ipv4Header.write(
                frame,
                ip,
                Ipv4Header.LENGTH,
                0,
                Ipv4Header.LENGTH + octets,
                luck.nextInt(1 << 16),
                Ipv4Header.MORE_FRAGMENTS | offset,
                64,
                IpProtocol.TCP,
                SimHost.address4(100 + luck.nextInt(150)).lo(),
                SimHost.address4(1).lo());
        return frame;
    }
}
