package netkeep.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import netkeep.engine.Engine;
import netkeep.engine.EngineSettings;
import netkeep.engine.ip.IpSettings;
import netkeep.engine.ledger.Counter;
import netkeep.engine.ledger.Hand;
import netkeep.engine.neighbor.LinkSettings;
import netkeep.engine.socket.Endpoint;
import netkeep.engine.tcp.TcpSettings;
import netkeep.ring.PeerViolation;
import netkeep.ring.Producer;
import netkeep.ring.Region;
import netkeep.session.Request;
import netkeep.session.SessionLayout;
import netkeep.session.Status;
import netkeep.wire.Address;

/// A stack with the loopback alone and one client, who talks to himself there. It dies of the records that a test
/// calls poisonous; its successors have the regions that it leaves, and nothing else.
final class Subject {
    static final int TCP = 6;
    static final int UDP = 17;

    /// Sockets of each half.
    private static final int HALF = 16;

    /// More deaths than any test has an end after.
    private static final int MOST_DEATHS = 20;

    private static final long TURN_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long HOME = Address.parse("127.0.0.1").lo();
    private static final SessionLayout LAYOUT = new SessionLayout(2 * HALF, 64, 64, 1 << 17);
    private static final EngineSettings SETTINGS =
            new EngineSettings(LAYOUT.sockets(), 1, 64, IpSettings.DEFAULT, TcpSettings.DEFAULT.withTables(16, 16));
    private static final LinkSettings[] LINKS = {LinkSettings.LOOPBACK};

    /// What a poisonous record throws.
    private static final class Poisoned extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private final Arena arena = Arena.ofAuto();
    private final Region ledger = region(Engine.ledgerLength(SETTINGS, LINKS.length));
    private final Region frames = region(Stack.framesLength(0));
    private final Region client = region(LAYOUT.clientLength());
    private final Region shown = region(LAYOUT.stackLength());
    private final Producer requests = new Producer(
            client,
            SessionLayout.producer(),
            shown,
            LAYOUT.requestsConsumer(),
            LAYOUT.requests(),
            SessionLayout.REQUEST,
            0);
    private final List<String> inHand = new ArrayList<>();
    private BiPredicate<Endpoint, Hand.Work> poison = (of, why) -> false;
    private Engine engine;
    private Stack stack;
    private long nowNs = TimeUnit.SECONDS.toNanos(1_000);

    Subject() {
        engine = engine();
        stack = stack();
        engine.begin(nowNs);
    }

    private Region region(long length) {
        return new Region(arena.allocate(length, Long.BYTES));
    }

    private Engine engine() {
        MemorySegment heads = arena.allocate(Engine.headsLength(SETTINGS), Long.BYTES);
        Engine built = new Engine(ledger, heads, SETTINGS, LINKS, 1, 2);
        built.attach(0, LAYOUT, new Region(client.memory().asReadOnly()), shown);
        return built;
    }

    private Stack stack() {
        return new Stack(engine, new Port[0], frames, arena.allocate(1 << 18, Long.BYTES));
    }

    /// Calls a record poisonous, as long as its socket has not failed.
    void poison(BiPredicate<Endpoint, Hand.Work> value) {
        poison = value;
        tryIt();
    }

    private void tryIt() {
        engine.tryWith(new Engine.Trial() {
            @Override
            public void frame(MemorySegment of, long at, int length) {}

            @Override
            public void request(int op) {}

            @Override
            public void record(Endpoint of, Hand.Work why) {
                if ((of.status() & Status.FAILED) == 0 && poison.test(of, why)) {
                    throw new Poisoned();
                }
            }
        });
    }

    /// The stack is killed, between two turns; its successors may die of themselves.
    void kill() {
        succeed(false);
    }

    /// What each stack that died of itself had in hand.
    List<String> inHand() {
        return inHand;
    }

