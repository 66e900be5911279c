package netkeep.trials.kill;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import netkeep.client.NetkeepSelectorProvider;
import netkeep.client.Session;
import netkeep.engine.Engine;
import netkeep.linux.Clock;
import netkeep.ring.Region;
import netkeep.stack.Stack;
import netkeep.wire.Address;

/// The one who kills: it has the peer's stack in its own memory, the programs on both stacks, and the regions of a
/// stack in another process, which it kills at any moment and replaces by a standby.
final class Kills implements AutoCloseable {
    private static final int PORT = 80;
    private static final int STREAMS = 10;
    private static final long NAP_NS = 20_000;
    private static final long COMMITTED = 8;
    private static final long MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);

    private final Clock clock = new Clock();
    private final SplittableRandom luck;
    private final Region ledger;
    private final Region down;
    private final RingPort port;
    private final Stack peer;
    private final Session peersSession;
    private final Session mortalsSession;
    private final NetkeepSelectorProvider peers;
    private final NetkeepSelectorProvider mortals;
    private final Standbys standbys;
    private final ServerSocketChannel peersServer;
    private final ServerSocketChannel mortalsServer;
    private final List<Stream> streams = new ArrayList<>();
    private final Map<Long, Stream> ended = new HashMap<>();
    private long numbers;
    private int callers;
    private boolean calls = true;

    // What came of it.
    int kills;
    int cut;
    int unpublished;
    int matched;
    long received;
    final List<Long> untilTurn = new ArrayList<>();
    final List<Long> untilOctets = new ArrayList<>();

    Kills(Path directory, long seed) throws IOException {
        luck = new SplittableRandom(seed);
        Regions.make(directory);
        ledger = Regions.map(directory, "ledger", false);
        down = Regions.map(directory, "down", false);
        port = new RingPort(Regions.map(directory, "up", true), down);
        Region client = memory("client");
        Region stack = memory("stack");
        long nowNs = clock.nowNs();
        MemorySegment heads = Arena.global().allocate(Engine.headsLength(Regions.settings()), 64);
        Engine engine = new Engine(
                memory("ledger"), heads, Regions.settings(), Regions.links(Regions.PEER), luck.nextLong(), seed);
        engine.attach(0, Regions.LAYOUT, client, stack);
        engine.begin(nowNs);
        Mortal.addresses(engine, Regions.PEER, nowNs);
        peer = Mortal.stack(engine, port, new Region(Arena.global().allocate(Stack.framesLength(1), 64)));
        Idle idle = new Idle(clock, this::turn);
        peersSession = new Session(client, stack, Regions.LAYOUT, idle, any -> 0);
        mortalsSession = new Session(
                Regions.map(directory, "client", true),
                Regions.map(directory, "stack", false),
                Regions.LAYOUT,
                idle,
                any -> 0);
        peers = new NetkeepSelectorProvider(peersSession, SelectorProvider.provider());
        mortals = new NetkeepSelectorProvider(mortalsSession, SelectorProvider.provider());
        standbys = new Standbys(directory);
        peersServer = server(peers);
        mortalsServer = server(mortals);
    }

    private static Region memory(String name) {
        return new Region(Arena.global().allocate(Regions.length(name), 64));
    }

    private static ServerSocketChannel server(NetkeepSelectorProvider on) throws IOException {
        ServerSocketChannel server = on.openServerSocketChannel();
        server.bind(new InetSocketAddress(PORT), 64);
        server.configureBlocking(false);
        return server;
    }

    private boolean turn() {
        int done = peer.turn(clock.nowNs());
        port.turned();
        return done + peersSession.dispatch() + mortalsSession.dispatch() != 0;
    }

    /// Kills `count` times, then lets all streams come to their end.
    void run(int count, long deadlineNs) throws IOException, InterruptedException {
        long committed = -1;
        long octets = 0;
        long killedNs = 0;
        long killAtNs = clock.nowNs() + 500 * MILLISECOND;
        boolean turned = true;
        boolean flowed = true;
        while (calls || !streams.isEmpty()) {
            long nowNs = clock.nowNs();
            if (nowNs > deadlineNs) {
                throw new AssertionError("too slow: " + this + " with " + streams);
            }
            boolean moved = turn();
            moved |= move();
            if (!turned && ledger.i64Acquire(COMMITTED) > committed) {
                turned = true;
                untilTurn.add(nowNs - killedNs);
            }
            if (turned && !flowed && received > octets + (1 << 12)) {
                flowed = true;
                untilOctets.add(nowNs - killedNs);
            }
            // Now and then the successor is killed while it takes over.
            boolean mayDie = flowed || luck.nextInt(4000) == 0;
            if (kills < count && mayDie && nowNs >= killAtNs && standbys.ready()) {
                killedNs = nowNs;
                standbys.kill();
                committed = ledger.i64Acquire(COMMITTED);
                look(committed);
                standbys.succeed();
                kills++;
                octets = received;
                turned = false;
                flowed = false;
                killAtNs = clock.nowNs() + luck.nextLong(60 * MILLISECOND);
            }
            calls = kills < count;
            if (!moved) {
                LockSupport.parkNanos(NAP_NS);
            }
        }
    }

    /// What the dead one was at.
    private void look(long committed) {
        if (down.i64(Regions.TURN + 8) == 1) {
            if (down.i64(Regions.TURN) == committed) {
                cut++;
            } else {
                unpublished++;
            }
        }
    }

    private boolean move() throws IOException {
        boolean moved = false;
        accept(peersServer);
        accept(mortalsServer);
        if (calls && callers < STREAMS) {
            call();
        }
        for (int i = streams.size() - 1; i >= 0; i--) {
            Stream stream = streams.get(i);
            long before = stream.received();
            moved |= stream.move();
            received += stream.received() - before;
            if (stream.over()) {
                streams.remove(i);
                callers -= stream.caller() ? 1 : 0;
                over(stream);
            }
        }
        return moved;
    }

    private void accept(ServerSocketChannel server) throws IOException {
        for (SocketChannel channel = server.accept(); channel != null; channel = server.accept()) {
            streams.add(new Stream(channel));
        }
    }

    /// Opens a stream from either side, of either version of IP, short or long.
    private void call() throws IOException {
        long number = ++numbers;
        boolean fromPeer = (number & 1) == 0;
        Address to = (number & 2) == 0
                ? Regions.address4(fromPeer ? Regions.MORTAL : Regions.PEER)
                : Regions.address6(fromPeer ? Regions.MORTAL : Regions.PEER);
        SocketChannel channel = (fromPeer ? peers : mortals).openSocketChannel();
        channel.configureBlocking(false);
        channel.connect(new InetSocketAddress(InetAddress.getByAddress(to.octets()), PORT));
        long length = callers < STREAMS / 2 ? 4 << 20 : luck.nextInt(1 << 16);
        streams.add(new Stream(channel, number, length));
        callers++;
    }

    /// One end of a stream came to its end: what one has sent the other has received.
    private void over(Stream stream) {
        Stream other = ended.remove(stream.number());
        if (other == null) {
            ended.put(stream.number(), stream);
            return;
        }
        if (stream.caller() == other.caller()
                || stream.sentSum() != other.receivedSum()
                || stream.receivedSum() != other.sentSum()) {
            throw new AssertionError("checksums differ: " + stream + " and " + other);
        }
        matched++;
    }

    /// Whether every stream that was opened came to its end on both sides.
    boolean whole() {
        return ended.isEmpty() && matched == numbers;
    }

    private static String spread(List<Long> times) {
        if (times.isEmpty()) {
            return "none";
        }
        List<Long> sorted = times.stream().sorted().toList();
        return "median %.1f ms, most %.1f ms".formatted(sorted.get(sorted.size() / 2) / 1e6, sorted.getLast() / 1e6);
    }

    @Override
    public String toString() {
        return kills + " kills, " + cut + " turns cut before their commit, " + unpublished
                + " behind it; streams " + matched + " of " + numbers + ", octets " + received
                + "; until the successor's first turn: " + spread(untilTurn) + "; until octets flow: "
                + spread(untilOctets);
    }

    @Override
    public void close() throws InterruptedException {
        standbys.close();
    }
}
