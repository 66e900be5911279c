package netkeep.placement;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.TimeUnit;
import netkeep.control.Gate;
import netkeep.domain.Classes;
import netkeep.domain.Doorbell;
import netkeep.domain.Granted;
import netkeep.domain.Line;
import netkeep.domain.Sandbox;
import netkeep.domain.Shared;
import netkeep.domain.Word;
import netkeep.engine.Engine;
import netkeep.engine.neighbor.LinkSettings;
import netkeep.engine.socket.Attachment;
import netkeep.linux.Clock;
import netkeep.linux.Epoll;
import netkeep.linux.Memory;
import netkeep.linux.Poller;
import netkeep.ring.PeerViolation;
import netkeep.session.SessionLayout;
import netkeep.stack.Stack;
import org.jspecify.annotations.Nullable;

/// The monolithic placement: link, stack and control in one domain, in one thread, for clients in other processes.
///
/// It says that it is ready, is told what it is to be, and goes on where its predecessor's last commit was. All that
/// outlives it is its keeper's.
public final class Monolith implements Gate.Host {
    private static final long LOOP = 1 << 21;

    /// How often clients and keeper are heard while there is no time to sleep.
    private static final long HEAR_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final int EVENTS = 64;

    /// The packages of all that runs in this domain.
    private static final List<String> CODE = List.of(
            "netkeep.control",
            "netkeep.domain",
            "netkeep.engine",
            "netkeep.link",
            "netkeep.linux",
            "netkeep.placement",
            "netkeep.ring",
            "netkeep.session",
            "netkeep.stack",
            "netkeep.wire");

    private static final int KEEPER = -1;
    private static final int GATE = -2;
    private static final int LINK = -3;

    /// A session and what wakes whom.
    private static final class Client {
        private final Attachment attachment;
        private final Arena arena;
        private final Granted granted;
        private final Doorbell bell;
        private boolean leaving;

        private Client(Attachment attachment, Arena arena, Granted granted) {
            this.attachment = attachment;
            this.arena = arena;
            this.granted = granted;
            this.bell = new Doorbell(granted.bell());
        }

        private void close() {
            bell.close();
            arena.close();
        }
    }

    private final Line keeper;
    private final Clock clock = new Clock();
    private final Epoll epoll = new Epoll(EVENTS);
    private final Arena arena = Arena.ofShared();
    private final @Nullable Client[] clients = new @Nullable Client[Settings.SESSIONS];
    private final long spinNs;
    private final Engine engine;
    private final Stack stack;
    private final Gate gate;
    private final Answers answers;
    private int leaving;

    private Monolith(Line keeper, Settings settings, int[] descriptors) {
        this.keeper = keeper;
        this.spinNs = settings.spinNs();
        int count = settings.taps().size();
        LinkPort[] ports = new LinkPort[count];
        LinkSettings[] links = new LinkSettings[count + 1];
        links[0] = LinkSettings.LOOPBACK;
        for (int i = 0; i < count; i++) {
            ports[i] = new LinkPort(settings.taps().get(i).link(descriptors[i + 1]));
            links[i + 1] = ports[i].settings(i + 1, -1);
            epoll.add(ports[i].descriptor(), Epoll.EPOLLIN, LINK);
        }
        SecureRandom luck = new SecureRandom();
        this.engine = new Engine(
                Shared.map(arena, descriptors[0], ledgerLength(count), true),
                sparse(Engine.headsLength(Settings.ENGINE)),
                Settings.ENGINE,
                links,
                luck.nextLong(),
                luck.nextLong());
        this.stack = new Stack(engine, ports, sparse(Stack.framesLength(count)), sparse(LOOP));
        List<String> names = settings.taps().stream().map(Settings.Tap::name).toList();
        int listener = descriptors[count + 1];
        this.answers = new Answers(engine, settings);
        this.gate = new Gate(keeper, listener, settings.sessions(), Settings.LAYOUT, names, this);
        epoll.add(listener, Epoll.EPOLLIN, GATE);
        epoll.add(keeper.descriptor(), Epoll.EPOLLIN, KEEPER);
    }

    /// Octets of the ledger's region for `links` links.
    public static long ledgerLength(int links) {
        return Engine.ledgerLength(Settings.ENGINE, links + 1);
    }

    private MemorySegment sparse(long length) {
        return Memory.sparse(arena, length);
    }

    /// Stands by, then serves until the keeper is gone.
    ///
    /// @param keeper whose domain this process is
    public static void serve(Line keeper) throws IOException {
        Classes.load(CODE);
        keeper.send(new Word(Word.READY, 0, "").octets());
        Line.Received first = keeper.receive();
        Word grant = Word.of(first.octets());
        if (grant.kind() != Word.GRANT) {
            throw new IOException("expected a grant, not " + grant);
        }
        Settings settings = Settings.parse(grant.text());
        Monolith monolith = new Monolith(keeper, settings, first.descriptors());
        boolean fresh = monolith.engine.turn() == 0;
        for (Line.Received next = keeper.receive(); ; next = keeper.receive()) {
            Word word = Word.of(next.octets());
            if (word.kind() == Word.BEGIN) {
                break;
            }
            monolith.gate.granted(word.number(), Granted.of(next.descriptors()));
        }
        monolith.engine.begin(monolith.clock.nowNs());
        if (fresh) {
            settings.lines().forEach(line -> monolith.answers.add(line, monolith.clock.nowNs()));
        }
        // Nothing from outside was touched yet.
        Sandbox.close();
        try {
            monolith.run();
        } catch (EOFException gone) {
            // The keeper has ended: so does its domain.
        }
    }

