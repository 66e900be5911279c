package netkeep.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import netkeep.bench.Namespaces.Place;

/// Starts the servers of both sides, each with its best settings. Those of the kernel's side are the caller's to close.
final class Servers implements AutoCloseable {
    /// The file of the `http` jobs, and that of `http-bare`: the lengths of the bodies.
    static final int FILE = 612;

    static final int SMALL_FILE = 128;

    /// How long our side spins before it sleeps, where it may: longer than any pause within a run.
    static final int SPIN_MICROS = 1_000;

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    static final int HTTP_PORT = 80;

    private final Lab lab;
    private final SelfCommand self;
    private final Path root;
    private final Keepers keepers;
    private final Programs programs;
    private final Map<Placed, Running> running = new EnumMap<>(Placed.class);
    private boolean ceilingHasTap;

    /// A server of ours.
    private record Running(List<String> arguments, Contender contender) {}

    Servers(Lab lab, SelfCommand self) throws IOException {
        this.lab = lab;
        this.self = self;
        this.keepers = new Keepers(lab, self);
        this.programs = new Programs(lab, self, keepers, this);
        this.root = Files.createDirectory(lab.directory().resolve("root"));
        for (int length : new int[] {FILE, SMALL_FILE}) {
            Files.write(root.resolve(name(length)), content(length));
        }
    }

    /// The path of a file of this length.
    static String path(int length) {
        return "/" + name(length);
    }

    /// The file of the `http` jobs.
    Path file() {
        return root.resolve(name(FILE));
    }

    static byte[] content(int length) {
        byte[] octets = new byte[length];
        for (int i = 0; i < length; i++) {
            octets[i] = (byte) ('a' + i % 26);
        }
        return octets;
    }

    private static String name(int length) {
        return length + ".txt";
    }

