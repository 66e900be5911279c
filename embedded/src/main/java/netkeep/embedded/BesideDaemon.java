package netkeep.embedded;

import java.io.EOFException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.net.ConnectException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import netkeep.domain.Doorbell;
import netkeep.domain.Line;
import netkeep.domain.Shared;
import netkeep.drive.Awaited;
import netkeep.engine.socket.Claims;
import netkeep.engine.socket.Share;
import netkeep.link.Link;
import netkeep.linux.Errno;
import netkeep.linux.LinuxException;
import netkeep.linux.Poller;
import netkeep.placement.Answers;
import netkeep.placement.BesideBoard;
import netkeep.placement.BesideRings;
import netkeep.placement.Settings;
import netkeep.ring.Region;
import netkeep.session.BesideHello;
import netkeep.session.BesideTerms;
import netkeep.stack.PeerPort;
import netkeep.stack.Stack;
import org.jspecify.annotations.Nullable;

/// A daemon beside whose stack this program's own is: both have the same links and addresses, and tell each other's
/// frames apart by their ports. What the daemon's stack shows of addresses, routes and rules holds here, too.
///
/// That stack may die and be replaced: what is brought to it meanwhile waits. When the daemon as a whole has
/// ended, this stack is alone: it goes on with what was shown last, as long as its queues are there: its own.
final class BesideDaemon implements AutoCloseable {
    private static final Logger LOG = System.getLogger(BesideDaemon.class.getName());

    /// How long one that begins waits for a daemon whose parts die, or begin themselves.
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(10);

    /// How often the line is looked at by those who never sleep.
    private static final long LISTEN_NS = TimeUnit.MILLISECONDS.toNanos(250);

    private final Arena arena = Arena.ofShared();
    private final Line line;
    private final Doorbell bell;
    private final BesideRings rings;
    private final BesideBoard board;
    private final BesideTerms terms;
    private final Settings settings;
    private final List<Link> links = new ArrayList<>();
    private final Claims.Tables tables = new Claims.Tables(2);
    private @Nullable Stack stack;
    private @Nullable Answers answers;
    private @Nullable PeerPort port;
    private Set<String> holds = Set.of();
    private List<String> rules = List.of();
    private @Nullable String first;
    private long listenNs;
    private volatile boolean gone;

    /// Whether something has come over the line.
    private volatile boolean told;

    /// @param line     closed with this object
    /// @param received closed with this object, at the latest
    private BesideDaemon(Line line, String text, Line.Received received) {
        this.line = line;
        List<String> lines = text.lines().toList();
        int[] all = received.descriptors();
        this.bell = new Doorbell(all[BesideHello.VOICE], all[BesideHello.EAR]);
        this.terms = BesideTerms.parse(lines.getFirst());
        this.settings = Settings.parse(String.join("\n", lines.subList(1, lines.size())));
        for (int i = 0; i < settings.devices().size(); i++) {
            links.add(settings.devices().get(i).link(all[BesideHello.QUEUES + i]));
        }
        Region program = Shared.map(arena, all[BesideHello.PROGRAM], BesideRings.PROGRAM_LENGTH, true);
        Region daemon = Shared.map(arena, all[BesideHello.DAEMON], BesideRings.DAEMON_LENGTH, false);
        Region ports = Shared.map(arena, all[BesideHello.PORTS], BesideRings.PORTS_LENGTH, false);
        this.rings = new BesideRings(program, daemon);
        this.board = rings.board();
        tables.joins(BesideRings.DAEMON, ports, null);
        tables.home(BesideRings.DAEMON);
        tables.joins(BesideRings.PROGRAM, program, new Share(BesideRings.PROGRAM, 2, 0).with(terms.set()));
    }

    /// Knocks where a daemon's control listens, and waits until its stack shows its addresses.
    ///
    /// @throws ConnectException if nobody listens there, or will not have us
    /// @throws EOFException     if control dies each time before it answers
    static BesideDaemon at(Path path) throws IOException {
        long endNs = System.nanoTime() + PATIENCE_NS;
        while (true) {
            Line line = line(path);
            try {
                line.send(BesideHello.greeting());
                BesideDaemon daemon = of(line, line.receive(), path);
                daemon.awaitBoard(path, endNs);
                return daemon;
            } catch (EOFException died) {
                // Control died before it could answer: there is another one soon, or nobody listens any more.
                line.close();
                if (System.nanoTime() > endNs) {
                    throw died;
                }
            } catch (IOException | RuntimeException failure) {
                line.close();
                throw failure;
            }
        }
    }

    private static Line line(Path path) throws ConnectException {
        try {
            return Line.to(path.toString());
        } catch (LinuxException refused) {
            throw new ConnectException("no stack at " + path + ": " + refused.getMessage());
        }
    }

