package netkeep.placement;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import netkeep.domain.Doorbell;
import netkeep.domain.Granted;
import netkeep.domain.Line;
import netkeep.domain.Shared;
import netkeep.domain.Word;
import netkeep.engine.Engine;
import netkeep.engine.EngineSettings;
import netkeep.engine.ledger.FrameMarks;
import netkeep.engine.neighbor.LinkSettings;
import netkeep.engine.socket.Attachment;
import netkeep.linux.Clock;
import netkeep.linux.Memory;
import netkeep.ring.PeerViolation;
import netkeep.ring.Region;
import netkeep.session.SessionLayout;
import netkeep.session.Terms;
import netkeep.stack.Port;
import netkeep.stack.RingPort;
import netkeep.stack.Stack;
import org.jspecify.annotations.Nullable;

/// A stack in a domain's loop, for clients in other processes; its links are in the same domain or have their own.
final class StackPart implements Part {
    private static final Logger LOG = System.getLogger(StackPart.class.getName());

    /// Octets for the loopback's frames.
    static final long LOOP = 1 << 21;

    private final Line keeper;
    private final Settings settings;
    private final Clock clock;
    private final Watch watch;
    private final @Nullable Served[] clients = new @Nullable Served[Settings.OWN + 1];
    private final LinkPort[] devices;
    private final Port[] ports;
    private final @Nullable Doorbell[] bells;

    /// Of the rings that came in place of others.
    private final @Nullable Arena[] renewed;

    private final List<LinkRing> unsettled = new ArrayList<>();
    private final LeftSockets left;
    private final Engine engine;
    private final Stack stack;
    private final Others others;
    private final Answers answers;
    private final boolean fresh;
    private final boolean blamed;
    private int served;
    private int leaving;

    StackPart(Line keeper, Grants grants, Clock clock, Watch watch, Arena arena) {
        this.keeper = keeper;
        this.settings = grants.settings();
        this.clock = clock;
        this.watch = watch;
        int count = settings.devices().size();
        this.devices = new LinkPort[count];
        this.ports = new Port[count];
        this.bells = new @Nullable Doorbell[count];
        this.renewed = new @Nullable Arena[count];
        SecureRandom luck = new SecureRandom();
        this.others = Others.of(keeper, settings, grants, watch, arena);
        EngineSettings bounds = Settings.ENGINE.withShare(others.share());
        this.engine = new Engine(
                Shared.map(arena, grants.descriptor(Grants.LEDGER), settings.ledgerLength(), true),
                Memory.sparse(arena, Engine.headsLength(bounds)),
                bounds,
                links(settings),
                luck.nextLong(),
                luck.nextLong());
        for (int i = 0; i < count; i++) {
            devices[i] = device(i, grants);
            ports[i] = settings.apart() ? ring(i, grants, arena) : device(devices[i]);
        }
        Region frames = Shared.map(arena, grants.descriptor(Grants.FRAMES), Stack.framesLength(count), true);
        this.stack = new Stack(engine, ports, frames, Memory.sparse(arena, LOOP));
        others.join(stack);
        this.answers = new Answers(engine, settings, others);
        this.left = new LeftSockets(engine, keeper);
        this.fresh = engine.turn() == 0;
        this.blamed = grants.blamed();
    }

    /// What the engine has to know of its links.
    static LinkSettings[] links(Settings settings) {
        LinkSettings[] links = new LinkSettings[settings.devices().size() + 1];
        links[0] = LinkSettings.LOOPBACK;
        for (int number = 1; number < links.length; number++) {
            links[number] = settings.devices().get(number - 1).settings(number);
        }
        return links;
    }

    private LinkPort device(int index, Grants grants) {
        return new LinkPort(settings.devices().get(index).link(grants.descriptor(Grants.DEVICE + (index + 1))));
    }

    /// A link in this domain.
    private Port device(LinkPort device) {
        watch.add(device.descriptor());
        return device;
    }

    /// A link in a domain of its own.
    private Port ring(int index, Grants grants, Arena arena) {
        int number = index + 1;
        Doorbell bell = grants.bell(number);
        watch.hear(bell);
        bells[index] = bell;
        return ring(
                number, grants.descriptor(Grants.UP + number), grants.descriptor(Grants.DOWN + number), bell, arena);
    }

