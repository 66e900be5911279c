package netkeep.tools.demo;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import netkeep.linux.LinuxException;
import netkeep.linux.Threads;
import netkeep.tools.NamespaceRoot;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `netkeep demo`: shows what there is, with nothing configured and as any user: a server that knows nothing of us on a
/// factored stack, whose parts are killed while a client on the kernel's stack gets a file; then what each placement
/// costs, beside the kernel.
///
/// Network namespaces need root. An ordinary user becomes root of a user namespace of his own: the demo starts itself
/// once more within one. Where the kernel allows neither, two stacks of ours talk over a simulated wire, and the
/// exit code is 2.
@Command(
        name = "demo",
        description =
                "Puts an unmodified server on a stack of ours, kills the stack while curl gets a file, checks every "
                        + "octet, and measures all placements beside the kernel.",
        mixinStandardHelpOptions = true)
public final class DemoCommand implements Callable<Integer> {
    private static final int DONE = 0;
    private static final int FAILED = 1;
    private static final int NOT_HERE = 2;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(names = "--json", description = "Prints one JSON object.")
    private boolean json;

    @Option(names = "--link", paramLabel = "KIND", description = "Insists on packet, or sim for the simulator.")
    private @Nullable String kind;

    @Option(
            names = "--server",
            paramLabel = "WHICH",
            description = "Insists on jdk, the JDK's own server (default: nginx where there is one).")
    private @Nullable String server;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Rounds whose median counts, at most; 0 measures nothing (default: ${DEFAULT-VALUE}).")
    private int rounds = 5;

    @Option(names = "--inside", hidden = true, description = "Is in a user namespace of its own.")
    private boolean inside;

    /// For picocli.
    public DemoCommand() {}

    @Override
    public Integer call() throws IOException {
        if (kind != null && !List.of("packet", "sim").contains(kind)) {
            throw new ParameterException(spec.commandLine(), "--link " + kind + ": packet or sim");
        }
        if (server != null && !server.equals("jdk")) {
            throw new ParameterException(spec.commandLine(), "--server " + server + ": jdk");
        }
        if (rounds < 0) {
            throw new ParameterException(spec.commandLine(), "--rounds is at least 0");
        }
        if ("sim".equals(kind)) {
            return simulate("the simulator was asked for");
        }
        if (Threads.effectiveUser() == 0) {
            try {
                return inFiles(this::show);
            } catch (LinuxException refused) {
                return simulate(refused.getMessage() + NamespaceRoot.advice());
            }
        }
        String forbidden = NamespaceRoot.forbidden();
        // Each part gets a network namespace of its own later.
        return forbidden.isEmpty() ? NamespaceRoot.again("demo", "--inside") : simulate(forbidden);
    }

    private interface Act {
        int act(Path root, List<Exhibit> exhibits, Report report) throws IOException;
    }

    private int inFiles(Act act) throws IOException {
        Path root = Scratch.directory("netkeep-demo");
        try {
            Report report = new Report(spec.commandLine().getOut(), json, color());
            int code = act.act(root, Exhibit.make(root), report);
            report.end();
            return report.sound() ? code : FAILED;
        } finally {
            Scratch.remove(root);
        }
    }

    private int show(Path root, List<Exhibit> exhibits, Report report) throws IOException {
        // The devices of TUN belong to the real root.
        boolean tap = !inside && kind == null;
        Path scratch = Scratch.directory("netkeep-demo");
        try (Stage stage = new Stage(root, scratch, tap)) {
            Program program = program(root, scratch);
            if (Curl.there()) {
                show(stage, program, new Curl(stage.network().client()), exhibits, report);
            } else {
                report.print("There is no curl on this system: the JDK's HttpClient takes its place.");
                try (JdkClient client = new JdkClient(stage.network().client())) {
                    show(stage, program, client, exhibits, report);
                }
            }
        } finally {
            Scratch.remove(scratch);
        }
        return DONE;
    }

