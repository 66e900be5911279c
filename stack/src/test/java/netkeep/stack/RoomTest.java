package netkeep.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import netkeep.ring.PeerViolation;
import netkeep.ring.Producer;
import netkeep.ring.Region;
import netkeep.session.Datagram;
import netkeep.session.Request;
import netkeep.session.SessionLayout;
import netkeep.wire.Address;
import netkeep.wire.IpProtocol;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A stack of whose links one takes less than there is to send.
class RoomTest {
    private static final int SLOW = 1;
    private static final int OTHER = 2;
    private static final Address GROUP = Address.parse("239.1.1.1");
    private static final long PEER_MAC = 0x02_00_00_00_00_99L;

    /// More than the ring to a link holds.
    private static final int DATAGRAMS = 100;

    private static final int PAYLOAD = 1000;

    private final Bench bench = new Bench(2);
    private final SessionLayout layout = new SessionLayout(8, 16, 16, 1 << 17);
    private final Region client = bench.region(layout.clientLength());
    private final Region stack = bench.region(layout.stackLength());
    private final Producer requests =
            new Producer(client, 0, stack, layout.requestsConsumer(), layout.requests(), SessionLayout.REQUEST, 0);
    private long nowNs;

    /// Until the addresses have been probed for.
    @BeforeEach
    void settle() throws PeerViolation {
        for (int link = SLOW; link <= OTHER; link++) {
            Address ours = host(link, 2);
            Address peer = host(link, 1);
            bench.engine.ip().addAddress(link, ours.hi(), ours.lo(), 24, nowNs);
            bench.engine.ip().discovery().neighbors().set(link, peer.hi(), peer.lo(), PEER_MAC, nowNs);
        }
        while (nowNs < 10_000_000_000L) {
            nowNs += 100_000_000;
            bench.stack.turn(nowNs);
            bench.take(SLOW);
            bench.take(OTHER);
        }
        bench.engine.attach(0, layout, client, stack);
    }

    /// A host of a link's subnet.
    private static Address host(int link, int number) {
        return Address.parse("198.18." + link + "." + number);
    }

    private long request(int op, int socket, long a) throws PeerViolation {
        long at = requests.free();
        client.clear(at, SessionLayout.REQUEST);
        client.u8(at + Request.OP, op);
        client.i32(at + Request.SOCKET, socket);
        client.i64(at + Request.A, a);
        return at;
    }

    private void ask() {
        requests.give();
        requests.publish();
    }

    /// Gives more datagrams for a link than its ring holds.
    private void datagrams(int socket, int link) throws PeerViolation {
        request(Request.OPEN, socket, IpProtocol.UDP);
        ask();
        bench.stack.turn(nowNs);
        int room = Datagram.room(PAYLOAD);
        for (int i = 0; i < DATAGRAMS; i++) {
            int at = i * room;
            client.i32(place(socket, at + Datagram.LENGTH), PAYLOAD);
            client.u16(place(socket, at + Datagram.PORT), 7);
            client.i32(place(socket, at + Datagram.LINK), link);
            client.i64(place(socket, at + Datagram.REMOTE), GROUP.hi());
            client.i64(place(socket, at + Datagram.REMOTE + 8), GROUP.lo());
        }
        client.i64Release(layout.clientWords(socket) + SessionLayout.SND_TAIL, (long) DATAGRAMS * room);
        request(Request.SEND, socket, 0);
        ask();
    }

    private long place(int socket, long offset) {
        return layout.sendRings() + layout.place(socket, (int) offset);
    }

    private void connect(int socket, int link) throws PeerViolation {
        Address peer = host(link, 1);
        request(Request.OPEN, socket, IpProtocol.TCP);
        ask();
        long at = request(Request.CONNECT, socket, 0);
        client.i64(at + Request.ADDRESS, peer.hi());
        client.i64(at + Request.ADDRESS + 8, peer.lo());
        client.u16(at + Request.PORT, 80);
        ask();
    }

    /// Turns until there is nothing to do, while a link takes what comes, 0 for none.
    ///
    /// @return how many frames that were
    private int turns(int taking) throws PeerViolation {
        int frames = 0;
        for (int turns = 0; bench.stack.turn(nowNs) != 0; turns++) {
            assertTrue(turns < DATAGRAMS, "it goes on with nothing to do");
            frames += taking == 0 ? 0 : bench.take(taking);
        }
        assertTrue(bench.stack.deadlineNs() > nowNs);
        return frames;
    }

    private boolean maySleep(int link) {
        return bench.ports[link - 1].maySleep(bench.stack.waits(link));
    }

    @Test
    void stackThatWaitsForRoomSleepsUntilItsLinkHasMadeSome() throws PeerViolation {
        datagrams(0, SLOW);
        turns(0);
        assertTrue(bench.stack.waits(SLOW));
        assertTrue(maySleep(SLOW));

        int first = bench.take(SLOW);
        assertTrue(first > 0 && first < DATAGRAMS, first + " frames");
        assertFalse(maySleep(SLOW));
        bench.ports[SLOW - 1].awake();
        assertNotEquals(0, bench.stack.turn(nowNs));
        assertEquals(DATAGRAMS, first + bench.take(SLOW) + turns(SLOW));
        assertFalse(bench.stack.waits(SLOW));
    }

    /// What goes to another link, datagrams and segments, and how the stack sleeps then.
    @Test
    void linkThatTakesNothingHoldsUpNoOther() throws PeerViolation {
        datagrams(0, SLOW);
        turns(0);
        connect(1, SLOW);
        turns(0);

        datagrams(2, OTHER);
        assertEquals(DATAGRAMS, turns(OTHER));
        connect(3, OTHER);
        assertEquals(1, turns(OTHER));

        assertTrue(bench.stack.waits(SLOW));
        assertFalse(bench.stack.waits(OTHER));
        assertTrue(maySleep(SLOW));
        assertTrue(maySleep(OTHER));
        // All datagrams, and the segment behind them.
        assertEquals(DATAGRAMS + 1, bench.take(SLOW) + turns(SLOW));
    }
}
