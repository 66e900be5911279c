package netkeep.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import org.junit.jupiter.api.Test;

/// A stack whose link takes less than there is to send.
class RoomTest {
    private static final Address OURS = Address.parse("198.18.0.2");
    private static final Address GROUP = Address.parse("239.1.1.1");

    /// More than the ring to the link holds.
    private static final int DATAGRAMS = 100;

    private static final int PAYLOAD = 1000;
    private static final int SOCKET = 0;

    private final Bench bench = new Bench();
    private final SessionLayout layout = new SessionLayout(2, 16, 16, 1 << 17);
    private final Region client = bench.region(layout.clientLength());
    private final Region stack = bench.region(layout.stackLength());
    private final Producer requests =
            new Producer(client, 0, stack, layout.requestsConsumer(), layout.requests(), SessionLayout.REQUEST, 0);
    private long nowNs;

    private void ask(int op, long a) throws PeerViolation {
        long at = requests.free();
        client.clear(at, SessionLayout.REQUEST);
        client.u8(at + Request.OP, op);
        client.i32(at + Request.SOCKET, SOCKET);
        client.i64(at + Request.A, a);
        requests.give();
        requests.publish();
    }

    /// Until the address has been probed for.
    private void settle() throws PeerViolation {
        bench.engine.ip().addAddress(1, OURS.hi(), OURS.lo(), 24, nowNs);
        while (nowNs < 10_000_000_000L) {
            nowNs += 100_000_000;
            bench.stack.turn(nowNs);
            bench.take();
        }
    }

    private void datagrams() {
        int room = Datagram.room(PAYLOAD);
        for (int i = 0; i < DATAGRAMS; i++) {
            int at = i * room;
            client.i32(place(at + Datagram.LENGTH), PAYLOAD);
            client.u16(place(at + Datagram.PORT), 7);
            client.i32(place(at + Datagram.LINK), 1);
            client.i64(place(at + Datagram.REMOTE), GROUP.hi());
            client.i64(place(at + Datagram.REMOTE + 8), GROUP.lo());
        }
        client.i64Release(layout.clientWords(SOCKET) + SessionLayout.SND_TAIL, (long) DATAGRAMS * room);
    }

    private long place(long offset) {
        return layout.sendRings() + layout.place(SOCKET, (int) offset);
    }

    @Test
    void stackThatWaitsForRoomSleepsUntilItsLinkHasMadeSome() throws PeerViolation {
        settle();
        bench.engine.attach(0, layout, client, stack);
        ask(Request.OPEN, IpProtocol.UDP);
        bench.stack.turn(nowNs);
        datagrams();
        ask(Request.SEND, 0);

        for (int turns = 0; bench.stack.turn(nowNs) != 0; turns++) {
            assertTrue(turns < DATAGRAMS, "it goes on with nothing to do");
        }
        assertTrue(bench.stack.stalled());
        assertTrue(bench.stack.deadlineNs() > nowNs);
        assertTrue(bench.port.maySleep(bench.stack.stalled()));

        int first = bench.take();
        assertTrue(first > 0 && first < DATAGRAMS, first + " frames");
        bench.port.awake();
        assertNotEquals(0, bench.stack.turn(nowNs));
        int all = first + bench.take();
        while (bench.stack.turn(nowNs) != 0) {
            all += bench.take();
        }
        assertEquals(DATAGRAMS, all);
    }
}
