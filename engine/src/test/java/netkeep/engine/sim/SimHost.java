// Long: what a shell does round an engine is one story.
package netkeep.engine.sim;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import netkeep.engine.Engine;
import netkeep.engine.EngineSettings;
import netkeep.engine.ledger.Outgoing;
import netkeep.engine.neighbor.LinkSettings;
import netkeep.engine.socket.Attachment;
import netkeep.ring.Pieces;
import netkeep.ring.Region;
import netkeep.session.Rates;
import netkeep.session.SessionLayout;
import netkeep.session.Terms;
import netkeep.sim.Host;
import netkeep.sim.Node;
import netkeep.sim.World;
import netkeep.wire.Address;
import org.jspecify.annotations.Nullable;

/// A host of the simulation: an engine, its regions, one session, and the shell's loop round them.
///
/// What arrived in a turn that was cut off arrives again for the successor, unless it was committed. After every turn
/// the engine is compared with a successor: [Rebuilt].
public final class SimHost implements Node {
    /// Where the one word of a ledger lies that has a fence behind it: the turn that counts.
    private static final long COMMITTED = 8;

    private static final int REQUESTS = 64;
    private static final int SPINS = 5_000;
    private static final int LARGEST = 1 << 17;
    private static final byte UNTOUCHED = (byte) 0xE5;

    /// How a host is made.
    ///
    /// @param number   1..253: the last octet of its addresses
    /// @param engine   bounds and behaviour
    /// @param session  the layout of its one session
    /// @param mtu      of its one link
    /// @param offloads whether its link takes large segments and fills in checksums
    /// @param latencyNs how long what arrived waits for a turn
    /// @param mortal   whether it can die
    public record Settings(
            int number,
            EngineSettings engine,
            SessionLayout session,
            int mtu,
            boolean offloads,
            long latencyNs,
            boolean mortal) {
        public Settings(
                int number, EngineSettings engine, SessionLayout session, int mtu, boolean offloads, long latencyNs) {
            this(number, engine, session, mtu, offloads, latencyNs, true);
        }
    }

    private final World world;
    private final Settings settings;
    private final LinkSettings[] links;
    private final MemorySegment ledger;
    private final MemorySegment clientMemory;
    private final MemorySegment stackMemory;
    private final MemorySegment heads;
    private final MemorySegment successorHeads;
    private final Mortality mortality;
    private final SplittableRandom luck;
    private final SimClient client;
    private @Nullable Attachment attachment;
    private final Host host;
    private final Course course = new Course();
    private final List<byte[]> batch = new ArrayList<>();
    private final Deque<byte[]> looped = new ArrayDeque<>();
    private final MemorySegment room;
    private Region stack;
    private Engine engine;
    private Runnable application = () -> {};
    private long deaths;
    private long checks;
    private long scattered;
    private long landed;
    private long turnBegan;
    private long nextLife;
    private long deadlineNs;
    private int arrived;
    private Rates rates = Rates.ANY;
    private boolean keepBatch;
    private boolean compared = true;
    private boolean ending;

    // The record that the next successor takes out, or -1.
    private int without = -1;

    public SimHost(World world, Settings settings) {
        this.world = world;
        this.settings = settings;
        this.luck = world.luck().split();
        this.mortality = new Mortality(luck.split());
        LinkSettings link = LinkSettings.ethernet(1, mac(settings.number()), settings.mtu());
        this.links =
                new LinkSettings[] {LinkSettings.LOOPBACK, settings.offloads() ? link.withOffloads(LARGEST - 64) : link
                };
        this.ledger = world.memory(Engine.ledgerLength(settings.engine(), links.length));
        this.heads = world.memory(Engine.headsLength(settings.engine()));
        this.successorHeads = world.memory(heads.byteSize());
        this.clientMemory = world.memory(settings.session().clientLength());
        this.stackMemory = world.memory(settings.session().stackLength());
        this.room = MemorySegment.ofArray(new byte[settings.offloads() ? LARGEST : 0]);
        this.stack = region(stackMemory, MortalRegion.NONE);
        this.client = new SimClient(settings.session(), clientMemory, stackMemory);
        this.engine = build(world.nowNs());
        addAddresses();
        engine.commit();
        engine.publish();
        this.host = new Host(world, this, settings.latencyNs());
        host.kick();
    }

    /// No successor is compared from now on: for who measures the simulator's own speed.
    void compareNoMore() {
        compared = false;
    }

    /// Nobody is served any more: connections are reset, from the next turn on.
    void end() {
        ending = true;
        host.kick();
    }

    /// The client is dead: its sockets are closed.
    void clientDies() {
        int socket = 0;
        while (socket < settings.session().sockets()) {
            socket = engine.close(Objects.requireNonNull(attachment), socket, world.nowNs());
        }
    }

