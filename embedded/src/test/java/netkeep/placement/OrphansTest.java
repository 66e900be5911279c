package netkeep.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import netkeep.domain.Word;
import netkeep.engine.Engine;
import netkeep.engine.ledger.Hand;
import netkeep.engine.socket.Endpoint;
import netkeep.linux.Clock;
import netkeep.linux.Errno;
import netkeep.session.Request;
import netkeep.session.SessionLayout;
import netkeep.session.Status;
import netkeep.session.Terms;
import netkeep.wire.IpProtocol;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Sessions whose clients are dead, and whose connections owe octets to a peer that reads none: what that costs.
class OrphansTest {
    private static final SessionLayout LAYOUT = Terms.USUAL.layout();
    private static final int DEAD = 0;
    private static final int PEER = 1;
    private static final long LOOPBACK = 0x7F00_0001;
    private static final int PORT = 7;
    private static final int TURNS = 300;
    private static final long SECONDS = 10;
    private static final int MOST = 200;

    private ServedStack stack;
    private ServedStack.Client dead;
    private ServedStack.Client peer;

    /// Counts the sockets that are closed because their client is gone.
    private static final class Closed implements Engine.Trial {
        private int count;

        @Override
        public void frame(MemorySegment frames, long at, int length) {}

        @Override
        public void request(int op) {}

        @Override
        public void record(Endpoint of, Hand.Work why) {
            count += why == Hand.Work.LEFT ? 1 : 0;
        }
    }

    private void begin() throws IOException {
        stack = new ServedStack(LAYOUT, 2);
        dead = stack.client(DEAD);
        peer = stack.client(PEER);
        stack.begin();
        peer.ask(Request.OPEN, 0, IpProtocol.TCP, 0, 0);
        peer.ask(Request.BIND, 0, 0, 0, PORT);
        peer.ask(Request.LISTEN, 0, 8, 0, 0);
        stack.domain.turns(TURNS);
    }

    @AfterEach
    void end() {
        if (stack != null) {
            stack.close();
        }
    }

    private StackPart part() {
        return (StackPart) stack.domain.parts.getFirst();
    }

    private Engine engine() throws ReflectiveOperationException {
        var field = StackPart.class.getDeclaredField("engine");
        field.setAccessible(true);
        return (Engine) field.get(part());
    }

    /// Connects, and gives all that finds room.
    private void fill() throws IOException {
        dead.ask(Request.OPEN, 0, IpProtocol.TCP, 0, 0);
        dead.ask(Request.CONNECT, 0, 0, LOOPBACK, PORT);
        stack.domain.turns(TURNS);
        long words = LAYOUT.stackWords(0);
        for (int round = 0; round < TURNS; round++) {
            long edge = dead.stack.i64Acquire(words + SessionLayout.SND_EDGE);
            dead.client.i64Release(LAYOUT.clientWords(0) + SessionLayout.SND_TAIL, edge);
            dead.ask(Request.SEND, 0, 0, 0, 0);
            stack.domain.turns(3);
        }
        assertTrue(owed() > 0, "nothing is owed");
    }

    private long owed() {
        return dead.client.i64(LAYOUT.clientWords(0) + SessionLayout.SND_TAIL)
                - dead.stack.i64Acquire(LAYOUT.stackWords(0) + SessionLayout.SND_HEAD);
    }

    /// A stack with nothing else to do sleeps from one probe of the shut window to the next.
    @Test
    void orphanWakesNobody() throws Exception {
        begin();
        fill();
        stack.leaves(DEAD);
        long nowNs = new Clock().nowNs() + 1;
        long endNs = nowNs + TimeUnit.SECONDS.toNanos(SECONDS);
        int turns = 0;
        for (; nowNs < endNs && turns < MOST; turns++) {
            part().turn(nowNs);
            nowNs = Math.max(nowNs + 1, Math.min(part().deadlineNs(), endNs));
        }
        assertTrue(turns < MOST, turns + " turns of " + SECONDS + " s at most");
        assertTrue(owed() > 0, "nothing is owed any more");
    }

    /// A client with many sockets that dies keeps nobody from his turn: some are closed, then comes the next turn.
    @Test
    void fewAreClosedInATurn() throws Exception {
        begin();
        for (int socket = 0; socket < LAYOUT.sockets() / 2; socket++) {
            dead.ask(Request.OPEN, socket, IpProtocol.TCP, 0, 0);
            dead.ask(Request.LISTEN, socket, 8, 0, 0);
            stack.domain.turns(3);
        }
        Closed closed = new Closed();
        engine().tryWith(closed);
        stack.leaves(DEAD);
        for (int turn = 1; closed.count < LAYOUT.sockets() / 2; turn++) {
            assertEquals(0, part().deadlineNs());
            stack.domain.turns(1);
            assertEquals(16 * turn, closed.count);
        }
        assertEquals(Word.OVER, stack.said().kind());
    }

    /// While others keep the stack busy, too.
    @Test
    void orphansAreClosedOnce() throws Exception {
        begin();
        fill();
        Closed closed = new Closed();
        engine().tryWith(closed);
        stack.leaves(DEAD);
        for (int turn = 0; turn < TURNS; turn++) {
            peer.ask(Request.SEND, 0, 0, 0, 0);
            stack.domain.turns(1);
        }
        assertEquals(1, closed.count);
        assertTrue(owed() > 0, "nothing is owed any more");
    }

    /// Control has no place for its user's next program: the peer is reset, however long it would read nothing.
    @Test
    void whatIsGivenUpIsResetAndIsOver() throws Exception {
        begin();
        fill();
        stack.leaves(DEAD);
        stack.domain.turns(TURNS);
        assertTrue(owed() > 0, "nothing is owed any more");
        assertEquals(0, failed());
        for (int again = 0; again < 2; again++) {
            // It may be said by a successor of control, or to one of the stack.
            stack.asked("left " + DEAD + "\n");
        }
        stack.domain.turns(3);
        assertEquals(new Word(Word.OVER, DEAD, ""), stack.said());
        assertEquals(Status.FAILED, failed());
        long child = LAYOUT.stackWords(LAYOUT.sockets() / 2);
        assertEquals(Errno.ECONNRESET, peer.stack.u16(child + SessionLayout.ERROR));
    }

    /// By who may be wrong, or late: the number may be another's by then.
    @Test
    void noSessionIsGivenUpThatHasAClient() throws Exception {
        begin();
        fill();
        stack.asked("left " + DEAD + "\nleft " + PEER + "\nleft 999999999\n");
        stack.domain.turns(TURNS);
        assertTrue(owed() > 0, "nothing is owed any more");
        stack.leaves(DEAD);
        stack.domain.turns(TURNS);
        assertEquals(0, failed());
    }

    /// Whether the peer's connection has.
    private int failed() {
        long child = LAYOUT.stackWords(LAYOUT.sockets() / 2);
        return peer.stack.i32Acquire(child + SessionLayout.STATUS) & Status.FAILED;
    }

    /// Nobody owes anything once the peer is gone, too: both sessions end.
    @Test
    void sessionEndsWithItsLastDebt() throws Exception {
        begin();
        fill();
        stack.leaves(DEAD);
        stack.domain.turns(TURNS);
        stack.leaves(PEER);
        Word first = stack.said();
        Word second = stack.said();
        assertEquals(Word.OVER, first.kind());
        assertEquals(Word.OVER, second.kind());
        assertEquals(DEAD + PEER, first.number() + second.number());
    }
}
