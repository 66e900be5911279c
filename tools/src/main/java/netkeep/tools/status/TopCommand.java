package netkeep.tools.status;

import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import netkeep.linux.Clock;
import netkeep.linux.Poller;
import netkeep.tools.JsonText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `netkeep top`: a daemon's rates, a picture a second.
@Command(
        name = "top",
        description = "Shows what a stack in processes of its own does, each second, until it is told to end.",
        mixinStandardHelpOptions = true)
public final class TopCommand implements Callable<Integer> {
    private static final long PERIOD_NS = TimeUnit.SECONDS.toNanos(1);

    // Home, then each line to its end, then all below: no flicker.
    private static final String HOME = "\u001b[H";
    private static final String TO_LINES_END = "\u001b[K";
    private static final String BELOW = "\u001b[J";
    private static final String CLEAR = "\u001b[2J";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    private SessionOption session = new SessionOption();

    @Option(names = "--count", paramLabel = "N", description = "Ends after so many pictures.")
    private long count = Long.MAX_VALUE;

    @Option(names = "--json", description = "Each picture as JSON, a line.")
    private boolean json;

    /// For picocli.
    public TopCommand() {}

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        boolean terminal = !json && onTerminal();
        Clock clock = new Clock();
        Poller nothing = new Poller(1);
        try (Daemon daemon = session.daemon()) {
            TopPicture.Look before = TopPicture.look(daemon, clock.nowNs());
            out.print(terminal ? CLEAR : "");
            for (long picture = 0; picture < count && !out.checkError(); picture++) {
                nothing.await(Math.max(0, before.atNs() + PERIOD_NS - clock.nowNs()));
                TopPicture.Look now = TopPicture.look(daemon, clock.nowNs());
                if (json) {
                    out.println(JsonText.line(TopPicture.json(before, now)));
                } else {
                    draw(out, TopPicture.lines(before, now), terminal);
                }
                out.flush();
                before = now;
            }
        }
        return 0;
    }

    private static void draw(PrintWriter out, List<String> lines, boolean terminal) {
        out.print(terminal ? HOME : "");
        for (String line : lines) {
            out.print(line);
            out.println(terminal ? TO_LINES_END : "");
        }
        out.print(terminal ? BELOW : System.lineSeparator());
    }

    // JDK 25 answers null again where there is no terminal, as JDK 21 did.
    @SuppressWarnings("SystemConsoleNull")
    private static boolean onTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }
}