    private static BesideDaemon of(Line line, Line.Received received, Path path) throws ConnectException {
        BesideHello.Answer answer;
        try {
            answer = BesideHello.read(received.octets());
        } catch (IllegalArgumentException foreign) {
            received.refuse();
            throw (ConnectException) new ConnectException("the daemon at " + path + " lets no stack be beside its own")
                    .initCause(foreign);
        }
        if (answer.errno() != 0) {
            received.refuse();
            throw new ConnectException("no place beside the stack at " + path + ": " + why(answer.errno()));
        }
        return new BesideDaemon(line, answer.text(), received);
    }

    private static String why(int errno) {
        return switch (errno) {
            case Errno.EACCES ->
                "its configuration grants this user none: write [beside] with user and ports, and start it anew";
            case Errno.EBUSY -> "another program's stack is there";
            case Errno.EIO -> "it could open no queue of its link for us; it says why";
            default -> Errno.name(errno);
        };
    }

    /// Waits until it is known which addresses there are.
    private void awaitBoard(Path path, long endNs) throws IOException {
        Poller poller = new Poller(2);
        poller.add(bell.ear(), Poller.POLLIN);
        poller.add(line.descriptor(), Poller.POLLIN);
        first = board.read();
        while (first == null) {
            listen();
            if (gone || System.nanoTime() > endNs) {
                close();
                throw new ConnectException("the stack at " + path + " does not say which addresses it has");
            }
            poller.await(LISTEN_NS);
            bell.silence();
            first = board.read();
        }
    }

    /// The devices, from number 1 on, and their links.
    List<Settings.Device> devices() {
        return settings.devices();
    }

    List<Link> links() {
        return links;
    }

    /// Whose program this is.
    int user() {
        return terms.user();
    }

    /// What is ours, for the engine.
    Share share() {
        return new Share(BesideRings.PROGRAM, 2, 0, tables);
    }

    /// What a stack that sleeps is woken by besides its links.
    List<Awaited> awaited() {
        return List.of(
                new Awaited(() -> gone ? -1 : bell.ear(), true, () -> {}),
                new Awaited(() -> gone ? -1 : line.descriptor(), false, () -> told = true));
    }

    /// The stack is there, and its engine has begun; before its first turn.
    void join(Stack with, long nowNs) {
        stack = with;
        answers = new Answers(with.engine(), settings);
        port = rings.ofProgram(links.size() + 1, bell::ring);
        with.joins(new @Nullable PeerPort[] {port, null});
        apply(Objects.requireNonNull(first), nowNs);
    }

    /// Before a turn: takes what the daemon's stack shows, and sees when the daemon is gone.
    void look(long nowNs) {
        if (gone || port == null) {
            return;
        }
        String now = board.read();
        if (now != null) {
            apply(now, nowNs);
        }
        String why = port.complaint();
        if (why != null) {
            LOG.log(Level.WARNING, "the daemon's stack broke its ring: " + why);
        }
        if (told || nowNs >= listenNs) {
            told = false;
            listenNs = nowNs + LISTEN_NS;
            listen();
            if (gone) {
                LOG.log(Level.WARNING, "the daemon has ended: this stack is alone on its link");
                tables.leaves(BesideRings.DAEMON);
                Objects.requireNonNull(stack).joins(BesideRings.DAEMON, null);
                port = null;
            }
        }
    }

    private void listen() {
        try {
            Line.Received received = line.poll();
            if (received != null) {
                // Control is another one, and has answered once more.
                received.refuse();
            }
        } catch (IOException | LinuxException ended) {
            gone = true;
        }
    }

    /// Lets hold what is shown, and no more what was shown before and is not now.
    private void apply(String text, long nowNs) {
        Set<String> now = new LinkedHashSet<>();
        List<String> filter = new ArrayList<>();
        text.lines().forEach(line -> {
            if (line.startsWith("filter ")) {
                filter.add(line);
            } else {
                now.add(line);
            }
        });
        List<String> before = new ArrayList<>(holds);
        // Routes go before the addresses by which their routers are reached.
        before.reversed().forEach(line -> {
            if (!now.contains(line)) {
                answer("remove " + line, nowNs);
            }
        });
        now.forEach(line -> {
            if (!holds.contains(line)) {
                answer("add " + line, nowNs);
            }
        });
        if (!filter.equals(rules)) {
            answer("filter clear", nowNs);
            filter.forEach(rule -> answer("add " + rule, nowNs));
            answer("filter apply", nowNs);
        }
        holds = now;
        rules = filter;
    }

    /// What finds no room is left out: the rest is better than nothing.
    private void answer(String question, long nowNs) {
        String answer = Objects.requireNonNull(answers).answer(question, nowNs);
        if (!answer.equals("ok")) {
            LOG.log(Level.WARNING, question + ": " + answer);
        }
    }

    boolean maySleep() {
        return port == null || port.maySleep();
    }

    void awake() {
        if (port != null) {
            port.awake();
        }
    }

    /// What comes for this stack's ports from now on the daemon answers.
    @Override
    public void close() {
        line.close();
        bell.close();
        links.forEach(Link::close);
        arena.close();
    }
}