    /// Whether no socket of the client is in use.
    boolean vacant() {
        return Objects.requireNonNull(attachment).inUse() == 0;
    }

    private void addAddresses() {
        Address v4 = address4(settings.number());
        Address v6 = address6(settings.number());
        engine.ip().addAddress(1, v4.hi(), v4.lo(), 24, world.nowNs());
        engine.ip().addAddress(1, v6.hi(), v6.lo(), 64, world.nowNs());
    }

    /// Builds an engine on the host's own regions: the first, or a successor.
    private Engine build(long nowNs) {
        Engine built = new Engine(
                region(ledger, COMMITTED), heads, settings.engine(), links, luck.nextLong(), luck.nextLong());
        stack = region(stackMemory, MortalRegion.NONE);
        attachment = attach(built, stack);
        if (without >= 0) {
            built.takeOut(without, nowNs);
        }
        built.begin(nowNs);
        return built;
    }

    private Attachment attach(Engine to, Region its) {
        Region read = new Region(clientMemory.asReadOnly());
        return to.attach(0, settings.session(), read, its, Terms.NOBODY, rates);
    }

    /// Lets the session have so many connections a second from now on: a successor is told so.
    void limit(int connections) {
        rates = new Rates(connections, rates.sent(), rates.received());
        takeOver();
    }

    /// Lets the session send so many octets a second from now on: a successor is told so.
    void limitOctets(int perSecond) {
        rates = new Rates(rates.connections(), perSecond, rates.received());
        takeOver();
    }

    /// Lets the session receive so many octets a second from now on: a successor is told so.
    void limitReceived(int perSecond) {
        rates = new Rates(rates.connections(), rates.sent(), perSecond);
        takeOver();
    }

    private Region region(MemorySegment memory, long fenced) {
        return settings.mortal() ? new MortalRegion(memory, mortality, fenced) : new Region(memory);
    }

    /// Builds an engine on the regions as they are, as a successor would, and lets `look` at it; the regions are as
    /// before afterwards.
    void rebuild(long nowNs, Consumer<Engine> look) {
        UndoneRegion records = new UndoneRegion(ledger);
        UndoneRegion stack = new UndoneRegion(stackMemory);
        try {
            Engine built = new Engine(records, successorHeads, settings.engine(), links, 0, 0);
            attach(built, stack);
            built.begin(nowNs);
            look.accept(built);
        } finally {
            stack.undo();
            records.undo();
        }
    }

    public static long mac(int number) {
        return 0x02_00_00_00_00_00L | number;
    }

    public static Address address4(int number) {
        return Address.v4(0xC6_12_00_00 | number);
    }

    public static Address address6(int number) {
        return Address.of(0xFD00_0198_0018_0000L, number);
    }

    public Host host() {
        return host;
    }

    public World world() {
        return world;
    }

    public SimClient client() {
        return client;
    }

    public Engine engine() {
        return engine;
    }

    public Mortality mortality() {
        return mortality;
    }

    /// How often the engine died.
    public long deaths() {
        return deaths;
    }

    /// How often a successor was built and compared: after each turn.
    public long checks() {
        return checks;
    }

    /// The host's ledger, to look at.
    public MemorySegment ledger() {
        return ledger;
    }

    /// Runs after each turn: a client that looks at its sockets. What it asks for has a turn of its own.
    public void application(Runnable next) {
        application = next;
        host.kick();
    }

    /// Lets the engine die at its store number `first`, and each successor after another 1..`life` stores, up to the
    /// end; 0 for one death alone.
    public void dieAt(long first, long life) {
        nextLife = life;
        keepBatch = true;
        mortality.dieAt(first);
    }

    // The node.

