package netkeep.tools.serve;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import netkeep.client.Attached;
import netkeep.embedded.Embedded;
import netkeep.tools.CannotHere;
import netkeep.tools.JsonText;
import netkeep.tools.status.StatusServer;
import netkeep.wire.Address;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// What the commands that serve have in common: they start a stack, listen on all its addresses, say so in one line,
/// and serve until SIGINT or SIGTERM.
abstract class ServerCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    private StackOptions stack = new StackOptions();

    @Option(
            names = "--provider",
            paramLabel = "WHICH",
            defaultValue = "netkeep",
            description =
                    "Whose channels: netkeep's, or with \"jdk\" the kernel's; then only --address and --port count.")
    private String provider = "netkeep";

    @Option(
            names = "--session",
            paramLabel = "PATH",
            description = "Attaches to a stack that \"netkeep up\" runs, instead of starting one.")
    private @Nullable String session;

    @Option(
            names = "--beside",
            paramLabel = "PATH",
            description =
                    "Starts a stack of its own beside that of \"netkeep up\" there, with its links and addresses: "
                            + "its [beside] says for which user and ports.")
    private @Nullable Path beside;

    @Option(names = "--json", description = "Says it in JSON.")
    private boolean json;

    ServerCommand() {}

    abstract int port();

    abstract Service open(SelectorProvider channels) throws IOException;

    /// What is served, and where, in words.
    abstract String ready(List<InetSocketAddress> where);

    @Override
    public Integer call() throws IOException {
        if (port() < 0 || port() > 65_535) {
            throw usage("--port " + port() + ": 0..65535");
        }
        return switch (provider) {
            case "netkeep" -> serveOurs();
            case "jdk" -> serveKernel();
            default -> throw usage("--provider " + provider + ": netkeep or jdk");
        };
    }

    private int serveOurs() throws IOException {
        if (session != null && beside != null) {
            throw usage("--beside is for a stack of its own: --session attaches to the daemon's");
        }
        return session != null ? serveAttached(session) : beside != null ? serveBeside(beside) : serveNetkeep();
    }

    @SuppressWarnings("try") // the status server is there until all is over
    private int serveBeside(Path path) throws IOException {
        if (stack.linked()) {
            throw usage("--link is for a stack that is alone: --beside has the daemon's links");
        }
        List<InetSocketAddress> everywhere = List.of(new InetSocketAddress(port()));
        try (Ending ending = new Ending();
                Embedded ours = stack.beside(path);
                StatusServer status = RunningStack.status(ours)) {
            return serve(ours.provider(), everywhere, everywhere, ending, null);
        }
    }

    private int serveNetkeep() throws IOException {
        try (Ending ending = new Ending();
                RunningStack running = stack.start()) {
            // On the wildcard, for addresses may come and go.
            InetSocketAddress everywhere = new InetSocketAddress(port());
            List<InetSocketAddress> shown = addresses();
            // Those that routers tell of are not known yet.
            return serve(
                    running.stack().provider(),
                    List.of(everywhere),
                    shown.isEmpty() ? List.of(everywhere) : shown,
                    ending,
                    running);
        }
    }

    private int serveAttached(String path) throws IOException {
        if (stack.linked()) {
            throw usage("--link is for a stack of its own: that of --session has its links");
        }
        List<InetSocketAddress> everywhere = List.of(new InetSocketAddress(port()));
        try (Ending ending = new Ending();
                Attached attached = Attached.to(path, stack.spinNs(), false)) {
            return serve(attached.provider(), everywhere, everywhere, ending, null);
        }
    }

    private int serveKernel() throws IOException {
        if (stack.linked()) {
            throw usage("--link is for netkeep's channels: the JDK's are on the kernel's stack");
        }
        List<InetSocketAddress> where = addresses();
        if (where.isEmpty()) {
            where = List.of(new InetSocketAddress(port()));
        }
        try (Ending ending = new Ending()) {
            return serve(SelectorProvider.provider(), where, where, ending, null);
        }
    }

    private List<InetSocketAddress> addresses() throws IOException {
        List<InetSocketAddress> all = new ArrayList<>();
        for (Address address : stack.addresses()) {
            all.add(new InetSocketAddress(InetAddress.getByAddress(address.octets()), port()));
        }
        return all;
    }

    private int serve(
            SelectorProvider channels,
            List<InetSocketAddress> where,
            List<InetSocketAddress> shown,
            Ending ending,
            @Nullable RunningStack running)
            throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        Service service = open(channels);
        for (InetSocketAddress address : where) {
            try {
                service.listen(address);
            } catch (BindException refused) {
                throw new CannotHere("cannot listen on " + list(List.of(address)) + ": " + refused.getMessage()
                        + advice(String.valueOf(refused.getMessage())));
            }
        }
        ending.by(service::stop);
        if (running != null) {
            running.whenGone(service::stop);
        }
        say(out, ready(shown), "ready");
        service.run();
        String epitaph = service.epitaph();
        if (!epitaph.isEmpty()) {
            say(out, epitaph, "done");
        }
        if (running != null) {
            running.check();
        }
        return 0;
    }

    private static String advice(String refusal) {
        if (refusal.contains("Permission")) {
            return ": the kernel lets root alone listen below 1024: choose another --port, or run as root";
        }
        return refusal.contains("in use") ? ": choose another --port, or end who has it" : ": choose another --address";
    }

    private void say(PrintWriter out, String text, String name) {
        if (json) {
            Map<String, @Nullable Object> said = new LinkedHashMap<>();
            said.put(name, text);
            out.println(JsonText.line(said));
        } else {
            out.println(text);
        }
        out.flush();
    }

    ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    /// Addresses and ports, as one reads them.
    static String list(List<InetSocketAddress> where) {
        return String.join(
                ", ",
                where.stream()
                        .map(address -> host(address) + " port " + address.getPort())
                        .toList());
    }

    static String host(InetSocketAddress address) {
        return Address.of(address.getAddress().getAddress()).toString();
    }
}
