package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.InputStream;
import java.net.ConnectException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import netkeep.linux.Threads;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `netkeep run`: programs that know nothing of us, with the kernel's stack on the other side.
@Timeout(120)
class ProgramsTest {
    private static final int LENGTH = 12_000_001;
    private static final int PORT = 8080;

    @TempDir
    private Path directory;

    private Place place;
    private Path session;

    @BeforeEach
    void begin() throws Exception {
        place = new Place(directory);
        session = directory.resolve("session");
        // Workers of nginx are another user.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @AfterEach
    void end() {
        place.close();
    }

    /// The command line of a program on our stack.
    private List<String> ours(String... program) {
        return Place.run(session, program);
    }

    static void needs(String... programs) {
        for (String program : programs) {
            assumeTrue(Place.has(program), "no " + program);
        }
    }

    private byte[] content() throws Exception {
        byte[] content = new byte[LENGTH];
        Seeds.luck(1).nextBytes(content);
        Files.write(directory.resolve("file"), content);
        return content;
    }

    /// @param addresses to listen at
    private String[] nginx(String name, int workers, String... addresses) throws Exception {
        Path configuration = directory.resolve(name + ".conf");
        StringBuilder text = new StringBuilder("daemon off; error_log stderr; worker_processes " + workers + ";\n");
        text.append("pid ").append(directory.resolve(name + ".pid")).append("; events { worker_connections 256; }\n");
        text.append("http { access_log off;\n");
        for (String kind : List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) {
            text.append(kind)
                    .append("_temp_path ")
                    .append(directory.resolve(name + kind))
                    .append(";\n");
        }
        text.append("server {");
        for (String address : addresses) {
            text.append(" listen ").append(at(address)).append(";");
        }
        Files.writeString(configuration, text.append(" root ").append(directory).append("; } }\n"));
        return new String[] {"nginx", "-c", configuration.toString()};
    }

    private static String at(String address) {
        return (address.contains(":") ? "[" + address + "]" : address) + ":" + PORT;
    }

    private void awaitOurs(String address) throws Exception {
        Place.await("nobody listens at " + address, () -> {
            try {
                place.connect(address, PORT).close();
                return true;
            } catch (ConnectException notYet) {
                return false;
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"monolithic", "factored"})
    @Row(program = "curl *", scenario = "downloads a file")
    void curlGetsEachOctetThoughTheStackDies(String placement) throws Exception {
        needs("gcc", "nginx", "curl");
        byte[] content = content();
        Daemon up = new Daemon(place, session, placement);
        place.start(List.of(nginx("kernels", 1, Place.KERNEL_4, Place.KERNEL_6)));
        place.awaitListener(PORT);
        for (String address : new String[] {Place.KERNEL_4, Place.KERNEL_6}) {
            Path got = directory.resolve("got" + address.length());
            int deaths = up.restarts("stack");
            up.await("one stands by");
            String url = "http://" + at(address) + "/file";
            Place.Running curl = place.start(ours("curl", "-sSg", "--limit-rate", "12M", "-o", got.toString(), url));
            Place.await("nothing came", () -> Files.exists(got) && Files.size(got) > LENGTH / 10);
            up.kill("stack", deaths, Threads.SIGKILL);
            Place.Said said = curl.end();
            assertEquals("", said.err());
            assertEquals(0, said.code());
            assertTrue(Arrays.equals(content, Files.readAllBytes(got)), "octets of curl");
            up.awaitRestarts("stack", deaths + 1);
        }
        assertEquals(7, place.start(ours("sh", "-c", "exit 7")).end().code());
        Place.Said cleaned = place.start(ours(
                        "env",
                        "-i",
                        "curl",
                        "-sS",
                        "-o",
                        directory.resolve("got").toString(),
                        "-w",
                        "%{local_ip}",
                        "http://" + at(Place.KERNEL_4) + "/file"))
                .end();
        assertEquals(Place.OURS_4, cleaned.out(), cleaned.err());
        up.await("sessions: 0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"monolithic", "factored"})
    @Row(
            program = "nginx *",
            scenario = "two workers serve a file and small requests at a listener that their master opened")
    void nginxWithWorkersServesOverADeath(String placement) throws Exception {
        needs("gcc", "nginx", "curl", "wrk");
        byte[] content = content();
        Daemon up = new Daemon(place, session, placement);
        Place.Running nginx = place.start(ours(nginx("ours", 2, Place.OURS_4, Place.OURS_6)));
        awaitOurs(Place.OURS_4);
        for (String address : new String[] {Place.OURS_4, Place.OURS_6}) {
            Path got = directory.resolve("got" + address.length());
            up.await("one stands by");
            Place.Running curl = place.start(List.of(
                    "curl", "-sSg", "--limit-rate", "12M", "-o", got.toString(), "http://" + at(address) + "/file"));
            Place.await("nothing came", () -> Files.exists(got) && Files.size(got) > LENGTH / 10);
            int deaths = up.restarts("stack");
            up.kill("stack", deaths, Threads.SIGKILL);
            Place.Said said = curl.end();
            assertEquals("", said.err());
            assertEquals(0, said.code());
            assertTrue(Arrays.equals(content, Files.readAllBytes(got)), "octets");
            up.awaitRestarts("stack", deaths + 1);
        }
        Files.writeString(directory.resolve("small"), "small\n");
        Place.Said wrk = place.run("wrk", "-t1", "-c16", "-d1", "http://" + at(Place.OURS_4) + "/small");
        assertTrue(wrk.out().contains("Requests/sec"), wrk.out() + wrk.err());
        assertTrue(!wrk.out().contains("Socket errors") && !wrk.out().contains("Non-2xx"), wrk.out());

        // A worker that is killed leaves its connections to the kernel, which counts their descriptors.
        Path cut = directory.resolve("cut");
        Place.Running curl = place.start(List.of(
                "curl", "-sS", "--limit-rate", "2M", "-o", cut.toString(), "http://" + at(Place.OURS_4) + "/file"));
        Place.await("nothing came", () -> Files.exists(cut) && Files.size(cut) > 0);
        ProcessHandle.of(nginx.pid()).orElseThrow().children().forEach(ProcessHandle::destroyForcibly);
        assertTrue(curl.end().code() != 0);
        Place.await(
                "no worker came after the dead",
                () -> place.run("curl", "-sSf", "http://" + at(Place.OURS_4) + "/small")
                        .out()
                        .equals("small\n"));
    }

    /// The same server and client, at an address that a rule takes from the kernel, and at one that it gives to it.
    @Test
    void rulesSayWhoseAnAddressIs() throws Exception {
        needs("gcc", "python3", "curl");
        byte[] content = content();
        new Daemon(place, session, "monolithic");
        assertEquals(0, place.run("ip", "link", "set", "lo", "up").code());
        String loopback = "127.0.0.1";
        place.start(ruled("--netkeep=127.0.0.0/8", server(loopback)));
        place.start(ruled("--kernel=" + Place.KERNEL_4 + "@" + PORT, server(Place.KERNEL_4)));
        Path got = directory.resolve("got");
        String[] near = {"curl", "-sS", "-o", got.toString(), "http://" + at(loopback) + "/file"};
        Place.await(
                "the stack's loopback has no server",
                () -> place.start(ruled("--netkeep=" + loopback + "@" + PORT, near))
                                .end()
                                .code()
                        == 0);
        assertTrue(Arrays.equals(content, Files.readAllBytes(got)), "octets");
        assertEquals(7, place.run(near).code(), "the kernel's loopback has a server");
        String far = "http://" + at(Place.KERNEL_4) + "/file";
        Place.await(
                "the kernel has no server",
                () -> place.run("curl", "-sS", "-o", got.toString(), far).code() == 0);
        String[] here = {"curl", "-sS", "-o", got.toString(), "http://" + at(loopback)};
        assertEquals(7, place.start(ruled("--kernel=127.0.0.0/8", here)).end().code(), "the kernel alone is asked");
        assertEquals(0, place.start(ours(here)).end().code(), "whom the kernel refuses the stack is asked for");
    }

    /// Each with a session of its own: who connects is led to the one or the other, and to nobody who has not asked for
    /// that.
    @Test
    void programsShareAPortByTheOptionForThat() throws Exception {
        needs("gcc", "python3");
        new Daemon(place, session, "monolithic");
        String serves = """
                import socket, sys
                s = socket.socket()
                s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                s.bind((sys.argv[1], int(sys.argv[2])))
                s.listen(64)
                print("listens", flush=True)
                while True:
                    s.accept()[0].sendall(sys.argv[3].encode())
                """;
        for (String name : List.of("1", "2")) {
            place.start(ours("python3", "-c", serves, Place.OURS_4, "" + PORT, name))
                    .says("listens");
        }
        Set<Integer> met = new TreeSet<>();
        for (int i = 0; i < 64; i++) {
            try (SocketChannel channel = place.connect(Place.OURS_4, PORT)) {
                met.add(channel.socket().getInputStream().read() - '0');
            }
        }
        assertEquals(Set.of(1, 2), met);
        Place.Said alone = place.start(ours(server(Place.OURS_4))).end();
        assertEquals(1, alone.code());
        assertTrue(alone.err().contains("Address already in use"), alone.err());
    }

    private String[] server(String address) {
        return new String[] {"python3", "-m", "http.server", "--bind", address, "-d", directory.toString(), "" + PORT};
    }

    private List<String> ruled(String rule, String... program) {
        List<String> line = ours(program);
        line.add(2, rule);
        return line;
    }

    /// The same program says the same on both stacks, line by line: what each call returns, and its errno.
    @Test
    void cornersOfTheSocketApiAreAsTheKernelHasThem() throws Exception {
        needs("gcc", "ip");
        new Daemon(place, session, "monolithic");
        assertEquals(0, place.run("ip", "link", "set", "lo", "up").code());
        Path program = compile("corners");
        Path library = library();
        Place.Said asan = place.run("gcc", "-print-file-name=libasan.so");
        Path sanitizer = Path.of(asan.out().strip()).toRealPath();
        for (String[] addresses : new String[][] {
            {"4", Place.KERNEL_4, Place.OURS_4}, {"6", Place.KERNEL_6, Place.OURS_6},
        }) {
            Place.Said kernels = place.run(program.toString(), addresses[0], addresses[1], addresses[1], "7100");
            assertTrue(kernels.out().endsWith("end\n"), kernels.out() + kernels.err());
            Place.Said said = place.run(
                    "env",
                    "ASAN_OPTIONS=detect_leaks=0:handle_segv=0:handle_sigbus=0",
                    "NETKEEP_SESSION=" + session,
                    "LD_PRELOAD=" + sanitizer + ":" + library,
                    program.toString(),
                    addresses[0],
                    addresses[2],
                    addresses[1],
                    "7200");
            assertEquals("", said.err());
            assertEquals(kernels.out(), said.out());
        }
    }

    private Path compile(String name) throws Exception {
        Path source = directory.resolve(name + ".c");
        try (InputStream text = Objects.requireNonNull(ProgramsTest.class.getResourceAsStream(name + ".c"))) {
            Files.write(source, text.readAllBytes());
        }
        Path program = directory.resolve(name);
        compiled(gcc("-O2", "-o", program.toString(), source.toString()));
        return program;
    }

    /// The library with sanitizers, two files at a time: all at once takes a busy machine too long.
    private Path library() throws Exception {
        Path library = directory.resolve("libnetkeep.so");
        String[] how = {"-fPIC", "-fvisibility=hidden", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"};
        List<String> link = new ArrayList<>(List.of("-shared", "-fsanitize=address,undefined"));
        link.add("-Wl,-soname,libnss_netkeep.so.2");
        link.addAll(List.of("-o", library.toString()));
        List<Path> sources;
        try (Stream<Path> files = Files.list(Place.root().resolve("shim"))) {
            sources = files.filter(file -> file.toString().endsWith(".c")).toList();
        }
        Deque<Place.Running> compiling = new ArrayDeque<>();
        for (Path source : sources) {
            String object = directory.resolve(source.getFileName() + ".o").toString();
            List<String> line = new ArrayList<>(List.of(how));
            line.addAll(List.of("-c", "-o", object, source.toString()));
            compiling.add(gcc(line.toArray(String[]::new)));
            if (compiling.size() == 2) {
                compiled(compiling.remove());
            }
            link.add(object);
        }
        for (Place.Running last : compiling) {
            compiled(last);
        }
        compiled(gcc(link.toArray(String[]::new)));
        return library;
    }

    private Place.Running gcc(String... options) throws Exception {
        List<String> line = new ArrayList<>(List.of("gcc", "-std=c11", "-Wall", "-Wextra", "-Wconversion", "-Werror"));
        line.addAll(List.of(options));
        return place.start(line);
    }

    private static void compiled(Place.Running gcc) throws Exception {
        Place.Said said = gcc.end();
        assertEquals("", said.err());
        assertEquals(0, said.code());
    }
}
