package netkeep.tools.ping;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import netkeep.tools.CannotHere;
import netkeep.tools.JsonText;
import netkeep.tools.serve.Ending;
import netkeep.tools.serve.RunningStack;
import netkeep.tools.serve.StackOptions;
import netkeep.wire.Address;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `netkeep ping`: echo requests, ICMP and ICMPv6, from a stack of our own.
@Command(
        name = "ping",
        description = {
            "Sends echo requests from a stack of its own, and tells what comes back, in the words of ping.",
            "Exit codes: 0 if somebody answered (with -c and -w: if all did), 1 if not, 2 if it could not ask."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class PingCommand implements Callable<Integer> {
    private static final double LEAST_INTERVAL_S = 0.001;
    private static final int MOST_4 = 65_535 - 28;
    private static final int MOST_6 = 65_535 - 8;
    /// How long an address may be looked for on the link before it is ours.
    private static final long SETTLING_NS = 10_000_000_000L;

    private static final long PAUSE_NS = 20_000_000;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(paramLabel = "DESTINATION", description = "Its address, IPv4 or IPv6.")
    private String destination = "";

    @Option(
            names = {"-c", "--count"},
            paramLabel = "N",
            description = "Ends after so many requests; with -w after so many answers.")
    private long count;

    @Option(
            names = {"-i", "--interval"},
            paramLabel = "SECONDS",
            defaultValue = "1",
            description = "Between two requests, at least 0.001 (default: ${DEFAULT-VALUE}).")
    private double interval = 1;

    @Option(
            names = {"-s", "--size"},
            paramLabel = "OCTETS",
            defaultValue = "56",
            description = "Of data in each request: 0..65507, over IPv6 0..65527 (default: ${DEFAULT-VALUE}).")
    private int size = 56;

    @Option(
            names = {"-w", "--deadline"},
            paramLabel = "SECONDS",
            description = "Ends then, however many were sent.")
    private double deadline;

    @Option(
            names = {"-W", "--timeout"},
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "Waits so long for the last answers if there was none before (default: ${DEFAULT-VALUE}).")
    private double timeout = 10;

    @Option(
            names = {"-q", "--quiet"},
            description = "Shows the summary alone.")
    private boolean quiet;

    @Option(
            names = {"-j", "--json"},
            description = "As JSON: an object a line, the summary last.")
    private boolean json;

    @Mixin
    private StackOptions options = new StackOptions();

    private final Tally tally = new Tally();
    private volatile boolean told;

    /// For picocli.
    public PingCommand() {}

    @Override
    public Integer call() throws IOException {
        Address to = check();
        try (Ending ending = new Ending();
                RunningStack running = options.start();
                Asker asker = new Asker(
                        running.stack(), to, (int) ProcessHandle.current().pid() & 0xffff, size)) {
            ending.by(() -> {
                told = true;
                asker.wake();
            });
            running.whenGone(asker::wake);
            int code = ping(running, asker, to);
            ending.code(code);
            running.check();
            return code;
        }
    }

    private Address check() {
        if (count < 0) {
            throw usage("--count " + count + ": at least 0, for no end");
        }
        if (!(interval >= LEAST_INTERVAL_S && interval <= 86_400)) {
            throw usage("--interval " + interval + ": 0.001..86400");
        }
        if (!(deadline >= 0 && deadline <= 86_400 * 365)) {
            throw usage("--deadline " + deadline + ": at least 0");
        }
        if (!(timeout >= 0 && timeout <= 86_400)) {
            throw usage("--timeout " + timeout + ": 0..86400");
        }
        Address to;
        try {
            to = Address.parse(destination);
        } catch (IllegalArgumentException noAddress) {
            throw usage("destination " + destination + ": an address like 198.18.0.1 or fd00:198:18::1; names are not"
                    + " looked up");
        }
        if (size < 0 || size > (to.isV4() ? MOST_4 : MOST_6)) {
            throw usage("--size " + size + ": 0.." + (to.isV4() ? MOST_4 : MOST_6));
        }
        return to;
    }

    private static long ns(double seconds) {
        return Math.round(seconds * 1e9);
    }

    private int ping(RunningStack running, Asker asker, Address to) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (!json) {
            say(out, PingText.head(to, size));
        }
        long startNs = running.stack().nowNs();
        long endNs = deadline == 0 ? Long.MAX_VALUE : startNs + ns(deadline);
        long nextNs = startNs;
        long lastNs = startNs;
        for (long nowNs = startNs;
                nowNs < endNs && !over(running);
                nowNs = running.stack().nowNs()) {
            boolean sending = count == 0 || deadline != 0 || tally.sent < count;
            if (sending && nowNs >= nextNs) {
                ask(running, asker, to);
                lastNs = running.stack().nowNs();
                nextNs = Math.max(nextNs + ns(interval), lastNs - ns(interval));
            } else if (!sending && (tally.complete() || nowNs >= lastNs + lingerNs())) {
                break;
            }
            Heard heard = asker.await(Math.min(endNs, sending ? nextNs : lastNs + lingerNs()));
            if (heard != null) {
                hear(heard, to.isV4(), out);
            }
        }
        long tookNs = lastNs - startNs;
        if (json) {
            say(out, JsonText.line(PingText.json(to, tally, tookNs)));
        } else {
            PingText.summary(to, tally, tookNs).forEach(line -> say(out, line));
        }
        return tally.received == 0 || deadline != 0 && tally.received < count ? 1 : 0;
    }

    private boolean over(RunningStack running) {
        return told || running.gone() || count != 0 && deadline != 0 && tally.received + tally.errors >= count;
    }

    private void ask(RunningStack running, Asker asker, Address to) throws IOException {
        int sequence = (int) (tally.sent + 1) & 0xffff;
        long triedNs = running.stack().nowNs();
        // An address may not be used until it was looked for on the link.
        long untilNs = tally.sent == 0 ? triedNs + SETTLING_NS : triedNs;
        for (long nowNs = triedNs; ; nowNs = running.stack().nowNs()) {
            if (asker.ask(sequence)) {
                tally.sent(sequence, nowNs);
                return;
            }
            if (nowNs >= untilNs || told || running.gone()) {
                throw new CannotHere("there is no way to " + to + " from any address of ours: add an --address of its"
                        + " subnet, or a --route");
            }
            asker.await(nowNs + PAUSE_NS);
        }
    }

    /// As long as twice the longest trip, and an interval at least, if there was an answer.
    private long lingerNs() {
        return tally.received == 0 ? ns(timeout) : Math.max(2 * tally.mostNs, ns(interval));
    }

    private void hear(Heard heard, boolean v4, PrintWriter out) {
        boolean again = heard.failure() == null && !tally.awaits(heard.sequence());
        long tripNs = 0;
        if (heard.failure() == null) {
            tripNs = tally.answered(heard.sequence(), heard.atNs());
        } else {
            tally.failed(heard.sequence());
        }
        if (quiet) {
            return;
        }
        if (json) {
            Map<String, @Nullable Object> line = PingText.json(heard, tripNs, again, v4);
            say(out, JsonText.line(line));
        } else {
            say(out, heard.failure() == null ? PingText.reply(heard, size, tripNs, again) : PingText.error(heard, v4));
        }
    }

    private static void say(PrintWriter out, String line) {
        out.println(line);
        out.flush();
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
