package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `netkeep run`: more programs that know nothing of us, each as it is, as client and as server.
@Timeout(120)
class ScenariosTest {
    private static final int LENGTH = 3_000_001;
    private static final String ECHO = """
            import asyncio, sys
            async def answer(r, w):
                while octets := await r.read(65536):
                    w.write(octets)
                    await w.drain()
                w.close()
            async def serve(at):
                await (await asyncio.start_server(answer, at, 7007)).serve_forever()
            async def one(at, i):
                r, w = await asyncio.open_connection(at, 7007)
                sent = bytes([i]) * 300000
                w.write(sent)
                w.write_eof()
                assert await r.read(-1) == sent
                w.close()
            async def ask(at):
                await asyncio.gather(*(one(at, i) for i in range(20)))
            asyncio.run((serve if sys.argv[1] == 'serve' else ask)(sys.argv[2]))
            """;

    @TempDir
    private Path directory;

    private Place place;
    private Path session;

    @BeforeEach
    void begin() throws Exception {
        place = new Place(directory);
        session = directory.resolve("session");
        byte[] content = new byte[LENGTH];
        Seeds.luck(1).nextBytes(content);
        Files.write(directory.resolve("file"), content);
        Files.writeString(directory.resolve("echo.py"), ECHO);
    }

    @AfterEach
    void end() {
        place.close();
    }

    private List<String> ours(String... program) {
        Path here = Path.of("").toAbsolutePath();
        Path root = Files.isDirectory(here.resolve("shim")) ? here : here.getParent();
        List<String> line = new ArrayList<>(List.of(root.resolve("netkeep").toString(), "run"));
        line.addAll(List.of("--session", session.toString(), "--"));
        line.addAll(List.of(program));
        return line;
    }

    private void listens(String address, int port) throws Exception {
        Place.await("nobody listens at " + address + ":" + port, () -> {
            try {
                place.connect(address, port).close();
                return true;
            } catch (ConnectException notYet) {
                return false;
            }
        });
    }

    private static String said(Place.Running program) throws Exception {
        Place.Said said = program.end();
        assertEquals(0, said.code(), said.out() + said.err());
        return said.out();
    }

    private String path(String name) {
        return directory.resolve(name).toString();
    }

    private void same(String name) throws Exception {
        assertEquals(-1, Files.mismatch(directory.resolve("file"), directory.resolve(name)), name);
    }

    @Test
    void programsWorkAsTheyAre() throws Exception {
        for (String program : List.of("gcc", "openssl", "curl", "memcached", "python3", "dnsmasq", "dig", "rsync")) {
            assumeTrue(Place.has(program), "no " + program);
        }
        new Daemon(place, session, "factored");
        assertAll(this::tls, this::memcached, this::asyncio, this::names, this::rsync);
    }

    /// curl, and both of openssl's, over TLS.
    private void tls() throws Exception {
        said(place.start(List.of(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-keyout",
                path("key"),
                "-out",
                path("cert"),
                "-days",
                "2",
                "-subj",
                "/CN=netkeep",
                "-addext",
                "subjectAltName=IP:" + Place.OURS_6 + ",IP:" + Place.KERNEL_4)));
        Place.Running kernels = place.start(secret(Place.KERNEL_4, 4433));
        listens(Place.KERNEL_4, 4433);
        String from = "https://" + Place.KERNEL_4 + ":4433";
        said(place.start(ours("curl", "-sS", "--cacert", path("cert"), "-o", path("tls"), from + path("file"))));
        same("tls");
        kernels.stop();
        Place.Running server =
                place.start(ours(secret("[" + Place.OURS_6 + "]", 4434).toArray(String[]::new)));
        listens(Place.OURS_6, 4434);
        String to = "https://[" + Place.OURS_6 + "]:4434";
        said(place.start(List.of("curl", "-gsS", "--cacert", path("cert"), "-o", path("tls6"), to + path("file"))));
        same("tls6");
        server.stop();
    }

    private List<String> secret(String address, int port) {
        // It serves files by their whole names.
        return List.of(
                "sh",
                "-c",
                "cd / && exec openssl s_server -quiet -WWW -accept " + address + ":" + port + " -cert " + path("cert")
                        + " -key " + path("key"));
    }

    private void memcached() throws Exception {
        Place.Running server =
                place.start(ours("memcached", "-u", "root", "-l", Place.OURS_4, "-p", "11211", "-U", "0", "-t", "4"));
        listens(Place.OURS_4, 11211);
        String talk = "printf 'set k 0 0 5\\r\\nhello\\r\\nget k\\r\\nquit\\r\\n' | nc " + Place.OURS_4 + " 11211";
        assertEquals("STORED\r\nVALUE k 0 5\r\nhello\r\nEND\r\n", said(place.start(List.of("sh", "-c", talk))));
        server.stop();
    }

    private void asyncio() throws Exception {
        Place.Running server = place.start(ours("python3", path("echo.py"), "serve", Place.OURS_6));
        listens(Place.OURS_6, 7007);
        said(place.start(List.of("python3", path("echo.py"), "ask", Place.OURS_6)));
        server.stop();
        Place.Running kernels = place.start(List.of("python3", path("echo.py"), "serve", Place.KERNEL_4));
        listens(Place.KERNEL_4, 7007);
        said(place.start(ours("python3", path("echo.py"), "ask", Place.KERNEL_4)));
        kernels.stop();
    }

    private void names() throws Exception {
        Place.Running server = place.start(List.of(
                "dnsmasq",
                "-k",
                "-p",
                "5353",
                "--address=/x.test/192.0.2.7",
                "--bind-interfaces",
                "--no-resolv",
                "--no-hosts",
                "--listen-address=" + Place.KERNEL_4 + "," + Place.KERNEL_6));
        listens(Place.KERNEL_4, 5353);
        for (String[] how : new String[][] {
            {"@" + Place.KERNEL_4, "x.test"}, {"@" + Place.KERNEL_6, "x.test"}, {"@" + Place.KERNEL_4, "+tcp", "x.test"}
        }) {
            List<String> line = new ArrayList<>(List.of("dig", "+short", "+time=5", "-p", "5353"));
            line.addAll(List.of(how));
            assertEquals("192.0.2.7\n", said(place.start(ours(line.toArray(String[]::new)))));
        }
        server.stop();
    }

    private void rsync() throws Exception {
        Files.writeString(
                directory.resolve("rsync.conf"), "use chroot = no\n[all]\npath = " + directory + "\nuid = root\n");
        String[] server = {"rsync", "--daemon", "--no-detach", "--config=" + path("rsync.conf"), "--port=8730"};
        List<String> within = new ArrayList<>(List.of(server));
        within.add("--address=" + Place.OURS_4);
        Place.Running running = place.start(ours(within.toArray(String[]::new)));
        listens(Place.OURS_4, 8730);
        said(place.start(List.of("rsync", "rsync://" + Place.OURS_4 + ":8730/all/file", path("rsync4"))));
        same("rsync4");
        running.stop();
        List<String> without = new ArrayList<>(List.of(server));
        without.add("--address=" + Place.KERNEL_6);
        Place.Running kernels = place.start(without);
        listens(Place.KERNEL_6, 8730);
        said(place.start(ours("rsync", "rsync://[" + Place.KERNEL_6 + "]:8730/all/file", path("rsync6"))));
        same("rsync6");
        kernels.stop();
    }
}
