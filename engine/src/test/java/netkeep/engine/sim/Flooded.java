package netkeep.engine.sim;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import netkeep.engine.EngineSettings;
import netkeep.engine.ip.IpSettings;
import netkeep.engine.tcp.TcpAudit;
import netkeep.engine.tcp.TcpSettings;
import netkeep.session.SessionLayout;
import netkeep.session.Status;
import netkeep.sim.Switch;
import netkeep.sim.Weather;
import netkeep.sim.Wire;
import netkeep.sim.World;
import netkeep.wire.Address;
import netkeep.wire.TcpHeader;

/// A host under attack: a friend exchanges streams with it, somebody else on the same switch floods it, or holds
/// connections to a server of its own that sends without end.
final class Flooded {
    static final int PORT = 80;
    static final int PREY = 81;
    static final int HALF_OPENS = 64;
    static final int TIME_WAITS = 64;
    static final int NEIGHBORS = 128;
    static final int SOCKETS = 256;

    private static final long OCTETS = 1_000_000;
    private static final int BUFFER = 1 << 15;
    private static final long LIMIT_NS = TimeUnit.MINUTES.toNanos(20);

    final World world = Hosts.world(1);
    final SimHost victim = host(1);
    final SimHost friend = host(2);
    final Peer attacker;
    final TcpAudit audit = new TcpAudit(victim.engine().tcp());
    private final Traffic server;
    private final Traffic client;
    private final byte[] octets = new byte[4096];
    private final boolean[] held = new boolean[SOCKETS];
    private int prey = -1;
    private int friends;

    // The attacker's connections by their ports: what to acknowledge next.
    private final Map<Integer, Integer> next = new HashMap<>();

    // What was seen at most.
    int mostEntries;
    int mostHalfOpens;
    int mostFlows;
    int mostNeighbors;
    int mostHeld;

    /// @param addresses that the attacker answers for
    Flooded(Address... addresses) {
        attacker = new Peer(0x02_00_00_00_00_66L, addresses);
        Switch bridge = new Switch();
        Weather weather = Weather.CALM.withDelayNs(1_000_000);
        Wire.between(world, weather, victim.host(), bridge);
        Wire.between(world, weather, friend.host(), bridge);
        Wire.between(world, weather, attacker, bridge);
        attacker.otherMac = SimHost.mac(1);
        server = new Traffic(victim).serve(PORT, OCTETS, OCTETS);
        client = new Traffic(friend);
        victim.application(() -> {
            server.run();
            serve();
        });
        world.run(TimeUnit.SECONDS.toNanos(3));
    }

    private SimHost host(int number) {
        TcpSettings tcp = TcpSettings.DEFAULT
                .withSendBuffer(BUFFER, BUFFER)
                .withReceiveBuffer(BUFFER, BUFFER)
                .withTables(HALF_OPENS, TIME_WAITS)
                .withCongestion(false, false);
        IpSettings ip = IpSettings.DEFAULT;
        IpSettings small = new IpSettings(
                NEIGHBORS,
                ip.addresses(),
                ip.routes(),
                ip.destinations(),
                ip.memberships(),
                ip.exchanges(),
                ip.reassemblies(),
                ip.hops(),
                ip.reassemblyNs(),
                ip.optimistic(),
                ip.pathMtuNs(),
                ip.leastMtu4());
        return new SimHost(
                world,
                new SimHost.Settings(
                        number,
                        new EngineSettings(SOCKETS, 1, 64, small, tcp),
                        new SessionLayout(SOCKETS, 1024, 256, 1 << 16),
                        1500,
                        false,
                        0,
                        false));
    }