    private RingPort ring(int number, int up, int down, Doorbell bell, Arena arena) {
        LinkRing ring =
                new LinkRing(Shared.map(arena, up, LinkRing.UP, false), Shared.map(arena, down, LinkRing.DOWN, true));
        FrameMarks marks = engine.marks();
        if (ring.fresh()) {
            // What was committed is of a ring that the link broke, or of none.
            marks.note(number, 0);
            unsettled.add(ring);
        }
        int longest = settings.devices().get(number - 1).longest();
        return new RingPort(ring.takes(longest, marks.taken(number)), devices[number - 1], bell::ring);
    }

    /// Commits where the stack is in rings that are new. Nothing was taken there: whoever dies before this has ended
    /// leaves them as new as they were.
    private void settle() {
        if (!unsettled.isEmpty()) {
            engine.commit();
            unsettled.forEach(LinkRing::begin);
            unsettled.clear();
        }
    }

    /// A link that broke its ring is replaced, and here is a new one.
    private void renew(int number, int[] granted) {
        Doorbell bell = Objects.requireNonNull(bells[number - 1]);
        Arena memory = Arena.ofShared();
        RingPort port = ring(number, granted[0], granted[1], bell, memory);
        settle();
        ports[number - 1] = port;
        stack.replace(number, port);
        Arena before = renewed[number - 1];
        renewed[number - 1] = memory;
        if (before != null) {
            before.close();
        }
    }

    /// Says which links broke their rings: nothing comes from them any more.
    private void complain() throws IOException {
        for (int i = 0; i < ports.length; i++) {
            String why = ports[i] instanceof RingPort ring ? ring.complaint() : null;
            if (why != null) {
                int number = i + 1;
                LOG.log(Level.WARNING, "link " + number + " broke its rings: " + why);
                String both = Grants.UP + number + " " + Grants.DOWN + number;
                keeper.send(new Word(Word.RENEW, number, both + "\n" + why).octets());
            }
        }
    }

    @Override
    public String begin() throws IOException {
        String found = "turn " + engine.turn() + ", in hand: " + engine.hand();
        if (blamed) {
            stack.blame();
        } else {
            // Whoever was killed had nothing in hand that is to be blamed for this one's death.
            engine.hand().none();
        }
        Poison.in(engine);
        engine.begin(clock.nowNs());
        stack.inherit();
        for (Served client : clients) {
            if (client != null && !client.leaving && client.attachment.closed()) {
                // What a predecessor has cut off, its record says; that the client is there still changes nothing.
                cut(client.attachment.number, "cut off before");
            }
        }
        if (fresh) {
            settings.lines().forEach(this::add);
            engine.ip().filter().apply();
        }
        settle();
        return found + ", cut off: " + engine.cut() + " slots";
    }

    /// What finds no room is left out: the rest is better than nothing.
    private void add(String line) {
        String answer = answers.add(line, clock.nowNs());
        if (!answer.equals("ok")) {
            LOG.log(Level.WARNING, line + ": " + answer);
        }
    }

    @Override
    public void show(Capture capture) {
        stack.show(capture.at(Boundary.STACK));
        engine.show(capture.at(Boundary.SESSION));
        for (int i = 0; i < devices.length; i++) {
            devices[i].show(capture.at(Boundary.LINK), i + 1);
        }
    }

