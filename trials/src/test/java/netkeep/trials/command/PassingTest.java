package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import netkeep.linux.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Sockets of unmodified programs that go to other images, by exec, and to other processes.
@Timeout(120)
class PassingTest {
    private static final int PORT = 8080;
    private static final String FILE = "a file\n";

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
    void end() throws Exception {
        // A daemon is nobody's child.
        for (String file : new String[] {"pid", "pid.oldbin"}) {
            ProcessHandle.of(master(directory.resolve(file))).ifPresent(master -> {
                List<ProcessHandle> workers = master.descendants().toList();
                master.destroyForcibly();
                workers.forEach(ProcessHandle::destroyForcibly);
            });
        }
        place.close();
    }

    private Place.Running run(String... program) throws Exception {
        return place.start(Place.run(session, program));
    }

    @Test
    void socketsGoToOtherImagesAndProcesses() throws Exception {
        ProgramsTest.needs("gcc", "python3");
        Path script = directory.resolve("passing.py");
        try (InputStream text = Objects.requireNonNull(PassingTest.class.getResourceAsStream("passing.py"))) {
            Files.write(script, text.readAllBytes());
        }
        Daemon up = new Daemon(place, session, "factored");
        for (String[] ends : new String[][] {{Place.OURS_4, Place.KERNEL_4}, {Place.OURS_6, Place.KERNEL_6}}) {
            Path met = Files.createDirectory(directory.resolve("met" + ends[0].length()));
            Place.Running taker = run("python3", script.toString(), "taker", ends[0], "" + PORT, met.toString());
            taker.says("waiting");
            Place.Running server = run("python3", script.toString(), "serve", ends[0], "" + PORT, met.toString());
            server.says("listening");
            String peer = ends[1];
            for (String who : new String[] {"child", "inetd", "stdio", "spawned", "taker", "image", "listener"}) {
                String of = List.of("inetd", "stdio", "spawned").contains(who) ? "" : " of " + peer;
                assertEquals(List.of(who + " hello" + of), asked(connected(ends[0])));
            }
            Socket kept = connected(ends[0]);
            server.says("kept");
            if (ends[0].equals(Place.OURS_6)) {
                // Nobody is told by the kernel any more who closes what: the library's own count is right.
                up.kill("control", 0, Threads.SIGKILL);
                up.awaitRestarts("control", 1);
            }
            assertEquals(List.of("kept hello of " + peer), asked(kept));
            assertEquals("", server.end().err());
            assertEquals("", taker.end().err());
        }
        up.await("sessions: 0");
    }

    private Socket connected(String address) throws Exception {
        return place.space().call(() -> new Socket(InetAddress.ofLiteral(address), PORT));
    }

    /// Says hello, and reads to the end.
    private static List<String> asked(Socket connected) throws Exception {
        try (Socket socket = connected) {
            socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(20));
            socket.getOutputStream().write("hello\n".getBytes(StandardCharsets.US_ASCII));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                    .lines()
                    .toList();
        }
    }

    @Test
    @Row(
            program = "nginx +",
            scenario = "reload, binary upgrade; what it has itself, and what it asks another server for")
    void nginxIsReloadedAndReplacedByItsNextVersion() throws Exception {
        ProgramsTest.needs("gcc", "nginx", "curl", "python3");
        Daemon up = new Daemon(place, session, "factored");
        Files.writeString(directory.resolve("small"), FILE);
        Path configuration = directory.resolve("nginx.conf");
        Path pid = directory.resolve("pid");
        StringBuilder text = new StringBuilder("error_log stderr; worker_processes 2; pid ")
                .append(pid)
                .append("; events {} http { access_log off;\n");
        for (String kind : List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) {
            text.append(kind)
                    .append("_temp_path ")
                    .append(directory)
                    .append("/")
                    .append(kind)
                    .append(";\n");
        }
        String server = "server { listen %s:" + PORT + "%s; root " + directory
                + "; location /far/ { proxy_pass http://%s:" + PORT + "/; } }\n";
        text.append(server.formatted(Place.OURS_4, " reuseport", Place.KERNEL_4));
        text.append(server.formatted("[" + Place.OURS_6 + "]", "", "[" + Place.KERNEL_6 + "]"))
                .append("}\n");
        Files.writeString(configuration, text);
        place.start(List.of("python3", "-um", "http.server", "-d", directory.toString(), "--bind", "::", "" + PORT))
                .says("Serving");
        Place.Said path = place.run("sh", "-c", "command -v nginx || echo /usr/sbin/nginx");
        // A version follows another only where it is a daemon.
        assertEquals(
                0, run(path.out().strip(), "-c", configuration.toString()).end().code());
        Place.await("nginx does not serve", this::serves);
        Place.await("nginx has not said who it is", () -> master(pid) > 0);
        long first = master(pid);
        signal("HUP", first);
        Place.await("nginx does not serve once it is reloaded", this::serves);
        signal("USR2", first);
        Place.await("no next version came", () -> master(pid) > 0 && master(pid) != first);
        long second = master(pid);
        signal("WINCH", first);
        for (int i = 0; i < 20; i++) {
            assertTrue(serves());
        }
        signal("QUIT", first);
        Place.await(
                "the first one did not end",
                () -> !ProcessHandle.of(first).map(ProcessHandle::isAlive).orElse(false));
        for (int i = 0; i < 20; i++) {
            assertTrue(serves());
        }
        signal("QUIT", second);
        up.await("sessions: 0");
    }

    /// The process that a file names, -1 while it names none.
    private static long master(Path pid) throws Exception {
        String text = Files.exists(pid) ? Files.readString(pid).strip() : "";
        return text.isEmpty() ? -1 : Long.parseLong(text);
    }

    private void signal(String signal, long process) throws Exception {
        assertTrue(process > 1, "nobody is to get " + signal);
        assertEquals(0, place.run("kill", "-" + signal, Long.toString(process)).code());
    }

    private boolean serves() throws Exception {
        boolean all = true;
        for (String address : new String[] {Place.OURS_4, "[" + Place.OURS_6 + "]"}) {
            String url = "http://" + address + ":" + PORT;
            Place.Said curl = place.run("curl", "-gsS", url + "/small", url + "/far/small");
            all &= curl.out().equals(FILE.repeat(2));
        }
        return all;
    }
}
