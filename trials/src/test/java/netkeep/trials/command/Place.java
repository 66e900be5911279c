package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import netkeep.domain.Line;
import netkeep.linux.LinuxException;
import netkeep.linux.NetworkNamespace;
import netkeep.session.Ask;
import netkeep.trials.Java;

/// A network namespace in which commands run, ours and the system's. What still runs ends with it.
final class Place implements AutoCloseable {
    static final String OURS_4 = "198.18.0.2";
    static final String OURS_6 = "fd00:198:18::2";
    static final String KERNEL_4 = "198.18.0.1";
    static final String KERNEL_6 = "fd00:198:18::1";
    /// A TAP in this namespace, with addresses of both families on either side.
    static final List<String> LINK = List.of(
            "--link",
            "tap:nk-cmd",
            "--address",
            OURS_4 + "/24",
            "--address",
            OURS_6 + "/64",
            "--kernel-address",
            KERNEL_4 + "/24",
            "--kernel-address",
            KERNEL_6 + "/64");

    private static final long PATIENCE_S = 40;

    private final NetworkNamespace space;
    private final Path directory;
    private final List<Process> started = new ArrayList<>();
    private int outputs;

    /// What a command said, and how it ended.
    record Said(int code, String out, String err) {}

    Place(Path directory) {
        this.directory = directory;
        NetworkNamespace made = null;
        try {
            made = NetworkNamespace.make();
        } catch (LinuxException refused) {
            assumeTrue(false, "no network namespace: " + refused.getMessage());
        }
        this.space = Objects.requireNonNull(made);
    }

    NetworkNamespace space() {
        return space;
    }

    /// Whether the system has such a program.
    static boolean has(String program) {
        return Arrays.stream((System.getenv("PATH") + ":/usr/sbin:/sbin").split(":", -1))
                .anyMatch(place -> Files.isExecutable(Path.of(place, program)));
    }

    /// The command line of a command of ours, with this JVM and its class path.
    static List<String> netkeep(List<String> arguments) {
        List<String> line = Java.line("-Dnetkeep.rehearsal=20");
        line.add("netkeep.tools.Main");
        line.addAll(arguments);
        return line;
    }

    /// Where the sources are.
    static Path root() {
        Path here = Path.of("").toAbsolutePath();
        return Files.isDirectory(here.resolve("shim")) ? here : here.getParent();
    }

    /// The command line of an unmodified program on a stack.
    static List<String> run(Path session, String... program) {
        List<String> line = new ArrayList<>(List.of(root().resolve("netkeep").toString(), "run"));
        line.addAll(List.of("--session", session.toString(), "--"));
        line.addAll(List.of(program));
        return line;
    }

    /// One that runs; its output is in a file.
    final class Running {
        private final Process process;
        private final Path out;
        private final Path err;

        private Running(List<String> line) throws IOException {
            out = directory.resolve("out" + outputs);
            err = directory.resolve("err" + outputs++);
            process = space.start(new ProcessBuilder(line)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile()));
            started.add(process);
        }

        long pid() {
            return process.pid();
        }

        boolean alive() {
            return process.isAlive();
        }

        /// Ends it at once, and waits until it is gone.
        void kill() {
            process.destroyForcibly();
            process.onExit().join();
        }

        /// What it has said so far.
        String out() throws IOException {
            return Files.readString(out);
        }

        /// What it has complained of so far.
        String err() throws IOException {
            return Files.readString(err);
        }

        /// Waits until it has said something.
        void says(String text) throws Exception {
            long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
            while (!Files.readString(out).contains(text)
                    && !Files.readString(err).contains(text)) {
                if (!process.isAlive() || System.nanoTime() > endNs) {
                    throw new AssertionError(
                            "never said \"" + text + "\": " + Files.readString(out) + Files.readString(err));
                }
                Thread.sleep(10);
            }
        }

        /// Tells it to end, by SIGTERM: a test run in the background has SIGINT ignored, and so have its children.
        Said stop() throws Exception {
            process.destroy();
            return end();
        }

        Said end() throws Exception {
            return end(PATIENCE_S);
        }

