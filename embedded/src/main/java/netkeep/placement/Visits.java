package netkeep.placement;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import netkeep.control.Taken;
import netkeep.domain.Doorbell;
import netkeep.domain.Line;
import netkeep.domain.Shared;
import netkeep.domain.Tenancy;
import netkeep.domain.Word;
import netkeep.linux.Descriptors;
import netkeep.linux.Epoll;
import netkeep.session.Hello;
import netkeep.session.Joining;
import netkeep.session.Terms;

/// Programs that come, are joined by a process, and go: a stack and control of their own serve them, and this plays
/// their
/// keeper. For the JVM to learn what a program waits for as it attaches, which no domain does often enough to learn it
/// by
/// itself.
final class Visits {
    /// What the JVM's first compiler takes for often, and its second one for a good part.
    private static final int ROUNDS = 2_000;

    private static final int EVENTS = 64;
    private static final String LINK = "1";

    private final Line keeper;
    private final String path;

    private Visits(Line keeper, String path) {
        this.keeper = keeper;
        this.path = path;
    }

    /// Does it many times, at a path in a folder of its own.
    static void rehearse() throws IOException {
        Path folder = Files.createTempDirectory("netkeep-rehearsal");
        try {
            rehearse(folder, ROUNDS);
        } finally {
            Files.delete(folder);
        }
    }

    /// @param folder where they come, in which nothing is left
    static void rehearse(Path folder, int rounds) throws IOException {
        Path path = folder.resolve("session");
        int[] bell = Doorbell.pair();
        int listener = Line.listen(path.toString());
        // What is sent there is gone.
        int device = Descriptors.open("/dev/null", Descriptors.O_WRONLY);
        try {
            Settings settings = Takeover.SETTINGS.with(List.of("stack", "control"), 0, true);
            rehearse(new Grants(settings, granted(settings, bell, listener, device), 0), path.toString(), rounds);
        } finally {
            IntStream.of(bell).forEach(Descriptors::close);
            Descriptors.close(listener);
            Descriptors.close(device);
            Files.delete(path);
        }
    }

    private static void rehearse(Grants grants, String path, int rounds) throws IOException {
        Line[] lines = Line.pair();
        Line[] own = Line.pair();
        try (Epoll epoll = new Epoll(EVENTS);
                Arena arena = Arena.ofShared()) {
            Domain domain = new Domain(lines[1], grants, own[0], epoll, arena);
            lines[0].send(new Word(Word.BEGIN, 0, "").octets());
            FutureTask<Void> served = new FutureTask<>(() -> {
                try {
                    domain.begin();
                    domain.run();
                } finally {
                    // Who waits for a word of it is not to wait for ever.
                    lines[1].close();
                }
                return null;
            });
            Thread.ofPlatform().name("netkeep-visited").daemon().start(served);
            Visits visits = new Visits(lines[0], path);
            for (int round = 0; round < rounds; round++) {
                visits.once();
            }
            lines[0].close();
            await(served);
        } finally {
            List.of(lines[0], lines[1], own[0], own[1]).forEach(Line::close);
        }
    }

    /// It ends as its keeper has.
    private static void await(FutureTask<Void> served) throws IOException {
        try {
            served.get();
        } catch (ExecutionException ended) {
            if (!(ended.getCause() instanceof EOFException)) {
                throw new IOException(ended.getCause());
            }
        } catch (InterruptedException stopped) {
            throw new IOException(stopped);
        }
    }

    private static Map<String, Integer> granted(Settings settings, int[] bell, int listener, int device) {
        return Map.of(
                Grants.LEDGER,
                Shared.make("rehearsal", settings.ledgerLength()),
                Grants.FRAMES,
                Shared.make("rehearsal", settings.framesLength()),
                Grants.DEVICE + LINK,
                device,
                Grants.UP + LINK,
                Shared.make("rehearsal", LinkRing.UP),
                Grants.DOWN + LINK,
                Shared.make("rehearsal", LinkRing.DOWN),
                Grants.VOICE + LINK,
                bell[2],
                Grants.EAR + LINK,
                bell[3],
                Grants.CONTROL_HAND,
                Shared.make("rehearsal", Taken.LENGTH),
                Grants.LISTENER,
                listener);
    }

    /// One program, from its greeting until its session is over.
    private void once() throws IOException {
        Terms terms = Terms.USUAL;
        try (Line program = Line.to(path)) {
            program.send(Hello.greeting());
            Line.Received want = awaited(Word.WANT);
            Tenancy session = new Tenancy(
                    "",
                    Word.of(want.octets()).number(),
                    want.descriptors()[0],
                    List.of(terms.layout().clientLength(), terms.layout().stackLength()),
                    terms.text(),
                    List.of());
            say(Word.SERVE, session, terms.text(), session.served());
            say(Word.ADMIT, session, terms.text(), session.admitted());
            Line.Received hello = program.receive();
            join(program, hello);
            hello.refuse();
            program.end();
            awaited(Word.LEAVE);
            say(Word.LEAVE, session, "");
            awaited(Word.OVER);
            say(Word.OVER, session, "");
            session.close();
        }
    }

    /// Another process is of the session, too, and ends.
    private static void join(Line program, Line.Received hello) throws IOException {
        int[] had = hello.descriptors();
        program.send(
                Joining.deposit(hello.octets()),
                IntStream.rangeClosed(0, had.length)
                        .map(i -> had[i % had.length])
                        .toArray());
        Line[] pair = Line.pair();
        try (Line joins = pair[0]) {
            program.send(Joining.join(), pair[1].descriptor());
            pair[1].close();
            joins.receive().refuse();
        }
    }

    private void say(char kind, Tenancy session, String text, int... descriptors) throws IOException {
        keeper.send(new Word(kind, session.number(), text).octets(), descriptors);
    }

    /// The next word of a kind; others are of no concern here.
    private Line.Received awaited(char kind) throws IOException {
        Line.Received received = keeper.receive();
        while (Word.of(received.octets()).kind() != kind) {
            received = keeper.receive();
        }
        return received;
    }
}
