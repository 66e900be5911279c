package netkeep.tools.place;

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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
import netkeep.engine.socket.Ask;
import netkeep.placement.Recording;
import netkeep.placement.Replay;
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

/// `netkeep replay`: what a stack died of, once more, in a process that nobody depends on.
@Command(
        name = "replay",
        description = "Lets a stack that died take its last turn again, from the recording beside its report.",
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
        Replay replay;
        try {
            replay = new Replay(recording, arena);
        } catch (IllegalArgumentException | IndexOutOfBoundsException lacks) {
            throw new IOException(file + ": " + lacks.getMessage(), lacks);
        }
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("cause", recording.cause());
        told.put("turn", replay.turn());
        told.put("hand", replay.hand());
        String input = input(replay);
        told.put("input", input);
        Ending ending = run(replay);
        boolean again = !ending.how.isEmpty();
        told.put("ending", ending.how);
        told.put("same", again && replay.same());
        told.put("where", ending.where);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JsonText.line(told));
        } else {
            out.println("turn " + told.get("turn") + ", " + recording.cause());
            out.println("in hand: " + replay.hand() + (input.isEmpty() ? "" : ": " + input));
            out.println(again ? ending.how : "the turn comes to its end");
            ending.where.forEach(line -> out.println("    at " + line));
            if (again && !replay.same()) {
                out.println("with another input in hand than then");
            }
        }
        out.flush();
        return again && replay.same() ? 0 : 1;
    }

    /// What was in hand, in a line; empty for nothing that was recorded.
    private static String input(Replay replay) {
        MemorySegment frame = replay.frame();
        if (frame != null) {
            // A hostile link's may be shorter than that header.
            return FrameText.of(frame.asSlice(Math.min(VirtioNetHeader.LENGTH, frame.byteSize())));
        }
        Ask ask = replay.request();
        return ask == null
                ? ""
                : "op " + ask.op + " of socket " + ask.socket + ", a " + ask.a + ", b " + ask.b + ", "
                        + Address.print(ask.hi, ask.lo) + " port " + ask.port;
    }

    private Ending run(Replay replay) {
        FutureTask<@Nullable Void> turn = new FutureTask<>(replay::run, null);
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
