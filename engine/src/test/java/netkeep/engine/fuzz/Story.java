package netkeep.engine.fuzz;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import netkeep.engine.Engine;
import netkeep.engine.EngineSettings;
import netkeep.engine.ip.IpSettings;
import netkeep.engine.ledger.Counter;
import netkeep.engine.neighbor.LinkSettings;
import netkeep.engine.sim.SimClient;
import netkeep.engine.socket.Attachment;
import netkeep.engine.tcp.TcpAudit;
import netkeep.engine.tcp.TcpSettings;
import netkeep.ring.Region;
import netkeep.session.SessionLayout;
import netkeep.wire.Address;
import netkeep.wire.IpProtocol;
import org.jspecify.annotations.Nullable;

/// One engine from its begin to its rest, under fire: same seed, same story.
public final class Story {
    private static final SessionLayout LAYOUT = new SessionLayout(192, 4096, 1024, 1 << 17);
    private static final SessionLayout HOSTILE = new SessionLayout(32, 64, 16, 1 << 17);
    private static final long EPOCH_NS = TimeUnit.SECONDS.toNanos(100_000);
    private static final int MOST_FRAMES = 64;
    private static final int HALF_OPENS = 64;
    private static final int TIME_WAITS = 48;
    private static final int MOST_TURNS = 20_000;

    private final SplittableRandom luck;
    private final Tally tally;
    private final EngineSettings settings;
    private final LinkSettings[] links;
    private final MemorySegment ledger;
    private final MemorySegment heads;
    private final MemorySegment[] clients = new MemorySegment[2];
    private final MemorySegment[] stacks = new MemorySegment[2];
    private final Shot shot;
    private final Peers peers;
    private final Ears ears;
    private final Junk junk;
    private final User user;
    private final Hostile hostile;
    private final Deque<byte[]> looped = new ArrayDeque<>();
    private Engine engine;
    private TcpAudit audit;
    private @Nullable Attachment attacker;
    private boolean cutOff;
    private long nowNs = EPOCH_NS;
    private final int sockets;

    /// @param seed of all that happens
    Story(long seed, Memory memory, Pattern pattern, Tally tally) {
        this.luck = new SplittableRandom(seed);
        this.tally = tally;
        this.settings = settings(luck);
        this.links = new LinkSettings[] {
            LinkSettings.LOOPBACK,
            LinkSettings.ethernet(1, Shot.ENGINES_MAC + 1, 1500),
            LinkSettings.ethernet(2, Shot.ENGINES_MAC + 2, 1500).withOffloads(65535 + 24)
        };
        this.ledger = memory.take(Engine.ledgerLength(settings, links.length));
        this.heads = memory.take(Engine.headsLength(settings));
        for (int session = 0; session < 2; session++) {
            SessionLayout layout = session == 0 ? LAYOUT : HOSTILE;
            clients[session] = memory.take(layout.clientLength());
            stacks[session] = memory.take(layout.stackLength());
        }
        this.shot = new Shot(pattern);
        this.engine = build();
        this.audit = new TcpAudit(engine.tcp());
        this.peers = new Peers(luck, shot, tally, audit);
        this.ears = new Ears(peers, pattern, tally);
        this.junk = new Junk(luck, shot, ears, peers);
        this.user = new User(new SimClient(LAYOUT, clients[0], stacks[0]), peers, luck, pattern, tally);
        this.hostile = new Hostile(HOSTILE, clients[1], stacks[1], luck, tally);
        for (int link = 1; link <= Place.LINKS; link++) {
            Address v4 = Place.local(link, true);
            Address v6 = Place.local(link, false);
            engine.ip().addAddress(link, v4.hi(), v4.lo(), 24, nowNs);
            engine.ip().addAddress(link, v6.hi(), v6.lo(), 64, nowNs);
        }
        user.listen();
        turn();
        this.sockets = audit.sockets();
        tally.stories++;
    }

    private static EngineSettings settings(SplittableRandom luck) {
        int buffer = 1 << 14 + luck.nextInt(3);
        TcpSettings tcp = TcpSettings.DEFAULT
                .withMslNs(TimeUnit.SECONDS.toNanos(2))
                .withSendBuffer(buffer, 1 << 17)
                .withReceiveBuffer(buffer, 1 << 17)
                .withTables(HALF_OPENS, TIME_WAITS)
                .withCongestion(luck.nextBoolean(), luck.nextBoolean());
        return new EngineSettings(2 * LAYOUT.sockets(), 2, MOST_FRAMES, IpSettings.DEFAULT, tcp);
    }

    private Engine build() {
        Engine built = new Engine(new Region(ledger), heads, settings, links, luck.nextLong(), luck.nextLong());
        built.attach(0, LAYOUT, new Region(clients[0].asReadOnly()), new Region(stacks[0]));
        attacker = built.attach(1, HOSTILE, new Region(clients[1].asReadOnly()), new Region(stacks[1]));
        built.begin(nowNs);
        TcpAudit seen = new TcpAudit(built.tcp());
        built.ip().upper(IpProtocol.TCP, new Gauge(built.tcp(), seen, built.counters(), tally));
        audit = seen;
        return built;
    }