        Said end(long seconds) throws Exception {
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("did not end: " + Files.readString(out) + Files.readString(err));
            }
            return new Said(
                    process.exitValue(),
                    new String(Files.readAllBytes(out), StandardCharsets.ISO_8859_1),
                    Files.readString(err, StandardCharsets.ISO_8859_1));
        }
    }

    Running start(List<String> line) throws IOException {
        return new Running(line);
    }

    /// What comes about in another process.
    interface Condition {
        boolean holds() throws Exception;
    }

    /// Waits until it holds.
    ///
    /// @param otherwise what is wrong if it does not
    static void await(String otherwise, Condition condition) throws Exception {
        await(PATIENCE_S, otherwise, condition);
    }

    /// As above.
    ///
    /// @param seconds until it must hold
    static void await(long seconds, String otherwise, Condition condition) throws Exception {
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!condition.holds()) {
            assertTrue(System.nanoTime() < endNs, otherwise);
            Thread.sleep(10);
        }
    }

    /// What a daemon says, nothing while who is to answer dies. Asked here: a process for each question would take from
    /// those that are waited for.
    static String asked(Path session, String question) {
        try (Line line = Line.to(session.toString())) {
            line.send(Ask.question(question));
            return Ask.read(line.receive().octets()).text();
        } catch (IOException died) {
            return "";
        }
    }

    /// Waits until somebody listens on a port of the kernel's, over both families.
    void awaitListener(int port) throws Exception {
        String local = String.format(Locale.ROOT, ":%04X ", port);
        for (String file : List.of("tcp", "tcp6")) {
            Path table = Path.of("/proc/thread-self/net", file);
            await(
                    "nobody listens on port " + port,
                    () -> space.call(() -> Files.readString(table)).contains(local));
        }
    }

    /// Runs a command to its end.
    Said run(String... line) throws Exception {
        return start(List.of(line)).end();
    }

    /// Starts a command of ours on this place's TAP.
    Running ours(String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(LINK);
        return start(netkeep(all));
    }

    /// Runs a command of ours, with no link of its own.
    Said command(String... arguments) throws Exception {
        return start(netkeep(List.of(arguments))).end();
    }

    /// Compiles a program of C that lies beside these tests, with `shim/netkeep_session.c`.
    ///
    /// @param name of its file, without `.c`
    Path compile(String name, String... options) throws Exception {
        Path shim = root().resolve("shim");
        Path source = directory.resolve(name + ".c");
        Path program = directory.resolve(name);
        try (InputStream text = Objects.requireNonNull(Place.class.getResourceAsStream(name + ".c"))) {
            Files.write(source, text.readAllBytes());
        }
        List<String> line = new ArrayList<>(List.of("gcc", "-O2", "-std=c11", "-Wall", "-Wextra", "-Wpedantic"));
        line.addAll(List.of("-Werror", "-I" + shim, "-o", program.toString()));
        line.addAll(List.of(options));
        line.addAll(List.of(source.toString(), shim.resolve("netkeep_session.c").toString()));
        Said said = start(line).end();
        assertEquals("", said.err());
        assertEquals(0, said.code());
        return program;
    }

    /// Connects as a program of the kernel's.
    SocketChannel connect(String address, int port) throws Exception {
        SocketChannel channel = space.call(SocketChannel::open);
        channel.connect(new InetSocketAddress(InetAddress.ofLiteral(address), port));
        return channel;
    }

    /// Sends octets to a server that sends them back.
    static void echo(SocketChannel channel, int octets) throws IOException {
        byte[] sent = new byte[octets];
        new SplittableRandom(1).nextBytes(sent);
        channel.write(ByteBuffer.wrap(sent));
        ByteBuffer back = ByteBuffer.allocate(octets);
        while (back.hasRemaining()) {
            assertTrue(channel.read(back) > 0);
        }
        assertArrayEquals(sent, back.array());
    }

    @Override
    public void close() {
        for (Process process : started) {
            // Workers outlive a master that is killed.
            List<ProcessHandle> workers = process.descendants().toList();
            process.destroyForcibly();
            workers.forEach(ProcessHandle::destroyForcibly);
        }
        for (Process process : started) {
            process.onExit().join();
        }
        space.close();
    }
}