    @Override
    public void arrives(int link, MemorySegment frames, long at, int length, long nowNs) {
        arrived++;
        if (batch.isEmpty()) {
            turnBegan = engine.turn();
        }
        if (keepBatch) {
            batch.add(frames.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE));
        }
        try {
            receive(link + 1, frames, at, length, nowNs);
        } catch (Killed killed) {
            succeed(nowNs);
        }
    }

    /// Takes a frame as a shell does: in pieces where the engine names some. Octets that the kernel writes to
    /// the stack's region are stores like others.
    private void receive(int link, MemorySegment frames, long at, int length, long nowNs) {
        Pieces to = settings.offloads() ? engine.landing(link, room, 0, LARGEST) : null;
        if (to == null) {
            engine.arrives(link, frames, at, length, nowNs);
            return;
        }
        room.fill(UNTOUCHED);
        scatter(frames, at, length, to);
        engine.lands(link, room, 0, length, nowNs);
        if (length > to.length[0]) {
            scattered++;
            landed += room.get(ValueLayout.JAVA_BYTE, to.length[0]) == UNTOUCHED ? 1 : 0;
        }
    }

    private void scatter(MemorySegment frames, long at, int length, Pieces to) {
        int done = 0;
        for (int i = 0; done < length; i++) {
            int run = Math.min(length - done, to.length[i]);
            if (to.memory[i].equals(stackMemory)) {
                stack.copy(to.at[i], frames, at + done, run);
            } else {
                MemorySegment.copy(frames, at + done, to.memory[i], to.at[i], run);
            }
            done += run;
        }
    }

    /// Frames of which octets were read to the stack's region, and those of them whose octets stayed there.
    public long[] landings() {
        return new long[] {scattered, landed};
    }

    @Override
    public void turn(Outlet out, long nowNs) {
        if (arrived == 0 && deadlineNs > nowNs) {
            // Somebody wants the application to look.
            look();
        }
        for (int spin = 0; spin < SPINS; spin++) {
            try {
                if (once(out, nowNs)) {
                    return;
                }
            } catch (Killed killed) {
                succeed(nowNs);
            }
        }
        throw new AssertionError("the engine of host " + settings.number() + " spins at " + nowNs);
    }

    /// One turn of the shell, which does nothing where there is nothing to do.
    ///
    /// @return whether nothing is left to do now
    private boolean once(Outlet out, long nowNs) {
        if (batch.isEmpty()) {
            turnBegan = engine.turn();
        }
        if (ending) {
            return last(out, nowNs);
        }
        boolean works = arrived != 0 || !looped.isEmpty();
        while (!looped.isEmpty()) {
            byte[] frame = looped.poll();
            engine.arrives(0, MemorySegment.ofArray(frame), 0, frame.length, nowNs);
        }
        client.asked();
        int taken = engine.requests(REQUESTS, nowNs);
        works |= taken != 0;
        if (engine.deadlineNs() <= nowNs) {
            works |= engine.expire(nowNs);
        }
        // What was asked of the engine between two turns may have changed records or laid frames down.
        if (works || engine.pending() || engine.outgoing().count() != 0) {
            finish(out, nowNs);
        }
        deadlineNs = engine.deadlineNs();
        boolean idle = taken < REQUESTS && looped.isEmpty() && !engine.pending() && deadlineNs > nowNs;
        if (idle) {
            look();
            idle = !client.asked();
        }
        return idle;
    }

    /// A turn of a shell that serves nobody any more.
    private boolean last(Outlet out, long nowNs) {
        boolean all = engine.abort(nowNs);
        engine.expire(nowNs);
        engine.commit();
        batch.clear();
        arrived = 0;
        send(out);
        engine.publish();
        deadlineNs = Engine.NEVER;
        return all;
    }

    /// The client looks: what it sees has arrived.
    private void look() {
        mortality.seen();
        application.run();
    }

    private void finish(Outlet out, long nowNs) {
        engine.transmit(nowNs);
        engine.commit();
        batch.clear();
        arrived = 0;
        turnBegan = engine.turn();
        send(out);
        engine.publish();
        if (compared) {
            checks++;
            Rebuilt.check(this, course, nowNs);
        }
    }

    private void send(Outlet out) {
        Outgoing outgoing = engine.outgoing();
        for (int index = 0; index < outgoing.count(); index++) {
            mortality.step();
            Pieces pieces = outgoing.frame(index);
            MemorySegment room = out.room(pieces.total());
            int length = pieces.gather(room, 0);
            if (outgoing.link(index) == 0) {
                looped.add(room.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
            } else {
                out.sendRoom(outgoing.link(index) - 1, length);
            }
        }
    }

    /// Ends the engine between two turns: a successor goes on with what is in the regions. What arrives next may
    /// arrive before its first turn.
    void takeOver() {
        succeed(world.nowNs());
    }

    /// The same with an engine that died of a record, by its id in [netkeep.engine.ledger.Hand].
    void takeOverWithout(int record) {
        without = record;
        takeOver();
        without = -1;
        host.kick();
    }

    /// The engine died: buries it and lets a successor take what was not committed again.
    private void succeed(long nowNs) {
        while (true) {
            deaths++;
            mortality.bury();
            // The client looks at what the dead one left behind before anybody else does.
            look();
            if (nextLife != 0) {
                mortality.dieAt(mortality.stores() + 1 + luck.nextLong(nextLife));
            }
            try {
                engine = build(nowNs);
                if (engine.turn() == turnBegan) {
                    for (byte[] frame : batch) {
                        receive(1, MemorySegment.ofArray(frame), 0, frame.length, nowNs);
                    }
                } else {
                    batch.clear();
                    turnBegan = engine.turn();
                }
                return;
            } catch (Killed again) {
                // The next one tries.
            }
        }
    }

    @Override
    public long deadlineNs() {
        return deadlineNs;
    }

    /// The state of the connection between a port here and one of a peer, by its name in RFC 9293.
    public String tcpState(Address local, int localPort, Address remote, int remotePort) {
        return View.tcpState(engine, local, localPort, remote, remotePort);
    }
}
