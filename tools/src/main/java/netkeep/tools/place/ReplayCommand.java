package netkeep.tools.place;

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import netkeep.domain.Word;
import netkeep.engine.socket.Ask;
import netkeep.placement.Again;
import netkeep.placement.Recording;
import netkeep.tools.JsonText;
import netkeep.tools.capture.FrameText;
import netkeep.wire.Address;
import netkeep.wire.VirtioNetHeader;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `netkeep replay`: what a part died of, once more, in a process that nobody depends on.
@Command(
        name = "replay",
        description = "Lets a part that died take again what it had in hand, a stack its last turn, from the recording "
                + "beside its report.",
        mixinStandardHelpOptions = true)
public final class ReplayCommand implements Callable<Integer> {
    private static final int FRAMES = 8;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The recording.")
    private Path file = Path.of("");

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "5",
            description = "How long the turn may take until it is said to hang (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(names = "--json", description = "Says it in JSON.")
    private boolean json;

    /// For picocli.
    public ReplayCommand() {}

    /// How a turn ended: what was thrown or `hangs`, empty for nothing, and where.
    private record Ending(String how, List<String> where) {}

    @Override
    public Integer call() throws IOException {
        // A turn that hangs has it until the process ends.
        Arena arena = Arena.global();
        Recording recording = Recording.read(file, arena);
        PrintWriter out = spec.commandLine().getOut();
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("cause", recording.cause());
        told.put("round", recording.rounds());
        told.put("whole", !recording.cut());
        boolean same = replay(recording, arena, told);
        out.println(json ? JsonText.line(told) : text(recording, told));
        out.flush();
        return same ? 0 : 1;
    }

    /// Lets the part do it.
    ///
    /// @return whether it came to the same point: to the input that was in hand then; and if it died of itself,
    ///         to its death
    private boolean replay(Recording recording, Arena arena, Map<String, Object> told) throws IOException {
        Again replay;
        try {
            replay = Again.of(recording, arena);
        } catch (IllegalArgumentException | IndexOutOfBoundsException lacks) {
            throw new IOException(file + ": " + lacks.getMessage(), lacks);
        }
        if (replay == null) {
            // It had nothing in hand.
            return true;
        }
        Ending ending = run(replay);
        boolean again = !ending.how.isEmpty();
        boolean same = again ? replay.same() : recording.killed() && replay.reached();
        if (replay.turn() >= 0) {
            told.put("turn", replay.turn());
        }
        told.put("hand", replay.hand());
        told.put("input", input(replay));
        told.put("inputs", replay.inputs());
        told.put("ending", ending.how);
        told.put("same", same);
        told.put("where", ending.where);
        return same;
    }

    private static String text(Recording recording, Map<String, Object> told) {
        StringBuilder text = new StringBuilder();
        text.append(String.join(", ", recording.parts())).append(": ").append(recording.cause());
        text.append(", round ").append(told.get("round"));
        text.append(told.containsKey("turn") ? ", turn " + told.get("turn") : "");
        if (told.containsKey("hand")) {
            String input = String.valueOf(told.get("input"));
            String ending = String.valueOf(told.get("ending"));
            text.append("\nin hand: ").append(told.get("hand")).append(input.isEmpty() ? "" : ": " + input);
            text.append("\ninputs until then: ").append(told.get("inputs"));
            text.append('\n').append(ending.isEmpty() ? "the turn comes to its end" : ending);
            if (told.get("where") instanceof List<?> where) {
                where.forEach(line -> text.append("\n    at ").append(line));
            }
            text.append(Boolean.TRUE.equals(told.get("same")) ? "" : "\nnot as it was then");
        }
        return text.append(recording.cut() ? "\nwhat found no room in the recording reads as zeros" : "")
                .toString();
    }

    /// What was in hand, in a line; empty for nothing that was recorded.
    private static String input(Again replay) {
        MemorySegment frame = replay.frame();
        if (frame != null) {
            // A hostile link's may be shorter than that header.
            return FrameText.of(frame.asSlice(Math.min(VirtioNetHeader.LENGTH, frame.byteSize())));
        }
        byte[] message = replay.message();
        if (message != null) {
            return "\""
                    + Word.plain(new String(message, StandardCharsets.ISO_8859_1))
                            .strip() + "\"";
        }
        Ask ask = replay.request();
        return ask == null
                ? ""
                : "op " + ask.op + " of socket " + ask.socket + ", a " + ask.a + ", b " + ask.b + ", "
                        + Address.print(ask.hi, ask.lo) + " port " + ask.port;
    }

    private Ending run(Again replay) {
        FutureTask<@Nullable Void> turn = new FutureTask<>(() -> {
            replay.run();
            return null;
        });
        Thread runner = Thread.ofPlatform().name("replay").daemon().start(turn);
        try {
            turn.get(seconds, TimeUnit.SECONDS);
            return new Ending("", List.of());
        } catch (ExecutionException failure) {
            Throwable cause = failure.getCause() == null ? failure : failure.getCause();
            return new Ending("throws " + cause, where(cause.getStackTrace()));
        } catch (TimeoutException endless) {
            return new Ending("hangs", where(runner.getStackTrace()));
        } catch (InterruptedException stopped) {
            throw new IllegalStateException("interrupted", stopped);
        }
    }

    private static List<String> where(StackTraceElement[] stack) {
        return Arrays.stream(stack)
                .limit(FRAMES)
                .map(StackTraceElement::toString)
                .toList();
    }
}
