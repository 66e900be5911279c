package netkeep.tools.status;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import netkeep.placement.SocketLine;
import netkeep.session.Terms;
import netkeep.tools.JsonText;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `netkeep ss`: the sockets of running stacks, as ss(8) shows those of the kernel.
@Command(
        name = "ss",
        description = "Shows the sockets of this user's running stacks, in the words of ss.",
        mixinStandardHelpOptions = false,
        sortOptions = false)
public final class SsCommand implements Callable<Integer> {
    /// Sockets of each session of a daemon for which there is a place.
    private static final long SHARE = Terms.MOST_SOCKETS;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = {"-t", "--tcp"},
            description = "TCP alone, or with -u both.")
    private boolean tcp;

    @Option(
            names = {"-u", "--udp"},
            description = "UDP alone, or with -t both.")
    private boolean udp;

    @Option(
            names = {"-l", "--listening"},
            description = "Those that listen.")
    private boolean listening;

    @Option(
            names = {"-a", "--all"},
            description = "Those that listen, too.")
    private boolean all;

    @Option(
            names = {"-n", "--numeric"},
            description = "Numbers: nothing else is ever shown.")
    @SuppressWarnings("UnusedVariable") // what it asks for is always so
    private boolean numeric;

    @Option(
            names = {"-4", "--ipv4"},
            description = "IPv4 alone.")
    private boolean ipv4;

    @Option(
            names = {"-6", "--ipv6"},
            description = "IPv6 alone.")
    private boolean ipv6;

    @Option(
            names = {"-o", "--options"},
            description = "With timers.")
    private boolean timers;

    @Option(
            names = {"-e", "--extended"},
            description = "With timers and the number of the record.")
    private boolean extended;

    @Option(
            names = {"-m", "--memory"},
            description = "With buffers.")
    private boolean memory;

    @Option(
            names = {"-i", "--info"},
            description = "With what TCP knows.")
    private boolean internals;

    @Option(
            names = {"-p", "--processes"},
            description = "With the process.")
    private boolean processes;

    @Option(
            names = {"-H", "--no-header"},
            description = "Without the line of titles.")
    private boolean noHeader;

    @Option(names = "--stack", paramLabel = "PID", description = "Of this process alone.")
    private long pid;

    @Option(names = "--session", paramLabel = "PATH", description = "Of the daemon whose programs attach there.")
    private @Nullable Path session;

    @Option(
            names = {"-j", "--json"},
            description = "As JSON: an array of objects.")
    private boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this.")
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    private boolean help;

    /// For picocli.
    public SsCommand() {}

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        List<Map<String, Object>> objects = new ArrayList<>();
        boolean titled = noHeader || json;
        Map<Long, Long> clients = new HashMap<>();
        for (StatusClient.Answer answer : answers(clients)) {
            for (String line : answer.lines()) {
                Map<String, Object> fields = SocketLine.fields(line);
                if (!wanted(fields)) {
                    continue;
                }
                // A daemon's sockets are those of its clients' processes.
                long socket = fields.get("sk") instanceof Long index ? index : -1;
                long process = clients.getOrDefault(Math.floorDiv(socket, SHARE), answer.pid());
                if (!titled) {
                    out.println(SocketText.HEAD);
                    titled = true;
                }
                if (json) {
                    Map<String, Object> object = new LinkedHashMap<>(fields);
                    object.put("pid", process);
                    objects.add(object);
                } else {
                    SocketText.Show show =
                            new SocketText.Show(timers || extended, extended, memory, internals, processes);
                    new SocketText(fields).lines(show, process).forEach(out::println);
                }
            }
        }
        if (json) {
            out.println(JsonText.line(objects));
        } else if (!titled) {
            out.println(SocketText.HEAD);
        }
        out.flush();
        return 0;
    }

    /// @param clients gets the process of each session, where a daemon is asked
    private List<StatusClient.Answer> answers(Map<Long, Long> clients) throws IOException {
        if (session == null) {
            return StatusClient.ask(StatusServer.SOCKETS, pid);
        }
        try (Daemon daemon = Daemon.at(session)) {
            daemon.lines("sessions").forEach(line -> clients.put(line.number("number"), line.number("pid")));
            return List.of(new StatusClient.Answer(daemon.keeper(), daemon.sockets()));
        }
    }

    private boolean wanted(Map<String, Object> fields) {
        boolean isUdp = "udp".equals(fields.get("netid"));
        if ((tcp || udp) && !(isUdp ? udp : tcp)) {
            return false;
        }
        boolean isV6 = String.valueOf(fields.get("local")).contains(":");
        if ((ipv4 || ipv6) && !(isV6 ? ipv6 : ipv4)) {
            return false;
        }
        String state = String.valueOf(fields.get("state"));
        boolean listens = state.equals("LISTEN") || state.equals("UNCONN");
        return all || listening == listens;
    }
}