    private Program program(Path root, Path scratch) throws IOException {
        Optional<Program> nginx = "jdk".equals(server) ? Optional.empty() : Nginx.of(root, scratch);
        return nginx.orElseGet(() -> new JdkServer(root));
    }

    private void show(Stage stage, Program program, Fetcher fetcher, List<Exhibit> exhibits, Report report)
            throws IOException {
        stage.factored().awaitServing();
        stage.start(program, Where.FACTORED);
        report.say(
                "server",
                program.name(),
                program.name() + ", unmodified, on a factored Netkeep: processes "
                        + stage.factored().domains());
        report.say("client", fetcher.name(), fetcher.name() + ", unmodified, on the kernel's stack");
        String link = stage.network().linkName();
        report.say(
                "link",
                link,
                "  " + fetcher.name() + "  <--- " + link + " --->  " + Where.FACTORED.server()
                        + " Netkeep  <--- shared memory --->  " + program.name());
        report.print("");
        files(stage, fetcher, exhibits, report);
        if (rounds != 0) {
            compare(stage, program, fetcher, exhibits, report);
        }
    }

    private void compare(Stage stage, Program program, Fetcher fetcher, List<Exhibit> exhibits, Report report)
            throws IOException {
        report.print("");
        report.print(
                "Each placement of Netkeep beside the kernel, in turns, medians (./netkeep bench measures more, and"
                        + " with care):");
        stage.start(program, Where.MONOLITHIC);
        stage.start(program, Where.KERNEL);
        stage.startOurs();
        Comparison comparison = new Comparison(fetcher);
        for (Where where : Where.values()) {
            if (where != Where.EMBEDDED) {
                comparison.add(program.name(), where, Program.PORT);
            }
        }
        for (Where where : Where.values()) {
            comparison.add("Netkeep's server in Java", where, Serving.PORT);
        }
        // A standby that rehearses would take a part of what is measured.
        stage.factored().awaitStandby();
        stage.monolithic().awaitStandby();
        report.figures(comparison.measure(rounds, exhibits.get(2), exhibits.getLast()));
    }

    /// Gets all files over both families. In the middle of the last one a part is killed.
    private static void files(Stage stage, Fetcher fetcher, List<Exhibit> exhibits, Report report) throws IOException {
        for (Exhibit exhibit : exhibits) {
            boolean last = exhibit.equals(exhibits.getLast());
            long middle = last ? exhibit.length() / 3 : Long.MAX_VALUE;
            String url = "http://" + Where.FACTORED.server() + exhibit.path();
            Fetcher.Meanwhile stack = () -> report.death(stage.factored().kill("stack"), middle);
            report.file(exhibit, "IPv4", fetcher.sha256(url, middle, stack));
            if (stage.network().ipv6()) {
                String url6 = "http://[" + Where.FACTORED.server6() + "]" + exhibit.path();
                Fetcher.Meanwhile itsLink = () -> report.death(stage.factored().kill("link"), middle);
                report.file(exhibit, "IPv6", fetcher.sha256(url6, middle, itsLink));
            }
        }
    }

    /// Two stacks of ours and nothing of the kernel's.
    private int simulate(String why) throws IOException {
        return inFiles((root, exhibits, report) -> {
            report.say("not_here", why, "The kernel lends no network here: " + why);
            report.say(
                    "simulator",
                    Simulated.WIRE,
                    "In the simulator instead, both ends Netkeep: " + Simulated.WIRE + ", nothing of the kernel's");
            report.print("");
            try (Simulated simulated = new Simulated(root)) {
                for (Exhibit exhibit : exhibits) {
                    report.file(exhibit, "sim", simulated.sha256(exhibit));
                }
            }
            return NOT_HERE;
        });
    }

    // JDK 25 answers null again where there is no terminal, as JDK 21 did.
    @SuppressWarnings("SystemConsoleNull")
    private static boolean color() {
        Console console = System.console();
        return console != null && console.isTerminal() && System.getenv("NO_COLOR") == null;
    }
}
