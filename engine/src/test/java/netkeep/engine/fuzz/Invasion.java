package netkeep.engine.fuzz;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import netkeep.engine.Engine;
import netkeep.engine.EngineSettings;
import netkeep.engine.ip.IpSettings;
import netkeep.engine.neighbor.LinkSettings;
import netkeep.engine.sim.SimClient;
import netkeep.engine.socket.Attachment;
import netkeep.engine.tcp.TcpSettings;
import netkeep.ring.Region;
import netkeep.session.SessionLayout;
import netkeep.wire.Address;
import org.jspecify.annotations.Nullable;

/// One engine with sessions of two friends and of intruders: same seed, same story. Whoever breaks the layout is cut
/// off, closed as if it had died, and comes again with a session like new; the friends' streams go on, to the octet.
final class Invasion {
    private static final SessionLayout LAYOUT = new SessionLayout(128, 512, 256, 1 << 15);
    private static final SessionLayout HOSTILE = new SessionLayout(16, 64, 16, 1 << 15);
    private static final int FRIENDS = 2;
    private static final int SESSIONS = 4;
    private static final long EPOCH_NS = TimeUnit.SECONDS.toNanos(100_000);
    private static final int MOST_FRAMES = 64;
    private static final int MOST_TURNS = 20_000;
    private static final int MOST_LENGTH = 1 << 16;

    /// Operations between two looks at whether the friends still get on.
    private static final int WATCH = 20_000;

    private final SplittableRandom luck;
    private final Invasions tally;
    private final EngineSettings settings;
    private final LinkSettings[] links;
    private final MemorySegment ledger;
    private final MemorySegment heads;
    private final MemorySegment frame;
    private final MemorySegment[] clients = new MemorySegment[SESSIONS];
    private final MemorySegment[] stacks = new MemorySegment[SESSIONS];
    private final @Nullable Attachment[] attachments = new @Nullable Attachment[SESSIONS];
    private final int[] closed = new int[SESSIONS];
    private final @Nullable Intruder[] intruders = new @Nullable Intruder[SESSIONS];
    private final Deque<byte[]> looped = new ArrayDeque<>();
    private final Friends friends;
    private Engine engine;
    private long nowNs = EPOCH_NS;

    Invasion(long seed, Memory memory, Pattern pattern, Invasions tally) {
        this.luck = new SplittableRandom(seed);
        this.tally = tally;
        int buffer = 1 << 13 + luck.nextInt(2);
        TcpSettings tcp = TcpSettings.DEFAULT
                .withMslNs(TimeUnit.SECONDS.toNanos(2))
                .withSendBuffer(buffer, 1 << 15)
                .withReceiveBuffer(buffer, 1 << 14)
                .withTables(64, 48);
        this.settings = new EngineSettings(SESSIONS * LAYOUT.sockets(), SESSIONS, MOST_FRAMES, IpSettings.DEFAULT, tcp);
        this.links = new LinkSettings[] {
            LinkSettings.LOOPBACK,
            LinkSettings.ethernet(1, Shot.ENGINES_MAC + 1, 1500).withOffloads(65535 + 24)
        };
        this.ledger = memory.take(Engine.ledgerLength(settings, links.length));
        this.heads = memory.take(Engine.headsLength(settings));
        this.frame = memory.take(2 * MOST_LENGTH);
        for (int session = 0; session < SESSIONS; session++) {
            clients[session] = memory.take(layout(session).clientLength());
            stacks[session] = memory.take(layout(session).stackLength());
        }
        this.engine = build();
        Address v4 = Place.local(1, true);
        Address v6 = Place.local(1, false);
        engine.ip().addAddress(1, v4.hi(), v4.lo(), 24, nowNs);
        engine.ip().addAddress(1, v6.hi(), v6.lo(), 64, nowNs);
        SimClient server = new SimClient(LAYOUT, clients[0], stacks[0]);
        SimClient caller = new SimClient(LAYOUT, clients[1], stacks[1]);
        this.friends = new Friends(server, caller, luck, pattern);
        for (int session = FRIENDS; session < SESSIONS; session++) {
            enter(session);
        }
        for (int turns = 0; !friends.connected(); turns++) {
            if (turns == MOST_TURNS) {
                throw new AssertionError("the friends do not find each other");
            }
            turn();
            nowNs += TimeUnit.MILLISECONDS.toNanos(10);
        }
        tally.stories++;
    }

    private static SessionLayout layout(int session) {
        return session < FRIENDS ? LAYOUT : HOSTILE;
    }

    private Engine build() {
        Engine built = new Engine(new Region(ledger), heads, settings, links, luck.nextLong(), luck.nextLong());
        for (int session = 0; session < SESSIONS; session++) {
            attachments[session] = attach(built, session);
        }
        built.begin(nowNs);
        return built;
    }

