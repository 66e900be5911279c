package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.ConnectException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import netkeep.linux.Threads;
import netkeep.sim.Seeds;
import netkeep.trials.Java;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Programs for a JVM that know nothing of us, with the agent, on one daemon; the kernel's stack on the other side.
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JvmProgramsTest {
    private static final int LENGTH = 8_000_001;

    @TempDir
    private static Path directory;

    private Place place;
    private Daemon up;
    private byte[] content;

    @BeforeAll
    void begin() throws Exception {
        place = new Place(directory);
        // A database's user looks in here.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertEquals(0, place.run("ip", "link", "set", "lo", "up").code());
        up = new Daemon(place, directory.resolve("session"), "monolithic");
        content = new byte[LENGTH];
        Seeds.luck(1).nextBytes(content);
        Files.write(directory.resolve("file"), content);
    }

    @AfterAll
    void end() {
        place.close();
    }

    private Place.Running program(String options, String name, String... arguments) throws Exception {
        return place.start(Jvm.withAgent(options, name, arguments));
    }

    private String session() {
        return "session=" + up.session;
    }

    /// An [netkeep.trials.jvm.Echo] on the kernel's side, without the agent.
    private Place.Running echo(int port) throws Exception {
        List<String> line = Java.line();
        line.addAll(List.of("netkeep.trials.jvm.Echo", Place.KERNEL_4, Integer.toString(port)));
        Place.Running echo = place.start(line);
        echo.says("serves");
        return echo;
    }

    /// A server of the kernel's that has the same file.
    private Place.Running kernels(int port) throws Exception {
        assumeTrue(Place.has("curl") && Place.has("python3"), "no curl or no python3");
        Place.Running server = place.start(List.of(
                "python3", "-m", "http.server", "--bind", "::", "-d", directory.toString(), Integer.toString(port)));
        Place.await("no server", () -> {
            try {
                place.connect(Place.KERNEL_4, port).close();
                return true;
            } catch (ConnectException notYet) {
                return false;
            }
        });
        return server;
    }

    /// Downloads from a program of ours.
    private void curl(String url, String... options) throws Exception {
        Path got = directory.resolve("got");
        List<String> line = new ArrayList<>(List.of("curl", "-sSg", "-o", got.toString()));
        line.addAll(List.of(options));
        line.add(url);
        Place.Said said = place.start(line).end();
        assertEquals("", said.err());
        assertEquals(0, said.code());
        assertArrayEquals(content, Files.readAllBytes(got));
    }

    private String file() {
        return directory.resolve("file").toString();
    }

    /// Downloads slowly from a program of ours, and kills the stack meanwhile.
    private void downloadOverADeath(String url) throws Exception {
        int deaths = up.restarts("stack");
        Path got = directory.resolve("slowly" + deaths);
        Place.Running curl = place.start(List.of("curl", "-sSg", "--limit-rate", "8M", "-o", got.toString(), url));
        Place.await("nothing came", () -> Files.exists(got) && Files.size(got) > LENGTH / 10);
        up.kill("stack", deaths, Threads.SIGKILL);
        Place.Said said = curl.end();
        assertEquals(0, said.code(), said.err());
        assertArrayEquals(content, Files.readAllBytes(got));
        curl(url);
    }

    @Test
    @Row(
            program = "`java.net`",
            scenario =
                    "streams, datagrams, multicast, timeouts, closing, interrupts, options, over network and loopback")
    void socketsOfJavaNet() throws Exception {
        Place.Running echo = echo(7010);
        Place.Said said = program(session(), "JavaNet", Place.KERNEL_4, "7010", Place.OURS_4)
                .end();
        assertEquals("", said.err());
        assertEquals("ends\n", said.out());
        echo.kill();
    }

    @Test
    @Row(
            program = "JDK HttpServer and HttpClient *",
            scenario = "serve and get a file, over network and loopback; `URLConnection`")
    void jdksServerAndClient() throws Exception {
        Place.Running kernels = kernels(7001);
        Place.Running program =
                program(session(), "JdkHttp", Place.OURS_4, "7000", file(), "http://" + Place.KERNEL_4 + ":7001/file");
        program.says("serves at");
        assertEquals("", program.err());
        downloadOverADeath("http://" + Place.OURS_4 + ":7000/");
        program.kill();
        kernels.kill();
    }

    @Test
    @Row(program = "asynchronous channels", scenario = "client and server, groups, handlers, timeouts, closing")
    void asynchronousChannels() throws Exception {
        Place.Running echo = echo(7020);
        Place.Running program = program(session(), "Asynchronous", Place.KERNEL_4, "7020", Place.OURS_4, "7021");
        program.says("serves");
        assertEquals("", program.err());
        try (SocketChannel channel = place.connect(Place.OURS_4, 7021)) {
            Place.echo(channel, 100_000);
        }
        program.kill();
        echo.kill();
    }

    @Test
    @Row(
            program = "virtual threads, Flight Recorder",
            scenario = "200 threads on sockets and channels: none is pinned, each read and write is recorded")
    void virtualThreadsAreNotPinnedAndTheRecorderSeesThem() throws Exception {
        Place.Running echo = echo(7030);
        Place.Said said = program(
                        session(),
                        "Recorded",
                        Place.KERNEL_4,
                        "7030",
                        directory.resolve("recording").toString())
                .end();
        assertEquals("{jdk.SocketRead=1000, jdk.SocketWrite=1000}\n", said.out(), said.err());
        echo.kill();
    }

    @Test
    @Row(program = "Netty 4.1, NIO *", scenario = "HTTP server and client, over network and loopback")
    void netty() throws Exception {
        Place.Running kernels = kernels(7041);
        Place.Running program = program(
                session(), "NettyHttp", Place.OURS_4, "7040", file(), "http://" + Place.KERNEL_4 + ":7041/file");
        program.says("serves");
        downloadOverADeath("http://" + Place.OURS_4 + ":7040/");
        program.kill();
        kernels.kill();
    }

    @Test
    @Row(program = "Jetty 12", scenario = "HTTP server, both families")
    void jetty() throws Exception {
        Place.Running program = program(session(), "JettyHttp", "::", "7050", file());
        program.says("serves");
        curl("http://" + Place.OURS_4 + ":7050/");
        curl("http://[" + Place.OURS_6 + "]:7050/");
        program.kill();
    }

    @Test
    @Row(program = "Apache MINA FtpServer 1.2", scenario = "download and upload, with passive data connections")
    void ftp() throws Exception {
        Path served = Files.createDirectory(directory.resolve("served"));
        Files.write(served.resolve("file"), content);
        Place.Running program = program(session(), "Ftp", Place.OURS_4, "7060", served.toString());
        program.says("serves");
        curl("ftp://" + Place.OURS_4 + ":7060/file");
        Place.Said said = place.run("curl", "-sS", "-T", file(), "ftp://" + Place.OURS_4 + ":7060/uploaded");
        assertEquals(0, said.code(), said.err());
        assertArrayEquals(content, Files.readAllBytes(served.resolve("uploaded")));
        program.kill();
    }

    @Test
    @Row(program = "Jedis 5", scenario = "redis-server: values, a pipeline, news")
    void jedis() throws Exception {
        assumeTrue(Place.has("redis-server"), "no redis-server");
        Place.Running server = place.start(List.of(
                "redis-server", "--bind", Place.KERNEL_4, "--port", "7070", "--save", "", "--protected-mode", "no"));
        server.says("Ready to accept");
        Place.Said said = program(session(), "Redis", Place.KERNEL_4, "7070").end();
        assertEquals("ends\n", said.out(), said.err());
        server.kill();
    }

    @Test
    @Row(program = "PostgreSQL's JDBC driver 42.7", scenario = "PostgreSQL: a batch, a query, one that is cancelled")
    void postgres() throws Exception {
        Path programs = Postgresql.programs();
        assumeTrue(programs != null && Place.has("runuser"), "no PostgreSQL");
        Path data = Files.createDirectory(directory.resolve("postgres"));
        assertEquals(0, place.run("chown", "postgres", data.toString()).code());
        Place.Said made = place.start(Postgresql.as(programs.resolve("initdb"), "-D", data, "-A", "trust", "-N"))
                .end();
        assertEquals(0, made.code(), made.err());
        Files.writeString(
                data.resolve("pg_hba.conf"), "host all all " + Place.OURS_4 + "/32 trust\n", StandardOpenOption.APPEND);
        Place.Running server = place.start(Postgresql.as(
                programs.resolve("postgres"), "-D", data, "-h", Place.KERNEL_4, "-p", "7080", "-k", data, "-F"));
        server.says("ready to accept connections");
        Place.Said said = program(session(), "Postgres", Place.KERNEL_4, "7080").end();
        assertEquals("2000 rows\n57014\n", said.out(), said.err());
        server.stop();
    }

    @Test
    @Row(program = "the same, embedded +", scenario = "a stack in the program's process, on a TAP of its own")
    void embedded() throws Exception {
        Place.Running kernels = kernels(7091);
        for (String line : List.of(
                "ip tuntap add dev nk-emb mode tap vnet_hdr",
                "ip addr add 198.18.9.1/24 dev nk-emb",
                "ip link set nk-emb up")) {
            assertEquals(0, place.run(line.split(" ")).code(), line);
        }
        Place.Running program = program(
                "link=tap:nk-emb,address=198.18.9.2/24",
                "JdkHttp",
                "198.18.9.2",
                "7090",
                file(),
                "http://198.18.9.1:7091/file");
        program.says("serves at");
        curl("http://198.18.9.2:7090/");
        program.kill();
        kernels.kill();
        whatIsSentArrivesThoughTheProgramEnds();
    }

    private void whatIsSentArrivesThoughTheProgramEnds() throws Exception {
        Place.Running slow = place.start(List.of("python3", "-c", """
                import hashlib, socket, time
                server = socket.create_server(("198.18.9.1", 7092))
                print("listens", flush=True)
                stream, _ = server.accept()
                time.sleep(1)
                print(hashlib.sha256(stream.makefile("rb").read()).hexdigest())
                """));
        slow.says("listens");
        assertEquals(
                0,
                program("link=tap:nk-emb,address=198.18.9.2/24", "Parting", "198.18.9.1", "7092", file())
                        .end()
                        .code());
        String whole =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        assertEquals("listens\n" + whole + "\n", slow.end().out());
    }

    @Test
    void rulesGiveAddressesToTheKernel() throws Exception {
        Place.Running kernels = kernels(7101);
        Place.Running program = program(
                session() + ",kernel=" + Place.KERNEL_4 + "@7100-7199",
                "JdkHttp",
                Place.KERNEL_4,
                "7100",
                file(),
                "http://" + Place.KERNEL_4 + ":7101/file");
        program.says("serves at");
        curl("http://" + Place.KERNEL_4 + ":7100/");
        program.kill();
        kernels.kill();
    }

    @Test
    void emptySessionLeavesTheKernelsStack() throws Exception {
        List<String> line = new ArrayList<>(List.of("env", "NETKEEP_SESSION="));
        line.addAll(Jvm.withAgent("", "Echo", Place.KERNEL_4, "7200"));
        Place.Running echo = place.start(line);
        echo.says("serves");
        place.connect(Place.KERNEL_4, 7200).close();
        echo.kill();
    }
}
