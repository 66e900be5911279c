package netkeep.engine.udp;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import netkeep.engine.Engine;
import netkeep.engine.EngineSettings;
import netkeep.engine.Lab;
import netkeep.engine.ledger.Counter;
import netkeep.engine.neighbor.LinkSettings;
import netkeep.engine.sim.Scenario;
import netkeep.engine.sim.SimClient;
import netkeep.engine.socket.Attachment;
import netkeep.engine.tcp.TcpSettings;
import netkeep.ring.Region;
import netkeep.session.SessionLayout;
import netkeep.wire.Address;
import netkeep.wire.Prefix;
import netkeep.wire.Verdict;

/// An engine with one client on a table, whose neighbors are known.
final class UdpLab {
    final SimClient client;
    final List<Lab.Frame> sent = new ArrayList<>();
    long nowNs = SECONDS.toNanos(1_000);
    Engine engine;
    Attachment attachment;

    private final EngineSettings settings = Scenario.engine(small());
    private final SessionLayout layout = new SessionLayout(16, 64, 64, 1 << 17);
    private final LinkSettings[] links;
    private final MemorySegment ledger;
    private final MemorySegment ours = memory(layout.clientLength());
    private final MemorySegment stack = memory(layout.stackLength());

    UdpLab() {
        this(LinkSettings.ethernet(1, Lab.MAC, 1500));
    }

    UdpLab(LinkSettings link) {
        this.links = new LinkSettings[] {LinkSettings.LOOPBACK, link};
        this.ledger = memory(Engine.ledgerLength(settings, 2));
        this.client = new SimClient(layout, ours, stack);
        this.engine = build();
        engine.ip().addAddress(1, Lab.OURS.hi(), Lab.OURS.lo(), 24, nowNs);
        engine.ip().addAddress(1, Lab.OURS6.hi(), Lab.OURS6.lo(), 64, nowNs);
        engine.ip().addRoute(Prefix.ALL_V4, 1, Lab.ROUTER.hi(), Lab.ROUTER.lo(), 0);
        for (int i = 0; i < 100; i++) {
            nowNs += MILLISECONDS.toNanos(100);
            turn();
        }
        for (Address peer : List.of(Lab.PEER, Lab.PEER6, Lab.ROUTER)) {
            engine.ip().discovery().neighbors().set(1, peer.hi(), peer.lo(), Lab.PEER_MAC, nowNs);
        }
        sent.clear();
    }

    private static TcpSettings small() {
        return TcpSettings.DEFAULT
                .withSendBuffer(1 << 14, 1 << 14)
                .withReceiveBuffer(1 << 14, 1 << 14)
                .withTables(16, 16);
    }

    private static MemorySegment memory(long length) {
        return MemorySegment.ofArray(new long[Math.toIntExact(length + 7 >> 3)]).asSlice(0, length);
    }

    private Engine build() {
        Engine built = new Engine(new Region(ledger), memory(Engine.headsLength(settings)), settings, links, 3, 4);
        attachment = built.attach(0, layout, new Region(ours.asReadOnly()), new Region(stack));
        built.begin(nowNs);
        return built;
    }

    /// The engine dies, and another goes on.
    void die() {
        engine = build();
    }

    void turn() {
        for (int round = 0; round < 64; round++) {
            int taken = engine.requests(64, nowNs);
            engine.expire(nowNs);
            engine.transmit(nowNs);
            engine.commit();
            List<byte[]> looped = new ArrayList<>();
            for (int i = 0; i < engine.outgoing().count(); i++) {
                byte[] octets = new byte[engine.outgoing().frame(i).total()];
                engine.outgoing().frame(i).gather(MemorySegment.ofArray(octets), 0);
                sent.add(new Lab.Frame(engine.outgoing().link(i), octets));
                if (engine.outgoing().link(i) == 0) {
                    looped.add(octets);
                }
            }
            engine.publish();
            for (byte[] octets : looped) {
                engine.arrives(0, MemorySegment.ofArray(octets), 0, octets.length, nowNs);
            }
            if (taken == 0 && looped.isEmpty() && !engine.pending()) {
                return;
            }
        }
        throw new AssertionError("a turn without end");
    }

    Verdict arrives(byte[] ethernet) {
        return arrives(new byte[10], ethernet);
    }

    Verdict arrives(byte[] virtio, byte[] ethernet) {
        byte[] frame = new byte[10 + ethernet.length];
        System.arraycopy(virtio, 0, frame, 0, 10);
        System.arraycopy(ethernet, 0, frame, 10, ethernet.length);
        Verdict verdict = engine.arrives(1, MemorySegment.ofArray(frame), 0, frame.length, nowNs);
        turn();
        return verdict;
    }

    /// Frames that left by link 1 since the last call.
    List<Lab.Frame> take() {
        List<Lab.Frame> taken = sent.stream().filter(frame -> frame.link() == 1).toList();
        sent.clear();
        return taken;
    }

    Lab.Frame only() {
        List<Lab.Frame> taken = take();
        if (taken.size() != 1) {
            throw new AssertionError(taken.size() + " frames");
        }
        return taken.getFirst();
    }

    /// A socket bound to a port of any address.
    int bound(int port) {
        int socket = client.open(17);
        client.bind(socket, 0, 0, port);
        turn();
        return socket;
    }

    int answer(int ticket, int socket) {
        turn();
        return client.answer(socket, ticket);
    }

    long count(Counter counter) {
        return engine.counters().get(counter);
    }
}
