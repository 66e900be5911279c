package netkeep.keeper;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import netkeep.domain.Build;
import netkeep.domain.Line;
import netkeep.domain.Pulse;
import netkeep.domain.Shared;
import netkeep.domain.Word;
import netkeep.linux.Call;
import netkeep.linux.Descriptors;
import netkeep.linux.Threads;
import org.jspecify.annotations.Nullable;

/// A program for a keeper to start. It does wrong once, and the next process in its place does right.
///
/// Whoever is the first in a directory that an argument names does wrong before it is told what to be; who has no
/// predecessor in its domain, once it was told so. All go on as if nothing had been.
final class Liar {
    static final String REPORT = "found\n\u001b[2Jnothing";

    /// Whoever rehearses writes to a file of this name when it begins, and when it ends some work later.
    static final String TELLING = "telling";

    /// Of which the keeper has no room for a session.
    static final String TOO_MUCH = "too much";

    private static final int WORK = 1 << 22;

    private static final int KEEPER = 3;
    private static final int SIGSTOP = 19;
    private static final int EXIT_CODE = 3;

    private final Line keeper = new Line(KEEPER);
    private Pulse pulse = Pulse.unseen(Arena.global());

    private @Nullable Path telling;

    private Liar() {}

    public static void main(String[] arguments) throws Exception {
        Liar liar = new Liar();
        liar.telling = arguments[1].equals(TELLING) ? Path.of(arguments[0], TELLING) : null;
        try {
            liar.live(first(Path.of(arguments[0])) ? arguments[1] : "");
        } catch (EOFException gone) {
            // The keeper has ended.
        }
    }

    private static boolean first(Path directory) throws IOException {
        try {
            Files.createFile(directory.resolve("first"));
            return true;
        } catch (FileAlreadyExistsException notFirst) {
            return false;
        }
    }

    private void live(String wrong) throws Exception {
        doWrong(wrong);
        Build own = Build.own();
        Build build = wrong.equals("layouts") ? new Build(own.layouts() + 1, "other") : own;
        int thread = wrong.equals("thread") ? 1 : Threads.threadId();
        keeper.send(new Word(Word.READY, thread, wrong.equals("build") ? "" : build.text()).octets());
        Line.Received received = keeper.receive();
        if (Word.of(received.octets()).kind() == Word.REHEARSE) {
            rehearse();
            say(Word.WARM, 0);
            received = keeper.receive();
        }
        Word grant = Word.of(received.octets());
        int descriptor = received.descriptors()[0];
        pulse = new Pulse(Shared.map(Arena.global(), descriptor, Pulse.LENGTH, true));
        while (Word.of(keeper.receive().octets()).kind() != Word.BEGIN) {
            // What it is told of sessions.
        }
        pulse.beat();
        if (grant.number() == 0) {
            doWrong(grant.text().substring(grant.text().indexOf('\n') + 1));
        } else {
            keeper.send(new Word(Word.REPORT, 0, REPORT).octets());
        }
        while (true) {
            pulse.beat();
            keeper.receive();
        }
    }

    private void rehearse() throws IOException {
        if (telling != null) {
            Files.writeString(telling, "begins\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            for (int i = 0; i < WORK; i++) {
                Thread.onSpinWait();
            }
            Files.writeString(telling, "ends\n", StandardOpenOption.APPEND);
        }
    }

    @SuppressWarnings("ThreadPriorityCheck")
    private void doWrong(String what) throws Exception {
        int some = Descriptors.duplicate(0);
        switch (what) {
            case "mute" -> Thread.currentThread().join();
            case "stop" -> {
                Threads.kill(Threads.processId(), SIGSTOP);
                // The signal may be another thread's to take.
                Thread.currentThread().join();
            }
            case "loop" -> {
                while (true) {
                    Thread.onSpinWait();
                }
            }
            case "told" -> {
                while (!toldOfTwo()) {
                    pulse.beat();
                }
                Runtime.getRuntime().halt(EXIT_CODE);
            }
            case "exit" -> Runtime.getRuntime().halt(EXIT_CODE);
            case "kind" -> say('?', 0);
            case "short" -> keeper.send(new byte[3]);
            case "warm" -> say(Word.WARM, 0);
            case "report" -> say(Word.REPORT, 0);
            case "others" -> say(Word.OVER, 0);
            case "descriptor" -> say(Word.TELL, 0, some);
            case "negative" -> say(Word.WANT, -1, some);
            case "many" -> say(Word.WANT, 1 << 20, some);
            case "two" -> say(Word.WANT, 0, some, some);
            case "device" -> say(Word.WANT, 0, some);
            case "none" -> say(Word.WANT, 0);
            case "lacking" -> wantTooMuch();
            case "flood" -> flood();
            default -> {}
        }
        Descriptors.close(some);
    }

    /// Wants what the keeper has no room for, and ends when it hears that.
    private void wantTooMuch() throws IOException {
        Line[] client = Line.pair();
        keeper.send(new Word(Word.WANT, 1, TOO_MUCH).octets(), client[0].descriptor());
        while (!Word.of(keeper.receive().octets()).equals(new Word(Word.OVER, 1, ""))) {
            pulse.beat();
        }
        Runtime.getRuntime().halt(EXIT_CODE);
    }

    /// Hears a word.
    ///
    /// @return whether it tells that two stand by
    private boolean toldOfTwo() throws IOException {
        return Word.of(keeper.receive().octets()).text().split("state=standby", -1).length > 2;
    }

    /// As fast as it can, until it is killed.
    private void flood() {
        byte[] octets = new Word(Word.TELL, 0, "").octets();
        MemorySegment word = Arena.global().allocateFrom(ValueLayout.JAVA_BYTE, octets);
        Call call = new Call();
        while (true) {
            pulse.beat();
            call.send(KEEPER, word, 0, octets.length, 0);
        }
    }

    private void say(char kind, int number, int... descriptors) throws IOException {
        keeper.send(new Word(kind, number, "").octets(), descriptors);
    }
}