    /// Our server of files on our stack.
    ///
    /// @param workNs added to each request
    Contender http(Placed placed, int spinMicros, int workNs) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(httpArguments());
        if (workNs != 0) {
            arguments.addAll(List.of("--work", String.valueOf(workNs)));
        }
        return ours(placed, arguments, HTTP_PORT, spinMicros);
    }

    /// The command that starts it, as a user types it.
    List<String> httpCommand() {
        List<String> arguments = new ArrayList<>(httpArguments());
        arguments.addAll(stackArguments(0, HTTP_PORT));
        return self.asUser(arguments);
    }

    private List<String> httpArguments() {
        return List.of("serve", "http", "--root", root.toString());
    }

    /// One of our small servers on our stack.
    Contender small(Placed placed, String subcommand, int port, int spinMicros)
            throws IOException, InterruptedException {
        return ours(placed, List.of(subcommand), port, spinMicros);
    }

    /// Programs that know nothing of us.
    Programs programs() {
        return programs;
    }

    /// The keepers of stacks in domains of their own.
    Keepers keepers() {
        return keepers;
    }

    private static List<String> stackArguments(int spinMicros, int port) {
        return List.of(
                "--link",
                "tap:" + Placed.EMBEDDED.device(),
                "--address",
                Namespaces.OUR_SERVER + "/24",
                "--kernel-address",
                Namespaces.OUR_LOAD + "/24",
                "--port",
                String.valueOf(port),
                "--spin",
                String.valueOf(spinMicros));
    }

    /// One of our servers. The one that ran last in this placement goes on if it is the same, and is ended if
    /// it is not: there is one TAP. Embedded it spins as told; attached to a stack it sleeps, as all that share
    /// its core.
    private Contender ours(Placed placed, List<String> server, int port, int spinMicros)
            throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(server);
        Program keeper = null;
        if (placed == Placed.EMBEDDED) {
            arguments.addAll(stackArguments(spinMicros, port));
        } else {
            keeper = keepers.of(placed);
            String session = keepers.session(placed).toString();
            arguments.addAll(List.of("--session", session, "--port", String.valueOf(port), "--spin", "0"));
        }
        Running last = running.get(placed);
        if (last != null
                && last.contender().server().isAlive()
                && last.arguments().equals(arguments)) {
            return last.contender();
        }
        if (last != null) {
            last.contender().close();
        }
        Program program = lab.start(Place.LOAD, self.with(arguments.toArray(String[]::new)));
        Contender ready = lab.ready(program, placed.server(), port, placed.device(), PATIENCE)
                .keptBy(keeper);
        running.put(placed, new Running(arguments, ready));
        if (keeper == null) {
            lab.namespaces().congestionControl(Place.LOAD, placed.device(), placed.load());
        }
        return ready;
    }

    /// Ends our servers that ran last, and the stacks that they were attached to.
    @Override
    public void close() {
        running.values().forEach(last -> last.contender().close());
        running.clear();
        programs.close();
        keepers.close();
    }

    /// nginx with one worker, no log, its cache of open files, and without sendfile, which costs it a tenth with files
    /// this small.
    Contender nginx() throws IOException, InterruptedException {
        return kernel(nginxCommand("nginx", Namespaces.KERNEL_SERVER), HTTP_PORT);
    }

    /// The command that starts it.
    ///
    /// @param name of its directory
    List<String> nginxCommand(String name, String address) throws IOException {
        Path directory = lab.directory().resolve(name);
        Files.createDirectories(directory);
        Path configuration = directory.resolve("nginx.conf");
        Files.writeString(configuration, """
                daemon off;
                user root;
                worker_processes 1;
                pid %1$s/pid;
                error_log stderr error;
                events { worker_connections 4096; }
                http {
                    access_log off;
                    sendfile off;
                    keepalive_requests 1000000000;
                    open_file_cache max=100 inactive=1h;
                    open_file_cache_valid 1h;
                    client_body_temp_path %1$s;
                    proxy_temp_path %1$s;
                    fastcgi_temp_path %1$s;
                    uwsgi_temp_path %1$s;
                    scgi_temp_path %1$s;
                    types { text/plain txt; }
                    server { listen %2$s:%3$d; root %4$s; }
                }
                """.formatted(directory, address, HTTP_PORT, root));
        return List.of("nginx", "-p", directory.toString(), "-e", "stderr", "-c", configuration.toString());
    }

    /// Our server of files, unchanged, on the JDK's own channels and so on the kernel's stack.
    ///
    /// @param workNs added to each request
    Contender httpOnKernel(int workNs) throws IOException, InterruptedException {
        List<String> command = self.with(
                "bench",
                HttpOnKernel.NAME,
                "--root",
                root.toString(),
                "--address",
                Namespaces.KERNEL_SERVER,
                "--port",
                String.valueOf(HTTP_PORT),
                "--work",
                String.valueOf(workNs));
        return kernel(command, HTTP_PORT);
    }

    /// The bare epoll server in C.
    Contender bare(int port) throws IOException, InterruptedException {
        return kernel(lab.programs().command("bare", Namespaces.KERNEL_SERVER, String.valueOf(port)), port);
    }

    /// The small server in C: `echo`, `discard` or `source`.
    Contender peer(String mode, int port) throws IOException, InterruptedException {
        return kernel(lab.programs().command("peer", mode, Namespaces.KERNEL_SERVER, String.valueOf(port)), port);
    }

    private Contender kernel(List<String> command, int port) throws IOException, InterruptedException {
        return lab.ready(lab.start(Place.SERVER, command), Namespaces.KERNEL_SERVER, port, Namespaces.VETH, PATIENCE);
    }

    /// The bare responder in C, on a TAP like ours: `echo`, `discard` or `source`, or a file with what it answers to
    /// each request. It spins as ours does in the same job.
    Contender ceiling(String what, int port, int spinMicros) throws IOException, InterruptedException {
        if (!ceilingHasTap) {
            lab.namespaces().ceiling();
            ceilingHasTap = true;
        }
        List<String> command = lab.programs().command("ceiling", Namespaces.CEILING, String.valueOf(spinMicros), what);
        Program program = lab.start(Place.LOAD, command);
        return lab.ready(program, Namespaces.CEILING_SERVER, port, Namespaces.CEILING, PATIENCE);
    }

    /// The same, answering each request with what `server` answers now, octet by octet.
    Contender ceiling(Contender server, int length, int spinMicros) throws IOException, InterruptedException {
        Path answer = lab.directory().resolve("answer");
        Files.writeString(answer, get(server, length, "--include"), StandardCharsets.ISO_8859_1);
        return ceiling(answer.toString(), server.port(), spinMicros);
    }

    /// Gets a file once and compares it.
    ///
    /// @throws IOException if it is not the file
    void check(Contender server, int length) throws IOException, InterruptedException {
        String got = get(server, length);
        if (!got.equals(Files.readString(root.resolve(name(length))))) {
            throw new IOException(server.host() + ":" + server.port() + path(length) + " is not the file, but "
                    + got.length() + " other characters");
        }
    }

    private String get(Contender server, int length, String... more) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("curl", "--silent", "--show-error", "--fail", "--max-time", "5"));
        command.addAll(List.of(more));
        command.add("http://" + server.host() + ":" + server.port() + path(length));
        return lab.load(1, 1_000, command);
    }
}