    private void succeed(boolean blamed) {
        boolean itself = blamed;
        while (true) {
            engine = engine();
            stack = stack();
            if (itself) {
                inHand.add(engine.hand().toString());
                assertTrue(inHand.size() < MOST_DEATHS, inHand.toString());
                stack.blame();
            } else {
                engine.hand().none();
            }
            tryIt();
            try {
                engine.begin(nowNs);
                stack.inherit();
                return;
            } catch (Poisoned death) {
                itself = true;
            }
        }
    }

    /// Lets a time pass, with a turn in each millisecond.
    void run(int ms) {
        for (int turn = 0; turn < ms; turn++) {
            nowNs += TURN_NS;
            try {
                stack.turn(nowNs);
            } catch (Poisoned death) {
                succeed(true);
            }
        }
    }

    long count(Counter counter) {
        return engine.counters().get(counter);
    }

    // The client.

    /// Asks for something; 0 where an op has no use for an argument.
    void ask(int op, int socket, long a, int port) {
        try {
            long at = requests.free();
            client.clear(at, SessionLayout.REQUEST);
            client.u8(at + Request.OP, op);
            client.i32(at + Request.SOCKET, socket);
            client.i64(at + Request.A, a);
            client.i64(at + Request.ADDRESS + 8, port == 0 ? 0 : HOME);
            client.u16(at + Request.PORT, port);
            requests.give();
            requests.publish();
        } catch (PeerViolation violation) {
            throw new AssertionError(violation);
        }
    }

    /// Makes a socket listen.
    void listen(int socket, int port) {
        ask(Request.OPEN, socket, TCP, 0);
        ask(Request.BIND, socket, 0, port);
        ask(Request.LISTEN, socket, 8, 0);
        run(5);
    }

    /// Connects a socket to one that listens.
    void connect(int socket, int port) {
        ask(Request.OPEN, socket, TCP, 0);
        ask(Request.CONNECT, socket, 0, port);
        run(50);
        assertTrue((status(socket) & Status.CONNECTED) != 0, "socket " + socket + " is not connected");
    }

    /// The connections that a listener made, by its socket: the first of them.
    int accepted(int listener) {
        for (int socket = HALF; socket < 2 * HALF; socket++) {
            if (shown.i32(LAYOUT.stackWords(socket) + SessionLayout.PARENT) == listener + 1) {
                return socket;
            }
        }
        throw new AssertionError("nobody connected to socket " + listener);
    }

    private static int octet(long position) {
        return (int) (position * 31 + (position >>> 8)) & 0xFF;
    }

    /// Gives octets of the stream's pattern to send.
    void give(int socket, int length) {
        long words = LAYOUT.clientWords(socket);
        long tail = client.i64(words + SessionLayout.SND_TAIL);
        for (long position = tail; position < tail + length; position++) {
            client.u8(LAYOUT.sendRings() + LAYOUT.place(socket, (int) position), octet(position));
        }
        client.i64Release(words + SessionLayout.SND_TAIL, tail + length);
        ask(Request.SEND, socket, 0, 0);
    }

    /// Sees that so many octets arrived, ever, and all of the pattern; none was read.
    void assertArrived(int socket, int length) {
        assertEquals(length, shown.i64(LAYOUT.stackWords(socket) + SessionLayout.RCV_TAIL));
        for (int position = 0; position < length; position++) {
            assertEquals(octet(position), shown.u8(LAYOUT.receiveRings() + LAYOUT.place(socket, position)));
        }
    }

    int status(int socket) {
        return shown.i32(LAYOUT.stackWords(socket) + SessionLayout.STATUS);
    }

    /// The errno of a socket that failed; 0 if it has not.
    int failure(int socket) {
        int error = shown.u16(LAYOUT.stackWords(socket) + SessionLayout.ERROR);
        return (status(socket) & Status.FAILED) == 0 ? 0 : error;
    }

    /// An `int` of what a datagram socket has to read first.
    int arrived(int socket, long field) {
        return shown.i32(LAYOUT.receiveRings() + LAYOUT.place(socket, 0) + field);
    }
}
