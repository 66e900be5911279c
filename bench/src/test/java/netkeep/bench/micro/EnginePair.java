package netkeep.bench.micro;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import netkeep.engine.Engine;
import netkeep.engine.EngineSettings;
import netkeep.engine.ip.IpSettings;
import netkeep.engine.neighbor.LinkSettings;
import netkeep.engine.tcp.TcpSettings;
import netkeep.ring.PeerViolation;
import netkeep.ring.Producer;
import netkeep.ring.Region;
import netkeep.session.Request;
import netkeep.session.SessionLayout;
import netkeep.session.Status;

/// Two engines with one connection between them, and clients that move counters and nothing else: what is measured
/// round it is the engines' own.
final class EnginePair {
    private static final long PREFIX = 0xFFFF_C612_0000L;
    private static final int PORT = 80;
    private static final int TCP = 6;
    private static final int LARGEST = 1 << 17;
    private static final long STEP_NS = TimeUnit.MICROSECONDS.toNanos(50);
    private static final SessionLayout LAYOUT = new SessionLayout(8, 64, 64, 1 << 20);
    private static final EngineSettings SETTINGS =
            new EngineSettings(64, 1, 64, IpSettings.DEFAULT, TcpSettings.DEFAULT);

    /// An engine with its one session.
    final class End {
        private final Engine engine;
        private final Region ours;
        private final Region theirs;
        private final Producer requests;
        private int socket;

        private End(int number, boolean offloads) {
            LinkSettings link = LinkSettings.ethernet(1, 0x02_00_00_00_00_00L | number, 1500);
            LinkSettings[] links = {LinkSettings.LOOPBACK, offloads ? link.withOffloads(LARGEST - 64) : link};
            MemorySegment client = memory(LAYOUT.clientLength());
            MemorySegment stack = memory(LAYOUT.stackLength());
            Region ledger = new Region(memory(Engine.ledgerLength(SETTINGS, links.length)));
            engine = new Engine(ledger, memory(Engine.headsLength(SETTINGS)), SETTINGS, links, number, number);
            engine.attach(0, LAYOUT, new Region(client.asReadOnly()), new Region(stack));
            engine.begin(nowNs);
            engine.ip().addAddress(1, 0, PREFIX | number, 24, nowNs);
            ours = new Region(client);
            theirs = new Region(stack.asReadOnly());
            requests = new Producer(
                    ours,
                    SessionLayout.producer(),
                    theirs,
                    LAYOUT.requestsConsumer(),
                    LAYOUT.requests(),
                    SessionLayout.REQUEST,
                    0);
        }

        private void ask(int op, int which, long a, long lo, int port) {
            try {
                long at = requests.free();
                if (at < 0) {
                    throw new AssertionError("the request ring is full");
                }
                ours.clear(at, SessionLayout.REQUEST);
                ours.u8(at + Request.OP, op);
                ours.i32(at + Request.SOCKET, which);
                ours.i64(at + Request.A, a);
                ours.i64(at + Request.ADDRESS + 8, lo);
                ours.u16(at + Request.PORT, port);
                requests.give();
                requests.publish();
            } catch (PeerViolation violation) {
                throw new AssertionError(violation);
            }
        }

        /// Whether `octets` more find room to be sent.
        boolean room(int octets) {
            return theirs.i64Acquire(LAYOUT.stackWords(socket) + SessionLayout.SND_EDGE) - sent() >= octets;
        }

        private long sent() {
            return ours.i64(LAYOUT.clientWords(socket) + SessionLayout.SND_TAIL);
        }

        /// Gives octets to send, whatever lies there.
        void send(int octets) {
            ours.i64Release(LAYOUT.clientWords(socket) + SessionLayout.SND_TAIL, sent() + octets);
            ask(Request.SEND, socket, 0, 0, 0);
        }

