package netkeep.tools.capture;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntFunction;
import netkeep.placement.Boundary;
import netkeep.placement.CaptureFilter;
import netkeep.placement.CaptureWish;
import netkeep.placement.Settings;
import netkeep.ring.CaptureWriter;
import netkeep.tools.serve.Ending;
import netkeep.tools.status.Daemon;
import netkeep.tools.status.SessionOption;
import netkeep.wire.Address;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `netkeep capture`: what crosses a boundary of a daemon that runs, live.
@Command(
        name = "capture",
        description = "Shows what crosses a boundary of a stack in processes of its own, until it is told to end: "
                + "frames between link and device or link and stack, or requests, events and octets of sessions.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class CaptureCommand implements Callable<Integer> {
    private static final int MOST = CaptureWriter.LONGEST / 2;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(
            index = "0",
            paramLabel = "BOUNDARY",
            defaultValue = "link",
            description = "link, stack or session (default: ${DEFAULT-VALUE}).")
    private Boundary boundary = Boundary.LINK;

    @Mixin
    private SessionOption session = new SessionOption();

    @Option(
            names = {"-w", "--write"},
            paramLabel = "FILE",
            description = "Writes pcapng there instead of lines; - for standard output.")
    private @Nullable String file;

    @Option(names = "--host", paramLabel = "ADDRESS", description = "On either side.")
    private @Nullable String host;

    @Option(names = "--port", paramLabel = "N", description = "On either side.")
    private int port = -1;

    @Option(names = "--protocol", paramLabel = "NAME", description = "tcp, udp, icmp, icmp6, igmp, arp, ip or ip6.")
    private String protocol = "";

    @Option(
            names = "--client",
            paramLabel = "N",
            description = "The session of this number, as status has it; at the boundary session alone.")
    private int client = -1;

    @Option(
            names = {"-s", "--snap"},
            paramLabel = "OCTETS",
            description = "This much of each.")
    private int snap = MOST;

    @Option(
            names = {"-c", "--count"},
            paramLabel = "N",
            description = "Ends after so many.")
    private long count = Long.MAX_VALUE;

    @Option(names = "--json", description = "Lines are JSON.")
    private boolean json;

    /// For picocli.
    public CaptureCommand() {}

    @Override
    public Integer call() throws IOException {
        if (client >= 0 && boundary != Boundary.SESSION) {
            throw usage("--client is for the boundary session: a frame does not say whose it is");
        }
        int reader = ThreadLocalRandom.current().nextInt();
        CaptureWish wish = new CaptureWish(reader, boundary, Math.clamp(snap, 0, MOST), filter());
        try (Ending ending = new Ending();
                Daemon daemon = session.daemon();
                Sink sink = sink(names(daemon), wish.octets())) {
            Capturing capturing =
                    new Capturing(daemon, wish, sink, count, spec.commandLine().getErr());
            ending.by(capturing::end);
            capturing.run();
        }
        return 0;
    }

    private CaptureFilter filter() {
        try {
            Address address = host == null ? null : Address.parse(host);
            return new CaptureFilter(address, port, protocol.toLowerCase(Locale.ROOT), client);
        } catch (IllegalArgumentException wrong) {
            throw usage(String.valueOf(wrong.getMessage()));
        }
    }

    /// Links by their numbers; 0 is the stack's own loopback.
    private static IntFunction<String> names(Daemon daemon) throws IOException {
        Settings settings = Settings.parse(daemon.ask("settings"));
        return link -> link == 0
                ? "lo"
                : link <= settings.devices().size()
                        ? settings.devices().get(link - 1).name()
                        : "link " + link;
    }

    private Sink sink(IntFunction<String> names, int octets) throws IOException {
        if (file == null) {
            return new LineSink(spec.commandLine().getOut(), names, json);
        }
        return new PcapSink(file.equals("-") ? standardOutput() : open(Path.of(file)), names, octets);
    }

    private static FileChannel standardOutput() {
        return new FileOutputStream(FileDescriptor.out).getChannel();
    }

    private static FileChannel open(Path path) throws IOException {
        return FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
