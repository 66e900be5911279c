package netkeep.tools.status;

import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import netkeep.linux.Clock;
import netkeep.linux.Poller;
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

    /// For picocli.
    public TopCommand() {}

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        boolean terminal = onTerminal();
        Clock clock = new Clock();
        Poller nothing = new Poller(1);
        try (Daemon daemon = session.daemon()) {
            TopPicture.Look before = TopPicture.look(daemon, clock.nowNs());
            out.print(terminal ? CLEAR : "");
            for (long picture = 0; picture < count && !out.checkError(); picture++) {
                nothing.await(Math.max(0, before.atNs() + PERIOD_NS - clock.nowNs()));
                TopPicture.Look now = TopPicture.look(daemon, clock.nowNs());
                out.print(terminal ? HOME : "");
                for (String line : TopPicture.lines(before, now)) {
                    out.print(line);
                    out.println(terminal ? TO_LINES_END : "");
                }
                out.print(terminal ? BELOW : System.lineSeparator());
                out.flush();
                before = now;
            }
        }
        return 0;
    }

    // JDK 25 answers null again where there is no terminal, as JDK 21 did.
    @SuppressWarnings("SystemConsoleNull")
    private static boolean onTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }
}