    private void run() throws IOException {
        long nowNs = clock.nowNs();
        long spinUntilNs = nowNs + spinNs;
        long hearNs = nowNs;
        while (true) {
            int done = stack.turn(nowNs);
            wake();
            if (nowNs >= hearNs) {
                hear();
                hearNs = nowNs + HEAR_NS;
            }
            long before = nowNs;
            nowNs = clock.nowNs();
            if (done != 0) {
                spinUntilNs = nowNs + spinNs;
            } else if (before < spinUntilNs) {
                Thread.onSpinWait();
            } else {
                sleep(nowNs);
                nowNs = clock.nowNs();
                spinUntilNs = nowNs + spinNs;
            }
        }
    }

    /// Wakes the clients that sleep and were told something.
    private void wake() {
        for (Client client : clients) {
            if (client != null && client.attachment.mustWake()) {
                client.bell.ring();
            }
        }
    }

    /// Sleeps until a link, a client, the keeper or the time has something, unless there is something by now.
    private void sleep(long nowNs) throws IOException {
        boolean may = true;
        for (Client client : clients) {
            may &= client == null || maySleep(client);
        }
        long deadlineNs = stack.deadlineNs();
        if (leaving != 0) {
            deadlineNs = Math.min(deadlineNs, nowNs + HEAR_NS);
        }
        int ready = 0;
        if (may && deadlineNs > nowNs) {
            ready = epoll.await(deadlineNs == Engine.NEVER ? Poller.NEVER : deadlineNs - nowNs);
        }
        for (Client client : clients) {
            if (client != null) {
                client.attachment.awake();
            }
        }
        boolean hear = leaving != 0;
        for (int i = 0; i < ready; i++) {
            long token = epoll.token(i);
            hear |= token < 0 && token != LINK;
            if (token >= 0) {
                silence((int) token);
            }
        }
        if (hear) {
            hear();
        }
    }

    private void silence(int number) {
        Client client = clients[number];
        if (client != null) {
            client.bell.silence();
        }
    }

    private static boolean maySleep(Client client) {
        try {
            return client.attachment.closed() || client.attachment.maySleep();
        } catch (PeerViolation violation) {
            client.attachment.broken(String.valueOf(violation.getMessage()));
            return true;
        }
    }

    /// Hears the keeper and the clients, and sees who is gone.
    private void hear() throws IOException {
        for (Line.Received next = keeper.poll(); next != null; next = keeper.poll()) {
            Word word = Word.of(next.octets());
            if (word.kind() == Word.ALIVE) {
                keeper.send(word.octets());
            } else if (word.kind() == Word.NEWS) {
                gate.news(word.text());
            } else {
                gate.granted(word.number(), Granted.of(next.descriptors()));
            }
        }
        gate.look();
        for (int number = 0; number < clients.length; number++) {
            Client client = clients[number];
            if (client != null && !client.leaving && client.attachment.violation() != null) {
                gate.cut(number, String.valueOf(client.attachment.violation()));
            }
            // What a predecessor has cut off, its record says; that the client is there still changes nothing.
            if (client != null && (client.attachment.violation() != null || client.attachment.closed())) {
                leave(number);
            }
            if (client != null && client.leaving) {
                finish(number, client);
            }
        }
    }

    @Override
    public void attach(int number, SessionLayout layout, Granted granted) {
        Arena memory = Arena.ofShared();
        Attachment attachment = engine.attach(
                number,
                layout,
                Shared.map(memory, granted.client(), layout.clientLength(), false),
                Shared.map(memory, granted.stack(), layout.stackLength(), true));
        clients[number] = new Client(attachment, memory, granted);
        epoll.add(granted.bell(), Epoll.EPOLLIN, number);
    }

    @Override
    public void watch(int descriptor) {
        epoll.add(descriptor, Epoll.EPOLLIN | Epoll.EPOLLET, GATE);
    }

    @Override
    public void leave(int number) {
        Client client = clients[number];
        // It may go before the keeper has granted what it came for.
        if (client != null && !client.leaving) {
            client.leaving = true;
            leaving++;
            epoll.remove(client.granted.bell());
        }
    }

    @Override
    public void ask(int guest, String question) {
        gate.answer(guest, answers.answer(question, clock.nowNs()));
    }

    /// Ends a session whose client is gone, once its connections owe nothing any more.
    private void finish(int number, Client client) throws IOException {
        if (engine.close(client.attachment, clock.nowNs())) {
            engine.detach(client.attachment);
            clients[number] = null;
            leaving--;
            client.close();
            gate.over(number);
        }
    }
}