    /// The server whose connections the attacker holds: it sends without end and reads what comes.
    private void serve() {
        SimClient there = victim.client();
        if (prey < 0) {
            return;
        }
        for (int socket = there.accept(prey); socket >= 0; socket = there.accept(prey)) {
            held[socket] = true;
        }
        int count = 0;
        for (int socket = 0; socket < SOCKETS; socket++) {
            if (held[socket]) {
                count++;
                if (there.has(socket, Status.FAILED)) {
                    there.close(socket);
                    held[socket] = false;
                    continue;
                }
                there.receive(socket, octets, 0, octets.length);
                there.send(socket, octets, 0, octets.length);
            }
        }
        mostHeld = Math.max(mostHeld, count);
    }

    /// The attacker opens `count` connections, and tells the same `window` for ever.
    void hold(int count, int window, boolean acknowledges) {
        prey = victim.client().open(6);
        victim.client().bind(prey, 0, 0, PREY);
        victim.client().listen(prey, count);
        victim.host().kick();
        for (int i = 0; i < count; i++) {
            int port = 10_000 + i;
            world.in(i * 1_000_000L, () -> attacker.send(segment(port, TcpHeader.SYN, 1000, 0, window)));
        }
        every(1_000_000, nowNs -> answer(window, acknowledges));
        world.run(TimeUnit.SECONDS.toNanos(2));
    }

    /// Answers whatever came with an acknowledgment of it, or with none.
    private void answer(int window, boolean acknowledges) {
        for (Segment heard = attacker.take(); heard != null; heard = attacker.take()) {
            if (heard.has(TcpHeader.RST) || heard.sourcePort != PREY) {
                continue;
            }
            int port = heard.destinationPort;
            boolean syn = heard.has(TcpHeader.SYN);
            if (syn) {
                next.put(port, heard.seq + 1);
            }
            Integer wanted = next.get(port);
            if (wanted == null || !syn && !acknowledges) {
                continue;
            }
            int end = heard.seq + heard.space();
            if (!syn && heard.seq == wanted && window > 0) {
                // No more than the window holds.
                next.put(port, wanted + Math.min(end - wanted, window));
            }
            attacker.send(segment(port, TcpHeader.ACK, 1001, next.get(port), window));
        }
    }

    Segment segment(int port, int flags, int seq, int ack, int window) {
        Segment segment = new Segment();
        segment.source = SimHost.address4(66);
        segment.destination = SimHost.address4(1);
        segment.sourcePort = port;
        segment.destinationPort = PREY;
        segment.flags = flags;
        segment.seq = seq;
        segment.ack = ack;
        segment.window = window;
        segment.mss = (flags & TcpHeader.SYN) != 0 ? 1460 : 0;
        return segment;
    }

    /// Does something again and again, from now on.
    void every(long periodNs, LongConsumer what) {
        world.in(periodNs, new Runnable() {
            @Override
            public void run() {
                what.accept(world.nowNs());
                look();
                world.in(periodNs, this);
            }
        });
    }

    private void look() {
        mostEntries = Math.max(mostEntries, audit.entries());
        mostHalfOpens = Math.max(mostHalfOpens, audit.halfOpens());
        mostFlows = Math.max(mostFlows, audit.flows());
    }

    /// The friend exchanges streams of a megabyte with the victim.
    ///
    /// @return how long that took
    long exchange(boolean v4) {
        long beganNs = world.nowNs();
        friends++;
        client.connect(v4 ? SimHost.address4(1) : SimHost.address6(1), PORT, OCTETS, OCTETS);
        if (!world.run(LIMIT_NS, () -> client.done(friends) && server.done(friends))) {
            throw new AssertionError("not done: " + client.received() + " and " + server.received() + ", accepted "
                    + server.accepted() + " of " + friends);
        }
        mostNeighbors =
                Math.max(mostNeighbors, victim.engine().ip().views().neighbors().size());
        look();
        return world.nowNs() - beganNs;
    }

    @Override
    public String toString() {
        return "at most " + mostEntries + " entries, " + mostHalfOpens + " half open, " + mostFlows + " flows, "
                + mostNeighbors + " neighbors, " + mostHeld + " held";
    }
}
