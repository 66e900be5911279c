package netkeep.engine.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import netkeep.engine.Engine;
import netkeep.engine.EngineSettings;
import netkeep.engine.ip.IpSettings;
import netkeep.engine.neighbor.LinkSettings;
import netkeep.engine.tcp.TcpSettings;
import netkeep.ring.PeerViolation;
import netkeep.ring.Producer;
import netkeep.ring.Region;
import netkeep.session.Event;
import netkeep.session.Option;
import netkeep.session.Request;
import netkeep.session.SessionLayout;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// When a client is told that something has become of a socket, and which of its processes are woken for it.
class TellingTest {
    private static final int SOCKET = 2;
    private static final int UDP = 17;

    /// Events for which there is room. The first one is that the socket is open.
    private static final int EVENTS = 128;

    private static final SessionLayout LAYOUT = new SessionLayout(8, 256, EVENTS, 1 << 17);
    private static final EngineSettings SETTINGS =
            new EngineSettings(LAYOUT.sockets(), 1, 64, IpSettings.DEFAULT, TcpSettings.DEFAULT);
    private static final LinkSettings[] LINKS = {LinkSettings.LOOPBACK};

    /// Where the client says which of its processes sleep.
    private static final long ASLEEP = LAYOUT.eventsConsumer() + 64;

    private final Arena arena = Arena.ofAuto();
    private final Region ledger = region(Engine.ledgerLength(SETTINGS, LINKS.length));
    private final Region client = region(LAYOUT.clientLength());
    private final Region stack = new Region(arena.allocate(LAYOUT.stackLength(), Long.BYTES)) {
        @Override
        public void i64Release(long at, long value) {
            if (at == LAYOUT.missed() && value != i64(at)) {
                answerWhenMissed = answered();
            }
            super.i64Release(at, value);
        }
    };
    private final Producer requests = new Producer(
            client,
            SessionLayout.producer(),
            stack,
            LAYOUT.requestsConsumer(),
            LAYOUT.requests(),
            SessionLayout.REQUEST,
            0);
    private Engine engine = engine();
    private Attachment attachment = attached();
    private int ticket;

    /// The answer that the client's words told when it was shown that it has missed an event.
    private int answerWhenMissed;

    private Region region(long length) {
        return new Region(arena.allocate(length, Long.BYTES));
    }

    private Engine engine() {
        return new Engine(ledger, arena.allocate(Engine.headsLength(SETTINGS), Long.BYTES), SETTINGS, LINKS, 1, 2);
    }

    private Attachment attached() {
        Attachment made = engine.attach(0, LAYOUT, new Region(client.memory().asReadOnly()), stack);
        engine.begin(1);
        return made;
    }

    private int answered() {
        return stack.i32(LAYOUT.stackWords(SOCKET) + SessionLayout.ANSWER) >>> 16;
    }

    private long missed() {
        return stack.i64(LAYOUT.missed());
    }

    private void ask(int op, long a) {
        try {
            long at = requests.free();
            client.u8(at + Request.OP, op);
            client.u16(at + Request.TICKET, op == Request.OPEN ? 0 : ++ticket);
            client.i32(at + Request.SOCKET, SOCKET);
            client.i64(at + Request.A, a);
            client.i64(at + Request.B, 1);
            requests.give();
            requests.publish();
        } catch (PeerViolation violation) {
            throw new AssertionError(violation);
        }
    }

    /// A turn up to its commit, over a request to whose answer an event belongs.
    private void answer() {
        ask(Request.OPTION, Option.REUSE_ADDRESS);
        engine.requests(16, 1);
        engine.commit();
    }

    @BeforeEach
    void open() {
        ask(Request.OPEN, UDP);
        engine.requests(16, 1);
        engine.commit();
        engine.publish();
        attachment.mustWake();
    }

    private boolean wakes(int ears, int asleep) {
        client.u16(LAYOUT.ears(SOCKET), ears);
        client.i32(ASLEEP, asleep);
        answer();
        engine.publish();
        return attachment.mustWake();
    }

    @Test
    void whoSleepsIsWokenForWhatConcernsHim() {
        assertTrue(wakes(0b01, 0b01));
        assertFalse(wakes(0b01, 0b10), "another's");
        assertTrue(wakes(0b11, 0b10), "of several");
        assertTrue(wakes(0, 0b10), "of all");
        assertFalse(wakes(0, 0), "nobody sleeps");
    }

    /// A process takes a connection while the stack is in a turn that has something to tell of it, and sleeps before
    /// that is told.
    @Test
    void whoseASocketHasBecomeWithinTheTurnIsWoken() {
        client.u16(LAYOUT.ears(SOCKET), 0b100);
        answer();
        client.u16(LAYOUT.ears(SOCKET), 0b101);
        client.i32(ASLEEP, 0b001);
        engine.publish();
        assertTrue(attachment.mustWake());
    }

    @Test
    void ofMoreThanIsRememberedAnythingMayBeAnybodys() {
        client.u16(LAYOUT.ears(SOCKET), 0b01);
        client.i32(ASLEEP, 0b10);
        for (int i = 1; i < EVENTS; i++) {
            answer();
        }
        engine.publish();
        assertTrue(attachment.mustWake());
    }

    @Test
    void whatIsMissedMayBeAnybodys() {
        client.u16(LAYOUT.ears(SOCKET), 0b01);
        for (int i = 1; i < EVENTS; i++) {
            answer();
        }
        engine.publish();
        attachment.mustWake();
        assertTrue(wakes(0b01, 0b10));
    }

    /// Another thread may wait for room.
    @Test
    void thatNothingMoreIsSentIsTold() {
        ask(Request.SHUTDOWN, 2);
        engine.requests(16, 1);
        engine.commit();
        engine.publish();
        assertEquals(2, stack.i64(SessionLayout.producer()));
        long event = stack.i64(SessionLayout.producer() + 64 + SessionLayout.EVENT);
        assertEquals(Event.STATE, Event.what(event) & Event.STATE);
    }

    /// Who finds that he has missed an event looks at all words, and would not look again.
    @Test
    void thatAnEventIsMissedIsToldBehindTheWords() {
        for (int i = 0; i < EVENTS; i++) {
            answer();
            assertEquals(0, missed());
        }
        engine.publish();
        assertEquals(1, missed());
        assertEquals(ticket, answerWhenMissed);
    }

    @Test
    void successorTellsWhatItsPredecessorCommittedThatWasMissed() {
        for (int i = 0; i < EVENTS; i++) {
            answer();
        }
        engine = engine();
        attachment = attached();
        engine.commit();
        engine.publish();
        assertEquals(2, missed());
    }
}
