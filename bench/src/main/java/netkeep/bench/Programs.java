package netkeep.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import netkeep.bench.Namespaces.Place;
import org.jspecify.annotations.Nullable;

/// Starts programs that know nothing of us, on stacks of ours by `./netkeep run`, and on the kernel's as they are.
final class Programs implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int REDIS_PORT = 6_379;
    private static final int IPERF3_PORT = 5_201;
    private static final String NETTY = "netty";

    private final Lab lab;
    private final SelfCommand self;
    private final Keepers keepers;
    private final Servers servers;

    /// Those on stacks of ours, by program and placement; the kernel's are the caller's.
    private final Map<String, Contender> running = new HashMap<>();

    Programs(Lab lab, SelfCommand self, Keepers keepers, Servers servers) {
        this.lab = lab;
        this.self = self;
        this.keepers = keepers;
        this.servers = servers;
    }

    private static String host(@Nullable Placed placed) {
        return placed == null ? Namespaces.KERNEL_SERVER : placed.server();
    }

    /// nginx as the kernel's side of other jobs has it.
    ///
    /// @param placed null for the kernel's stack
    Contender nginx(@Nullable Placed placed) throws IOException, InterruptedException {
        String directory = "nginx-" + (placed == null ? "kernel" : placed.id());
        return known(directory, placed)
                ? of(directory)
                : start(directory, placed, servers.nginxCommand(directory, host(placed)), Servers.HTTP_PORT);
    }

    /// redis-server, which writes nothing to disk.
    ///
    /// @param placed null for the kernel's stack
    Contender redis(@Nullable Placed placed) throws IOException, InterruptedException {
        List<String> command = List.of(
                "redis-server",
                "--bind",
                host(placed),
                "--port",
                String.valueOf(REDIS_PORT),
                "--save",
                "",
                "--protected-mode",
                "no",
                "--dir",
                lab.directory().toString());
        return open("redis", placed, command, REDIS_PORT);
    }

    /// iperf3's server.
    ///
    /// @param placed null for the kernel's stack
    Contender iperf3(@Nullable Placed placed) throws IOException, InterruptedException {
        return open("iperf3", placed, List.of("iperf3", "-s", "-p", String.valueOf(IPERF3_PORT)), IPERF3_PORT);
    }

    /// Netty's HTTP server, from its source: with the agent and a stack in its process, on a TAP of the caller's.
    ///
    /// @param placed null for the kernel's stack
    Contender netty(@Nullable Placed placed) throws IOException, InterruptedException {
        Path dist = Path.of(System.getProperty("netkeep.command", "")).resolveSibling("dist");
        if (!Files.isDirectory(dist.resolve("netty"))) {
            throw new IOException("no Netty in " + dist.resolve("netty") + ": build once more");
        }
        Path source = CPrograms.unpack(lab.directory(), "netty/NettyServer.java");
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC"));
        if (placed != null) {
            if (known(NETTY, placed)) {
                return of(NETTY);
            }
            lab.namespaces().tap(Place.LOAD, placed.device(), placed.load());
            command.add("-javaagent:" + dist.resolve("netkeep.jar") + "=link=tap:" + placed.device() + ",address="
                    + placed.server() + "/24,spin=" + Servers.SPIN_MICROS);
        }
        command.addAll(List.of("-cp", dist.resolve("netty") + "/*", source.toString()));
        command.addAll(List.of(
                host(placed), String.valueOf(Servers.HTTP_PORT), servers.file().toString()));
        if (placed == null) {
            return start(NETTY, null, command, Servers.HTTP_PORT);
        }
        Program program = lab.start(Place.LOAD, command);
        Contender ready = lab.ready(program, placed.server(), Servers.HTTP_PORT, placed.device(), PATIENCE);
        lab.namespaces().congestionControl(Place.LOAD, placed.device(), placed.load());
        running.put(NETTY, ready);
        return ready;
    }

    private Contender open(String name, @Nullable Placed placed, List<String> command, int port)
            throws IOException, InterruptedException {
        String key = name + "-" + (placed == null ? "kernel" : placed.id());
        return known(key, placed) ? of(key) : start(key, placed, command, port);
    }

    private boolean known(String key, @Nullable Placed placed) {
        Contender there = running.get(key);
        return placed != null && there != null && there.server().isAlive();
    }

    private Contender of(String key) {
        Contender there = running.get(key);
        if (there == null) {
            throw new IllegalStateException("nobody started " + key);
        }
        return there;
    }

    private Contender start(String key, @Nullable Placed placed, List<String> command, int port)
            throws IOException, InterruptedException {
        if (placed == null) {
            Program program = lab.start(Place.SERVER, command);
            return lab.ready(program, host(null), port, Namespaces.VETH, PATIENCE);
        }
        Program keeper = keepers.of(placed);
        List<String> line = new ArrayList<>(
                List.of("run", "--session", keepers.session(placed).toString(), "--"));
        line.addAll(command);
        Program program = lab.start(Place.LOAD, self.asUser(line));
        Contender ready = lab.ready(program, placed.server(), port, placed.device(), PATIENCE)
                .keptBy(keeper);
        running.put(key, ready);
        return ready;
    }

    @Override
    public void close() {
        running.values().forEach(Contender::close);
        running.clear();
    }
}