    @Override
    public boolean heard(Word word, int[] descriptors) throws IOException {
        if (others.heard(word, descriptors)) {
            return true;
        }
        switch (word.kind()) {
            case Word.SERVE -> serve(word.number(), Terms.parse(word.text()), Granted.Served.of(descriptors));
            case Word.LEAVE -> leave(word.number());
            case Word.RENEW -> renew(word.number(), descriptors);
            case Word.ASK -> {
                if (LeftSockets.concerns(word)) {
                    left.take(word, this::served);
                    return true;
                }
                answers.asked(word, clock.nowNs());
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    @Override
    public void ready(int descriptor) {
        Arrays.stream(clients).filter(Objects::nonNull).forEach(client -> client.ready(descriptor));
    }

    private void serve(int number, Terms terms, Granted.Served granted) throws IOException {
        Arena memory = Arena.ofShared();
        SessionLayout layout = terms.layout();
        Attachment attachment = engine.attach(
                number,
                layout,
                Shared.map(memory, granted.client(), layout.clientLength(), false),
                Shared.map(memory, granted.stack(), layout.stackLength(), true),
                terms.user(),
                terms.rates());
        Doorbell bell = new Doorbell(granted.voice(), granted.ear());
        Served client = new Served(attachment, memory, bell, watch, clock::threadNs);
        clients[number] = client;
        served++;
        if (!client.hear()) {
            cut(number, "its bell is in too many epoll instances to be heard");
        }
    }

    private @Nullable Served served(int number) {
        return number < clients.length ? clients[number] : null;
    }

    private void cut(int number, String why) throws IOException {
        keeper.send(new Word(Word.CUT, number, why).octets());
        leave(number);
    }

    private void leave(int number) {
        Served client = clients[number];
        if (client != null && !client.leaving) {
            client.leaving = true;
            leaving++;
            left.forget(client.attachment);
            client.ignore();
        }
    }

    @Override
    public int turn(long nowNs) throws IOException {
        others.settle();
        int done = stack.turn(nowNs);
        complain();
        answers.tell(keeper);
        others.turned(done, nowNs);
        done += left.close(nowNs);
        for (Served client : clients) {
            if (client != null) {
                client.turned(served == 1, nowNs);
                String violation = client.attachment.violation();
                if (violation != null && !client.leaving) {
                    cut(client.attachment.number, violation);
                }
            }
        }
        if (leaving != 0) {
            finish(nowNs);
        }
        return done;
    }

    @Override
    public boolean ends(long nowNs, long goneNs) {
        boolean goesOn = nowNs < goneNs + LAST_NS;
        if (!goesOn) {
            // At last: what is sent from a leased address needs it.
            answers.release(nowNs);
        }
        while (!stack.lastTurn(clock.nowNs()) && clock.nowNs() < goneNs + LAST_NS) {}
        return goesOn;
    }

    /// Closes the sessions whose clients are gone, some of one a turn, and ends those that owe nothing any more:
    /// what frees a socket is done in turns, so that nobody has to look again between them.
    private void finish(long nowNs) throws IOException {
        boolean closes = false;
        for (Served client : clients) {
            if (client == null || !client.leaving) {
                continue;
            }
            if (client.detached) {
                // A turn has committed it by now: the number may be another's.
                int number = client.attachment.number;
                clients[number] = null;
                served--;
                leaving--;
                client.close();
                keeper.send(new Word(Word.OVER, number, "").octets());
                continue;
            }
            if (!client.closed() && !closes) {
                closes = true;
                client.close(engine, nowNs);
            }
            if (client.closed() && client.attachment.inUse() == 0) {
                engine.detach(client.attachment);
                client.detached = true;
            }
        }
    }

    @Override
    public long deadlineNs() {
        long deadlineNs = Math.min(stack.deadlineNs(), others.deadlineNs());
        for (Served client : clients) {
            deadlineNs = client == null ? deadlineNs : Math.min(client.deadlineNs(), deadlineNs);
        }
        return deadlineNs;
    }

    @Override
    public boolean maySleep() {
        boolean may = others.maySleep();
        for (int i = 0; i < ports.length; i++) {
            may &= !(ports[i] instanceof RingPort ring) || ring.maySleep();
        }
        for (Served client : clients) {
            may &= client == null || maySleep(client);
        }
        return may;
    }

    private static boolean maySleep(Served client) {
        try {
            return client.leaving || client.attachment.closed() || client.attachment.maySleep();
        } catch (PeerViolation violation) {
            client.attachment.broken(String.valueOf(violation.getMessage()));
            return false;
        }
    }

    @Override
    public void awake() {
        others.awake();
        for (Port port : ports) {
            if (port instanceof RingPort ring) {
                ring.awake();
            }
        }
        for (Served client : clients) {
            if (client != null) {
                client.attachment.awake();
            }
        }
    }
}