        /// Reads all that has arrived.
        ///
        /// @return how many octets
        long receive() {
            long head = ours.i64(LAYOUT.clientWords(socket) + SessionLayout.RCV_HEAD);
            long tail = theirs.i64Acquire(LAYOUT.stackWords(socket) + SessionLayout.RCV_TAIL);
            if (tail != head) {
                ours.i64Release(LAYOUT.clientWords(socket) + SessionLayout.RCV_HEAD, tail);
                if (tail >= theirs.i64Acquire(LAYOUT.stackWords(socket) + SessionLayout.RCV_WAKE)) {
                    ask(Request.READ, socket, 0, 0, 0);
                }
            }
            return tail - head;
        }

        private boolean connected() {
            return (theirs.i32Acquire(LAYOUT.stackWords(socket) + SessionLayout.STATUS) & Status.CONNECTED) != 0;
        }

        /// A frame arrives.
        void arrives(MemorySegment memory, int length) {
            engine.arrives(1, memory, 0, length, nowNs);
        }

        /// One turn, whose frames are lost.
        ///
        /// @return how many they were
        int turn() {
            engine.requests(64, nowNs);
            if (engine.deadlineNs() <= nowNs) {
                engine.expire(nowNs);
            }
            engine.transmit(nowNs);
            engine.commit();
            int frames = engine.outgoing().count();
            engine.publish();
            return frames;
        }

        /// One turn; its frames arrive at the other end.
        ///
        /// @return whether it had nothing to do
        private boolean turn(End other) {
            int taken = engine.requests(64, nowNs);
            engine.expire(nowNs);
            engine.transmit(nowNs);
            engine.commit();
            int frames = engine.outgoing().count();
            for (int index = 0; index < frames; index++) {
                int length = engine.outgoing().frame(index).gather(wire, 0);
                other.engine.arrives(1, wire, 0, length, nowNs);
                lastLength = length;
            }
            engine.publish();
            return taken == 0 && frames == 0 && !engine.pending();
        }
    }

    private final MemorySegment wire = memory(LARGEST);
    /// Of the frame that was last on the wire.
    private int lastLength;

    private long nowNs = TimeUnit.SECONDS.toNanos(1000);
    final End client;
    final End server;

    EnginePair(boolean offloads) {
        client = new End(1, offloads);
        server = new End(2, offloads);
        server.ask(Request.OPEN, 0, TCP, 0, 0);
        server.ask(Request.BIND, 0, 0, 0, PORT);
        server.ask(Request.LISTEN, 0, 16, 0, 0);
        exchange();
        // Addresses are probed before they are used.
        for (int step = 0; step < 100; step++) {
            nowNs += TimeUnit.MILLISECONDS.toNanos(100);
            exchange();
        }
        client.ask(Request.OPEN, 0, TCP, 0, 0);
        client.ask(Request.CONNECT, 0, 0, PREFIX | 2, PORT);
        exchange();
        exchange();
        server.socket = LAYOUT.sockets() / 2;
        server.ask(Request.ACCEPTED, server.socket, 0, 0, 0);
        exchange();
        if (!client.connected() || !server.connected()) {
            throw new AssertionError("not connected");
        }
    }

    /// Lets frames go to and fro until nothing is left to do, some time later.
    void exchange() {
        nowNs += STEP_NS;
        boolean quiet;
        do {
            quiet = client.turn(server) && server.turn(client);
        } while (!quiet);
    }

    /// The frame that the client sends next; it arrives.
    MemorySegment capture() {
        client.turn(server);
        MemorySegment frame = memory(lastLength).copyFrom(wire.asSlice(0, lastLength));
        exchange();
        server.receive();
        return frame;
    }

    long nowNs() {
        return nowNs;
    }

    /// Some time goes by.
    void pass(long ns) {
        nowNs += ns;
    }

    /// Octets from the client to the server, and what acknowledges them.
    long stream(int octets) {
        if (client.room(octets)) {
            client.send(octets);
        }
        exchange();
        return server.receive();
    }

    /// An octet there, and one back.
    long requestAndResponse() {
        client.send(1);
        exchange();
        long there = server.receive();
        server.send(1);
        exchange();
        return there + client.receive();
    }

    private static MemorySegment memory(long length) {
        return Arena.ofAuto().allocate(length, 64);
    }
}
