package netkeep.tools.status;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import netkeep.tools.JsonText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `netkeep status`: a daemon's domains, links, addresses, routes and sessions.
@Command(
        name = "status",
        description = "Shows what a stack in processes of its own is and does.",
        mixinStandardHelpOptions = true)
public final class StatusCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    private SessionOption session = new SessionOption();

    @Option(names = "--json", description = "As JSON.")
    private boolean json;

    /// For picocli.
    public StatusCommand() {}

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try (Daemon daemon = session.daemon()) {
            DaemonStatus status = DaemonStatus.of(daemon);
            if (json) {
                out.println(JsonText.line(status.json()));
            } else {
                DaemonText.lines(status).forEach(out::println);
            }
        }
        out.flush();
        return 0;
    }
}