    /// Fires about `frames` frames, then lets everything come to rest and looks whether all was given back.
    void play(int frames) {
        long end = tally.frames + frames;
        while (tally.frames < end) {
            fire();
            user.act();
            if (!cutOff && luck.nextInt(4) == 0) {
                hostile.act();
            }
            turn();
            pass();
            if (luck.nextInt(4000) == 0) {
                succeed();
            }
        }
        rest();
    }

    private void fire() {
        int now = (int) (nowNs / 1_000_000);
        for (int i = luck.nextInt(luck.nextInt(8) == 0 ? 80 : 16); i >= 0; i--) {
            for (Ears.Answer answer = ears.answer(); answer != null; answer = ears.answer()) {
                arrives(answer.link(), answer.frame(), (int) answer.frame().byteSize());
            }
            if (luck.nextInt(14) == 0 ? junk.next() : peers.next(now)) {
                arrives(shot.link, shot.frame, shot.length);
            }
        }
    }

    private void arrives(int link, MemorySegment frame, int length) {
        tally.frames++;
        engine.arrives(link, frame, 0, length, nowNs);
    }

    /// Turns until nothing is left to do now, with a bound: an engine that spins hangs.
    private void turn() {
        for (int spin = 0; spin < MOST_TURNS; spin++) {
            byte[] frame = looped.poll();
            if (frame != null) {
                MemorySegment.copy(MemorySegment.ofArray(frame), 0, shot.frame, 0, frame.length);
                engine.arrives(0, shot.frame, 0, frame.length, nowNs);
            }
            int taken = engine.requests(1024, nowNs);
            tally.requests += taken;
            engine.expire(nowNs);
            engine.transmit(nowNs);
            engine.commit();
            ears.cookies |= engine.counters().get(Counter.TcpExtSyncookiesSent) != 0;
            for (int i = 0; i < engine.outgoing().count(); i++) {
                int link = engine.outgoing().link(i);
                ears.hear(link, engine.outgoing().frame(i));
                if (link == 0 && looped.size() < MOST_FRAMES) {
                    looped.add(ears.octets());
                }
            }
            engine.publish();
            Attachment theirs = attacker;
            if (!cutOff && theirs != null && theirs.violation() != null) {
                cutOff = true;
                tally.cutOff++;
            }
            if (taken == 0 && looped.isEmpty() && !engine.pending() && engine.deadlineNs() > nowNs) {
                return;
            }
        }
        throw new AssertionError("the engine spins at " + nowNs + ", deadline " + engine.deadlineNs());
    }

    private void pass() {
        int choice = luck.nextInt(1000);
        long most = choice < 700 ? 1_000_000 : choice < 980 ? 50_000_000 : 1_500_000_000L;
        nowNs += luck.nextLong(1, most);
        tally.mostEntries = Math.max(tally.mostEntries, audit.entries());
        tally.mostFlows = Math.max(tally.mostFlows, audit.flows());
        if (audit.entries() > settings.sockets() + HALF_OPENS + TIME_WAITS) {
            throw new AssertionError(audit.entries() + " flows are known");
        }
        if ((choice & 63) == 0) {
            turn();
        }
    }

    /// A successor takes over, from the regions alone.
    private void succeed() {
        tally.successors++;
        String was = cutOff ? "the hostile one" : null;
        engine = build();
        if (was != null) {
            Attachment theirs = attacker;
            if (theirs != null) {
                theirs.broken(was);
            }
        }
        peers.audit(audit);
        turn();
    }

    /// Everybody leaves; in time nothing of it is left.
    private void rest() {
        peers.calling = false;
        user.leave();
        cutOff = true;
        turn();
        for (int turns = 0; turns < MOST_TURNS && !empty(); turns++) {
            if (engine.deadlineNs() == Engine.NEVER) {
                break;
            }
            nowNs = Math.max(nowNs, engine.deadlineNs());
            for (Ears.Answer answer = ears.answer(); answer != null; answer = ears.answer()) {
                engine.arrives(
                        answer.link(), answer.frame(), 0, (int) answer.frame().byteSize(), nowNs);
            }
            turn();
        }
        if (!empty()) {
            throw new AssertionError("not given back: " + audit.entries() + " entries, " + audit.flows()
                    + " flows, " + audit.halfOpens() + " half open, " + audit.timeWaits() + " in TIME-WAIT, "
                    + sockets() + " sockets");
        }
        long established = engine.counters().get(Counter.TcpCurrEstab);
        if (hostiles() == 0 && established != 0) {
            throw new AssertionError("TcpCurrEstab " + established);
        }
        tally.acknowledged += engine.counters().get(Counter.TcpExtTCPDelivered);
    }

    private int hostiles() {
        return audit.sockets(LAYOUT.sockets(), LAYOUT.sockets() + HOSTILE.sockets());
    }

    private int sockets() {
        return audit.sockets(0, LAYOUT.sockets());
    }

    /// Whether nothing is left but what the hostile client never gave back.
    private boolean empty() {
        return sockets() == 0 && audit.halfOpens() == 0 && audit.timeWaits() == 0 && audit.entries() <= hostiles();
    }

    /// How many sockets the engine had in use at its begin.
    int socketsAtFirst() {
        return sockets;
    }
}
