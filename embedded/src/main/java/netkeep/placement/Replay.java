package netkeep.placement;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import netkeep.engine.Engine;
import netkeep.engine.EngineSettings;
import netkeep.engine.ledger.Hand;
import netkeep.engine.socket.Ask;
import netkeep.engine.socket.Endpoint;
import netkeep.linux.Memory;
import netkeep.ring.Consumer;
import netkeep.ring.PeerViolation;
import netkeep.ring.Pieces;
import netkeep.ring.Region;
import netkeep.session.SessionLayout;
import netkeep.session.Terms;
import netkeep.stack.FramePort;
import netkeep.stack.Port;
import netkeep.stack.RingPort;
import netkeep.stack.Stack;
import org.jspecify.annotations.Nullable;

/// Lets a stack that died take its last turn again, on copies of what it left: the same inputs in the same order, from
/// its last commit on. Nothing reaches anybody else.
public final class Replay implements Again {
    /// A device: what goes to it is lost, and nothing comes from it but what was read before.
    static final class Silent implements FramePort {
        private final int maxFrame;

        Silent(int maxFrame) {
            this.maxFrame = maxFrame;
        }

        @Override
        public int receive(MemorySegment frames, long at, int room) {
            return 0;
        }

        @Override
        public boolean transmit(Pieces frame) {
            return true;
        }

        @Override
        public void came(MemorySegment frames, long at, int length) {
            if (Poison.on()) {
                Poison.look(frames, at, length);
            }
        }

        @Override
        public int maxFrame() {
            return maxFrame;
        }

        @Override
        public long deadlineNs() {
            return Long.MAX_VALUE;
        }

        @Override
        public void dropped(String reason) {}
    }

    /// Sees every input and record, until it is the one that was in hand.
    private final class Course implements Engine.Trial {
        private final @Nullable Poison poison;

        private Course(@Nullable Poison poison) {
            this.poison = poison;
        }

        @Override
        public void frame(MemorySegment frames, long at, int length) {
            if (take()) {
                frame = arena.allocate(length, Long.BYTES).copyFrom(frames.asSlice(at, length));
            }
            if (poison != null) {
                poison.frame(frames, at, length);
            }
        }

        @Override
        public void request(int op) {
            take();
            if (poison != null) {
                poison.request(op);
            }
        }

        @Override
        public void record(Endpoint of, Hand.Work why) {
            reached |= same();
            if (poison != null) {
                poison.record(of, why);
            }
        }

        private boolean take() {
            if (!reached) {
                before++;
                reached = engine.hand().toString().equals(hand);
                return reached;
            }
            return false;
        }
    }

    private final Recording recording;
    private final Settings settings;
    private final Arena arena;
    private final Engine engine;
    private final Stack stack;
    private final long turn;
    private final String hand;

    /// Whether it took inputs one a turn.
    private final boolean careful;

    private int before;
    private boolean reached;
    private @Nullable MemorySegment frame;
    private @Nullable Ask request;

    /// @param arena that the stack lives in
    /// @throws IllegalArgumentException if the recording lacks something
    public Replay(Recording recording, Arena arena) {
        this.recording = recording;
        this.settings = recording.settings();
        this.arena = arena;
        List<Settings.Device> devices = settings.devices();
        Others others = RecordedOthers.of(recording);
        EngineSettings bounds = Settings.ENGINE.withShare(others.share());
        this.engine = new Engine(
                recording.region(Grants.LEDGER),
                Memory.sparse(arena, Engine.headsLength(bounds)),
                bounds,
                StackPart.links(settings),
                0,
                0);
        this.turn = engine.turn() + 1;
        this.hand = engine.hand().toString();
        this.careful = engine.hand().alone();
        find(engine.hand());
        Port[] ports = new Port[devices.size()];
        for (int number = 1; number <= ports.length; number++) {
            int longest = devices.get(number - 1).longest();
            ports[number - 1] = settings.apart() ? ring(number, longest) : new Silent(longest);
        }
        for (int number = 0; number <= Settings.OWN; number++) {
            if (recording.has(Grants.CLIENT + number)) {
                Terms terms = recording.terms(number);
                engine.attach(
                        number,
                        terms.layout(),
                        recording.region(Grants.CLIENT + number),
                        recording.region(Grants.STACK + number),
                        terms.user(),
                        terms.rates());
            }
        }
        engine.tryWith(new Course(Poison.on() ? new Poison() : null));
        this.stack = new Stack(engine, ports, recording.region(Grants.FRAMES), Memory.sparse(arena, StackPart.LOOP));
        others.join(stack);
    }

    private LinkRing ring(int number, Region stacks) {
        return new LinkRing(recording.region(Grants.UP + number), stacks);
    }

    private RingPort ring(int number, int longest) {
        LinkRing ring = ring(number, recording.region(Grants.DOWN + number));
        return new RingPort(ring.takes(longest, engine.marks().taken(number)), new Silent(longest), () -> {});
    }

    /// Looks for the request that was in hand by an end of its ring whose own side nobody else sees.
    private void find(Hand of) {
        try {
            if (of.session() >= 0) {
                request = request(of.session(), of.place());
            }
        } catch (PeerViolation | IndexOutOfBoundsException unreadable) {
            // Then nobody can say what it was.
        }
    }

    private @Nullable Ask request(int session, long place) throws PeerViolation {
        SessionLayout layout = recording.terms(session).layout();
        Region client = recording.region(Grants.CLIENT + session);
        Region own = new Region(Memory.sparse(arena, layout.stackLength()));
        // What is noted is the position behind it.
        Consumer requests = new Consumer(
                own,
                layout.requestsConsumer(),
                client,
                SessionLayout.producer(),
                layout.requests(),
                SessionLayout.REQUEST,
                place - 1);
        long at = requests.take();
        if (at == Consumer.EMPTY) {
            return null;
        }
        Ask ask = new Ask();
        ask.read(client, at);
        return ask;
    }

    @Override
    public long turn() {
        return turn;
    }

    @Override
    public String hand() {
        return hand;
    }

    @Override
    public @Nullable MemorySegment frame() {
        return frame;
    }

    @Override
    public @Nullable Ask request() {
        return request;
    }

    @Override
    public boolean same() {
        return engine.hand().toString().equals(hand);
    }

    @Override
    public boolean reached() {
        return reached || hand.equals(Hand.NOTHING) || hand.equals(Hand.REMAINDER);
    }

    @Override
    public int inputs() {
        return before;
    }

    @Override
    public void run() {
        long turnNs = engine.turnNs();
        long nowNs = turnNs == 0 ? recording.nowNs() : turnNs;
        engine.begin(nowNs);
        stack.inherit();
        if (careful) {
            stack.care();
        }
        stack.turn(nowNs);
    }
}