    private Attachment attach(Engine to, int session) {
        Region client = new Region(clients[session].asReadOnly());
        return to.attach(session, layout(session), client, new Region(stacks[session]));
    }

    /// Somebody new comes in. His regions are zeros but for the octets that lie in the rings.
    private void enter(int session) {
        clients[session].asSlice(0, HOSTILE.sendRings()).fill((byte) 0);
        stacks[session].asSlice(0, HOSTILE.receiveRings()).fill((byte) 0);
        intruders[session] = new Intruder(HOSTILE, clients[session], stacks[session], luck, tally);
    }

    /// Lets the intruders do `operations` things; then the friends finish what they were saying.
    void play(int operations) {
        long end = tally.operations + operations;
        long watch = tally.operations + WATCH;
        long before = tally.delivered;
        while (tally.operations < end) {
            for (int session = FRIENDS; session < SESSIONS; session++) {
                invade(session);
            }
            tally.delivered += friends.act();
            turn();
            nowNs += luck.nextLong(1, luck.nextInt(50) == 0 ? 300_000_000 : 1_000_000);
            if (luck.nextInt(5000) == 0) {
                tally.successors++;
                engine = build();
            }
            if (tally.operations >= watch) {
                if (tally.delivered == before) {
                    throw new AssertionError("the friends are held up");
                }
                watch += WATCH;
                before = tally.delivered;
            }
        }
        rest();
    }

    private void invade(int session) {
        Attachment attachment = attachments[session];
        if (attachment != null && attachment.violation() == null && !attachment.closed()) {
            for (int i = luck.nextInt(8); i >= 0; i--) {
                Objects.requireNonNull(intruders[session]).act();
            }
        }
    }

    /// Turns until nothing is left to do now, with a bound: an engine that spins hangs.
    private void turn() {
        for (int spin = 0; spin < MOST_TURNS; spin++) {
            byte[] next = looped.poll();
            if (next != null) {
                MemorySegment.copy(MemorySegment.ofArray(next), 0, frame, 0, next.length);
                engine.arrives(0, frame, 0, next.length, nowNs);
            }
            int taken = engine.requests(256, nowNs);
            engine.expire(nowNs);
            engine.transmit(nowNs);
            engine.commit();
            for (int i = 0; i < engine.outgoing().count(); i++) {
                if (engine.outgoing().link(i) == 0 && looped.size() < MOST_FRAMES) {
                    int length = engine.outgoing().frame(i).gather(frame, 0);
                    looped.add(frame.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
                }
            }
            engine.publish();
            judge();
            if (taken == 0 && looped.isEmpty() && !engine.pending() && engine.deadlineNs() > nowNs && allClosed()) {
                return;
            }
        }
        throw new AssertionError("the engine spins at " + nowNs + ", deadline " + engine.deadlineNs());
    }

    /// Cuts off who broke the layout, as whoever runs the engine does.
    private void judge() {
        for (int session = 0; session < SESSIONS; session++) {
            Attachment attachment = attachments[session];
            if (attachment == null) {
                // The end of the one before is committed by now.
                enter(session);
                attachments[session] = attach(engine, session);
                continue;
            }
            String violation = attachment.violation();
            if (session < FRIENDS && (violation != null || attachment.closed())) {
                throw new AssertionError("a friend is cut off: " + violation);
            }
            if (violation == null && !attachment.closed()) {
                continue;
            }
            if (!attachment.closed()) {
                tally.cutOff(Objects.requireNonNull(violation));
                closed[session] = 0;
            }
            if (closed[session] < HOSTILE.sockets()) {
                closed[session] = engine.close(attachment, closed[session], nowNs);
            }
            if (closed[session] == HOSTILE.sockets() && attachment.inUse() == 0) {
                engine.detach(attachment);
                attachments[session] = null;
            }
        }
    }

    private boolean allClosed() {
        for (int session = FRIENDS; session < SESSIONS; session++) {
            Attachment attachment = attachments[session];
            if (attachment == null || attachment.closed() && closed[session] < HOSTILE.sockets()) {
                return false;
            }
        }
        return true;
    }

    /// The friends fall silent once all that was on its way has arrived.
    private void rest() {
        for (int turns = 0; friends.underWay() != 0; turns++) {
            if (turns == MOST_TURNS) {
                throw new AssertionError(friends.underWay() + " octets do not arrive");
            }
            friends.rest();
            turn();
            nowNs = Math.max(nowNs + 1_000_000, Math.min(engine.deadlineNs(), nowNs + 100_000_000));
        }
    }
}
