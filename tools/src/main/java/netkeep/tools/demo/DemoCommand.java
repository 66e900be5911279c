package netkeep.tools.demo;

import java.io.Console;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import netkeep.linux.LinuxException;
import netkeep.linux.NetworkNamespace;
import netkeep.linux.Threads;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `netkeep demo`: shows what there is, with nothing configured and as any user.
///
/// Network namespaces need root. An ordinary user becomes root of a user namespace of his own: the demo starts itself
/// once more within one. Where the kernel allows neither, two stacks of ours talk over a simulated wire, and the
/// exit code is 2.
@Command(
        name = "demo",
        description =
                "Serves files over our own TCP/IP to curl on the kernel's, checks every octet, and measures both.",
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

    @Option(names = "--inside", hidden = true, description = "Is in a user namespace of its own.")
    private boolean inside;

    /// For picocli.
    public DemoCommand() {}

    @Override
    public Integer call() throws IOException {
        if (kind != null && !List.of("packet", "sim").contains(kind)) {
            throw new picocli.CommandLine.ParameterException(spec.commandLine(), "--link " + kind + ": packet or sim");
        }
        if ("sim".equals(kind)) {
            return simulate("the simulator was asked for");
        }
        if (Threads.effectiveUser() == 0) {
            try {
                return inFiles(this::show);
            } catch (LinuxException refused) {
                return simulate(refused.getMessage() + advice());
            }
        }
        String forbidden = whyNoNamespace();
        return forbidden.isEmpty() ? becomeRoot() : simulate(forbidden);
    }

    private interface Act {
        int act(Path root, List<Exhibit> exhibits, Report report) throws IOException;
    }

    private int inFiles(Act act) throws IOException {
        Path root = Files.createTempDirectory("netkeep-demo");
        try {
            Report report = new Report(spec.commandLine().getOut(), json, color());
            int code = act.act(root, Exhibit.make(root), report);
            report.end();
            return report.sound() ? code : FAILED;
        } finally {
            try (DirectoryStream<Path> all = Files.newDirectoryStream(root)) {
                for (Path file : all) {
                    Files.delete(file);
                }
            }
            Files.delete(root);
        }
    }

    private int show(Path root, List<Exhibit> exhibits, Report report) throws IOException {
        // The devices of TUN belong to the real root.
        boolean tap = !inside && kind == null;
        try (Stage stage = new Stage(root, tap)) {
            if (Curl.there()) {
                show(stage, new Curl(stage.client()), exhibits, report);
            } else {
                report.print("There is no curl on this system: the JDK's HttpClient takes its place.");
                try (JdkClient client = new JdkClient(stage.client())) {
                    show(stage, client, exhibits, report);
                }
            }
        }
        return DONE;
    }

    private void show(Stage stage, Fetcher fetcher, List<Exhibit> exhibits, Report report) throws IOException {
        report.say("client", fetcher.name(), "Netkeep serves files over its own TCP/IP to " + fetcher.name());
        report.say(
                "link",
                stage.linkName(),
                "  " + fetcher.name() + " on the kernel's stack  <--- " + stage.linkName() + " --->  " + Stage.OURS
                        + " Netkeep");
        report.print("  " + fetcher.name() + " on the kernel's stack  <--- veth --->  " + Stage.KERNELS
                + " the kernel's stack, same server");
        report.print("");
        for (Exhibit exhibit : exhibits) {
            report.file(exhibit, "IPv4", fetcher.sha256("http://" + Stage.OURS + exhibit.path()));
            if (!stage.ipv6()) {
                continue;
            }
            report.file(exhibit, "IPv6", fetcher.sha256("http://[" + Stage.OURS_V6 + "]" + exhibit.path()));
        }
        report.print("");
        report.print("Measured in turns, medians (./netkeep bench measures more, and with care):");
        Comparison comparison = new Comparison(fetcher, "http://" + Stage.OURS, "http://" + Stage.KERNELS);
        report.figures(comparison.measure(exhibits.get(2), exhibits.getLast()));
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

    /// Why an ordinary user cannot have a network namespace; empty if he can.
    private static String whyNoNamespace() throws IOException {
        try {
            Process trial = new ProcessBuilder(NetworkNamespace.asRoot(List.of("true")))
                    .redirectErrorStream(true)
                    .start();
            trial.getOutputStream().close();
            String said = new String(trial.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return trial.waitFor() == 0 ? "" : said + advice();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        } catch (IOException missing) {
            return "there is no command unshare, of util-linux (" + missing.getMessage() + ")";
        }
    }

    private static String advice() {
        String by = NetworkNamespace.forbiddenBy();
        return by.isEmpty() ? "; run as root, or where user namespaces are allowed" : "; " + by;
    }

    /// Starts this command once more as root of a user namespace.
    private int becomeRoot() throws IOException {
        String line = Files.readString(Path.of("/proc/self/cmdline"), StandardCharsets.UTF_8);
        List<String> self = new ArrayList<>(Arrays.asList(line.split("\0", -1)));
        self.removeLast();
        self.add("--inside");
        try {
            List<String> command = new ArrayList<>(NetworkNamespace.asRoot(self));
            // Each part gets a namespace of its own later. In a new one the JVM would find no IPv6, and believe it.
            command.remove("--net");
            return new ProcessBuilder(command).inheritIO().start().waitFor();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    // JDK 25 answers null again where there is no terminal, as JDK 21 did.
    @SuppressWarnings("SystemConsoleNull")
    private static boolean color() {
        Console console = System.console();
        return console != null && console.isTerminal() && System.getenv("NO_COLOR") == null;
    }
}
