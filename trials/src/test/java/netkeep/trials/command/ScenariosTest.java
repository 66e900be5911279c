// Long: what each program does on either stack stands in one place.
package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.InputStream;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import netkeep.linux.Threads;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `netkeep run`: programs that know nothing of us, each as client and as server over both families, on one daemon; the
/// kernel's stack on the other side.
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ScenariosTest {
    private static final int LENGTH = 3_000_001;

    @TempDir
    private static Path directory;

    private Place place;
    private Path session;
    private String content;

    /// A command line: a server's from the addresses that it is to listen at, a client's from the one that it is to
    /// ask.
    private interface Line {
        List<String> of(String... addresses) throws Exception;
    }

    @BeforeAll
    void begin() throws Exception {
        ProgramsTest.needs("gcc");
        place = new Place(directory);
        session = directory.resolve("session");
        // A database's user looks in here.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        byte[] octets = new byte[LENGTH];
        Seeds.luck(1).nextBytes(octets);
        Files.write(directory.resolve("file"), octets);
        content = new String(octets, StandardCharsets.ISO_8859_1);
        said(place.run("ip", "link", "set", "lo", "up"));
        new Daemon(place, session, "factored");
        // A database's user attaches, too.
        Files.setPosixFilePermissions(session, PosixFilePermissions.fromString("rw-rw-rw-"));
    }

    @AfterAll
    void end() {
        if (place != null) {
            place.close();
        }
    }

    private String path(String name) {
        return directory.resolve(name).toString();
    }

    /// A script that lies beside these tests.
    private String script(String name) throws Exception {
        try (InputStream text = Objects.requireNonNull(ScenariosTest.class.getResourceAsStream(name))) {
            Files.write(directory.resolve(name), text.readAllBytes());
        }
        return path(name);
    }

    private static List<String> shell(String commands) {
        return List.of("sh", "-c", commands);
    }

    private static List<String> with(List<String> line, String... more) {
        List<String> all = new ArrayList<>(line);
        all.addAll(List.of(more));
        return all;
    }

    /// An address as it stands before a colon.
    private static String at(String address) {
        return address.contains(":") ? "[" + address + "]" : address;
    }

    private Place.Running ours(List<String> line) throws Exception {
        return place.start(Place.run(session, line.toArray(String[]::new)));
    }

    private static String said(Place.Running program) throws Exception {
        return said(program.end());
    }

    private static String said(Place.Said said) {
        assertEquals(0, said.code(), said.out().length() + " octets; " + said.err());
        return said.out();
    }

    private void listens(Place.Running server, String address, int port) throws Exception {
        Place.await("nobody listens at " + address + ", port " + port, () -> {
            assertTrue(server.alive(), server.out() + server.err());
            try {
                place.connect(address, port).close();
                return true;
            } catch (ConnectException notYet) {
                return false;
            }
        });
    }

    /// A server on either stack, and clients on the other one that ask it over either family: all four at once.
    ///
    /// @param right whether a client said what it should
    /// @return how the server on our stack ended
    private Place.Said bothWays(int port, Line server, Line client, Predicate<String> right) throws Exception {
        String[] own = {Place.OURS_4, Place.OURS_6};
        String[] kernels = {Place.KERNEL_4, Place.KERNEL_6};
        Place.Running here = ours(server.of(own));
        Place.Running there = place.start(server.of(kernels));
        List<Place.Running> clients = new ArrayList<>();
        for (int i = 0; i < own.length; i++) {
            listens(here, own[i], port);
            listens(there, kernels[i], port);
        }
        for (int i = 0; i < own.length; i++) {
            clients.add(ours(client.of(kernels[i])));
            clients.add(place.start(client.of(own[i])));
        }
        for (Place.Running asking : clients) {
            String out = said(asking);
            assertTrue(right.test(out), () -> out.length() < 4000 ? out : out.length() + " octets");
        }
        there.stop();
        return here.stop();
    }

    // ----- TLS -----

    private void secret(int port, Line client) throws Exception {
        ProgramsTest.needs("openssl", "curl");
        Path key = directory.resolve("key");
        Path certificate = directory.resolve("certificate");
        if (!Files.exists(certificate)) {
            String names = "IP:" + String.join(",IP:", Place.OURS_4, Place.OURS_6, Place.KERNEL_4, Place.KERNEL_6);
            said(place.start(shell("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=netkeep -keyout " + key
                    + " -out " + certificate + " -addext subjectAltName=" + names)));
        }
        // It serves files by their whole names.
        Line server = addresses -> shell(
                "cd / && exec openssl s_server -quiet -WWW -accept " + port + " -cert " + certificate + " -key " + key);
        bothWays(port, server, client, out -> out.endsWith(content));
    }

    @Test
    @Row(program = "curl +", scenario = "TLS: downloads a file")
    void curlOverTls() throws Exception {
        secret(
                7001,
                addresses -> List.of(
                        "curl",
                        "-gsS",
                        "--cacert",
                        path("certificate"),
                        "https://" + at(addresses[0]) + ":7001" + path("file")));
    }

    @Test
    @Row(program = "openssl +", scenario = "`s_server` and `s_client`: a file")
    void openssl() throws Exception {
        secret(
                7002,
                addresses -> shell("printf 'GET " + path("file") + " HTTP/1.0\\r\\n\\r\\n' | openssl s_client -quiet"
                        + " -verify_return_error -CAfile " + path("certificate") + " -connect " + at(addresses[0])
                        + ":7002"));
    }

    // ----- Servers of values and of files -----

    @Test
    @Row(program = "redis-server, redis-benchmark, redis-cli +", scenario = "50 connections; a file as a value")
    void redis() throws Exception {
        ProgramsTest.needs("redis-server", "redis-benchmark", "redis-cli");
        Place.Said server = bothWays(
                7011,
                addresses -> List.of(
                        "redis-server",
                        "--bind",
                        addresses[0],
                        addresses[1],
                        "--port",
                        "7011",
                        "--save",
                        "",
                        "--protected-mode",
                        "no"),
                addresses -> {
                    String to = " -h " + addresses[0] + " -p 7011 ";
                    return shell("redis-benchmark" + to + "-t set,get -n 5000 --csv && redis-cli" + to
                            + "-x set file < " + path("file") + " && redis-cli" + to + "--raw get file");
                },
                out -> out.contains("\n\"SET\",")
                        && out.contains("\n\"GET\",")
                        && out.endsWith("OK\n" + content + "\n"));
        assertEquals(0, server.code(), server.err());
    }

    @Test
    @Row(program = "memcached +", scenario = "four threads, 20 connections of python3's, UDP")
    void memcached() throws Exception {
        ProgramsTest.needs("memcached", "python3");
        String script = script("memcached.py");
        bothWays(
                7010,
                addresses -> List.of(
                        "memcached",
                        "-u",
                        "root",
                        "-t",
                        "4",
                        "-p",
                        "7010",
                        "-U",
                        "7010",
                        "-l",
                        at(addresses[0]) + "," + at(addresses[1])),
                addresses -> List.of("python3", script, "7010", addresses[0]),
                "21 the same\n"::equals);
    }

    @Test
    @Row(program = "wget +", scenario = "downloads a file")
    @Row(program = "python3 +", scenario = "`-m http.server`, which `urllib` asks for a file")
    void http() throws Exception {
        ProgramsTest.needs("wget", "python3", "prlimit");
        String urllib = "python3 -c 'import sys, urllib.request as web; "
                + "sys.stdout.buffer.write(web.urlopen(sys.argv[1], timeout=20).read())' ";
        // As dovecot limits its programs: a session's rings are longer than all that wget may map.
        bothWays(
                7021,
                addresses ->
                        List.of("python3", "-m", "http.server", "-d", directory.toString(), "--bind", "::", "7021"),
                addresses -> {
                    String url = "http://" + at(addresses[0]) + ":7021/file";
                    return shell("prlimit --as=268435456 wget -qO- " + url + " && " + urllib + url);
                },
                out -> out.equals(content.repeat(2)));
    }

    @Test
    @Row(program = "nc +", scenario = "`-l`: octets there and back; is refused")
    void nc() throws Exception {
        ProgramsTest.needs("nc", "mkfifo");
        String fifo = path("fifo ");
        // As much as a pipe holds: a listener that feeds itself would else wait for itself.
        int some = 60_000;
        bothWays(
                7022,
                // What comes goes back. A listener for each family, and both end with the shell.
                addresses -> shell("for at in " + String.join(" ", addresses) + "; do mkfifo '" + fifo
                        + "'$at; nc -lk $at 7022 <> '" + fifo
                        + "'$at >&0 & all=\"$all $!\"; done; trap \"kill $all\" TERM; wait"),
                addresses -> shell("nc -z " + addresses[0] + " 9; [ $? = 1 ] && head -c " + some + " " + path("file")
                        + " | nc " + addresses[0] + " 7022 | head -c " + some),
                content.substring(0, some)::equals);
    }

    @Test
    @Row(program = "python3 +", scenario = "asyncio: 20 streams at once, there and back")
    void asyncio() throws Exception {
        ProgramsTest.needs("python3");
        List<String> program = List.of("python3", script("echo.py"));
        bothWays(
                7020,
                addresses -> with(with(program, "serve", "7020"), addresses),
                addresses -> with(program, "ask", "7020", addresses[0]),
                "20 the same\n"::equals);
    }

    @Test
    @Row(program = "node +", scenario = "http: 40 requests over connections that are kept")
    void node() throws Exception {
        ProgramsTest.needs("node");
        List<String> program = List.of("node", script("http.js"));
        bothWays(
                7030,
                addresses -> with(with(program, "serve", "7030"), addresses),
                addresses -> with(program, "ask", "7030", addresses[0]),
                "40 the same\n"::equals);
    }

    @Test
    @Row(program = "dig, dnsmasq +", scenario = "a name, over UDP and TCP")
    void names() throws Exception {
        ProgramsTest.needs("dnsmasq", "dig");
        bothWays(
                7040,
                addresses -> List.of(
                        "dnsmasq",
                        "-k",
                        "-u",
                        "root",
                        "-p",
                        "7040",
                        "--address=/x.test/192.0.2.7",
                        "--bind-interfaces",
                        "--no-resolv",
                        "--no-hosts",
                        "--pid-file=",
                        "--listen-address=" + String.join(",", addresses)),
                addresses -> shell("for how in +notcp +tcp; do dig +short +time=5 $how -p 7040 @" + addresses[0]
                        + " x.test || exit; done"),
                "192.0.2.7\n192.0.2.7\n"::equals);
    }

    /// It asks which addresses this machine has, and listens at each.
    @Test
    @Row(
            program = "dig, named +",
            scenario = "listens at each address that it finds: names of its own, and what it asks another for")
    void namedAtEachAddress() throws Exception {
        ProgramsTest.needs("named", "dig");
        Files.writeString(
                directory.resolve("zone"), "$TTL 60\n@ SOA a a 1 1 1 1 1\n NS a\na A 192.0.2.1\nx A 192.0.2.7\n");
        bothWays(
                7045,
                this::named,
                addresses -> shell("for how in +notcp +tcp; do dig +short +time=5 $how -p 7045 @" + addresses[0]
                        + " x.ours4 x.ours6 x.kernels4 x.kernels6 || exit; done"),
                "192.0.2.7\n".repeat(8)::equals);
    }

    /// A name server with a name for each of its addresses, that asks the one on the other stack for its names, each at
    /// the address of that name.
    private List<String> named(String... addresses) throws Exception {
        boolean here = addresses[0].equals(Place.OURS_4);
        Path configuration = directory.resolve("named" + addresses[0]);
        Files.writeString(configuration, """
                options {
                  directory "%s"; pid-file none; session-keyfile none; notify no; dnssec-validation no;
                  listen-on port 7045 { any; }; listen-on-v6 port 7045 { any; };
                };
                controls { };
                zone "%4$s4" { type primary; file "zone"; };
                zone "%4$s6" { type primary; file "zone"; };
                zone "%5$s4" { type forward; forward only; forwarders port 7045 { %2$s; }; };
                zone "%5$s6" { type forward; forward only; forwarders port 7045 { %3$s; }; };
                """.formatted(
                        directory,
                        here ? Place.KERNEL_4 : Place.OURS_4,
                        here ? Place.KERNEL_6 : Place.OURS_6,
                        here ? "ours" : "kernels",
                        here ? "kernels" : "ours"));
        return List.of("named", "-g", "-n", "1", "-c", configuration.toString());
    }

    @Test
    @Row(program = "rsync +", scenario = "its daemon: a file")
    void rsync() throws Exception {
        ProgramsTest.needs("rsync");
        Files.writeString(
                directory.resolve("rsync.conf"), "use chroot = no\n[all]\npath = " + directory + "\nuid = root\n");
        bothWays(
                7050,
                addresses ->
                        List.of("rsync", "--daemon", "--no-detach", "--config=" + path("rsync.conf"), "--port=7050"),
                addresses -> copied("rsync rsync://" + at(addresses[0]) + ":7050/all/file", addresses[0]),
                content::equals);
    }

    /// Copies a file by a command that lacks where to, and says what came.
    private List<String> copied(String command, String address) {
        String to = path("from " + address);
        return shell(command + " '" + to + "' && cat '" + to + "'");
    }

    @Test
    @Row(program = "ssh, sshd +", scenario = "a command; `scp`; `rsync` over it")
    void ssh() throws Exception {
        ProgramsTest.needs("ssh", "sshd", "scp", "rsync", "unshare");
        assumeTrue(Threads.effectiveUser() == 0, "sshd is root's");
        for (String key : new String[] {"host", "user"}) {
            said(place.start(List.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path(key))));
        }
        Path client = directory.resolve("ssh.conf");
        Files.writeString(
                client,
                "Port 7060\nUser root\nIdentityFile " + path("user") + "\nIdentitiesOnly yes\n"
                        + "BatchMode yes\nStrictHostKeyChecking no\nUserKnownHostsFile /dev/null\nLogLevel ERROR\n");
        String ssh = "ssh -F " + client;
        bothWays(
                7060,
                this::sshd,
                addresses -> {
                    String file = " " + at(addresses[0]) + ":" + path("file");
                    return shell(ssh + " " + addresses[0] + " cat " + path("file") + " && "
                            + copied("scp -qF " + client + file, addresses[0]).getLast() + " && "
                            + copied("rsync -e '" + ssh + "'" + file, addresses[0] + "x")
                                    .getLast());
                },
                out -> out.equals(content.repeat(3)));
    }

    private List<String> sshd(String... addresses) throws Exception {
        Path configuration = directory.resolve("sshd" + addresses[0]);
        Files.writeString(
                configuration,
                "Port 7060\nListenAddress " + String.join("\nListenAddress ", addresses) + "\nHostKey " + path("host")
                        + "\nAuthorizedKeysFile " + path("user.pub") + "\nStrictModes no\nUsePAM no\nPidFile none\n"
                        + "PermitRootLogin yes\nSubsystem sftp internal-sftp\n");
        // It wants a directory in /run, which not every system has: a /run of its own.
        return List.of(
                "unshare",
                "--mount",
                "sh",
                "-c",
                "mount -t tmpfs none /run && mkdir -m 755 /run/sshd && exec $(command -v sshd || echo /usr/sbin/sshd)"
                        + " -D -e -f " + configuration);
    }

    // ----- A measurement -----

    /// One server for each: between two it does not listen for a while.
    @Test
    @Row(program = "iperf3 +", scenario = "TCP and UDP, either way")
    void iperf3() throws Exception {
        ProgramsTest.needs("iperf3");
        for (String how : new String[] {"-n 8M", "-n 8M -R", "-n 1M -u -b 100M", "-n 1M -u -b 100M -R"}) {
            List<Place.Running> servers = new ArrayList<>();
            List<Place.Running> clients = new ArrayList<>();
            for (String address : new String[] {Place.OURS_4, Place.OURS_6, Place.KERNEL_4, Place.KERNEL_6}) {
                boolean here = List.of(Place.OURS_4, Place.OURS_6).contains(address);
                List<String> server = List.of("iperf3", "-s", "-1", "--forceflush", "-p", "7080", "-B", address);
                List<String> client = shell("exec iperf3 -p 7080 -c " + address + " " + how);
                servers.add(here ? ours(server) : place.start(server));
                servers.getLast().says("listening");
                clients.add(here ? place.start(client) : ours(client));
            }
            for (Place.Running client : clients) {
                String out = said(client);
                assertTrue(out.contains("receiver"), out);
            }
            for (Place.Running server : servers) {
                said(server);
            }
        }
    }

    // ----- A database -----

    @Test
    @Row(program = "PostgreSQL +", scenario = "pgbench: a table is filled, transactions of four connections")
    void postgresql() throws Exception {
        Path programs = Postgresql.programs();
        assumeTrue(programs != null && Place.has("setpriv"), "no PostgreSQL");
        assumeTrue(Threads.effectiveUser() == 0, "a database's user is another one");
        Path made = Files.createDirectory(directory.resolve("made"));
        said(place.run("chown", "postgres", made.toString()));
        said(place.start(database(programs, "initdb", "-D", made + "/data", "-A", "trust", "--no-sync")));
        Files.writeString(
                made.resolve("data/pg_hba.conf"),
                "host all all 198.18.0.0/24 trust\nhost all all fd00:198:18::/64 trust\n",
                StandardOpenOption.APPEND);
        String pgbench = programs.resolve("pgbench") + " -U postgres -p 7070 -h ";
        bothWays(
                7070,
                addresses -> {
                    String data = made + "/" + addresses[0];
                    said(place.run("cp", "-a", made + "/data", data));
                    return database(
                            programs,
                            "postgres",
                            "-D",
                            data,
                            "-p",
                            "7070",
                            "-h",
                            String.join(",", addresses),
                            "-k",
                            "",
                            "-F");
                },
                addresses -> {
                    // Two databases that are there anyway: one for each family.
                    String of = addresses[0].contains(":") ? " template1" : " postgres";
                    return shell(pgbench + addresses[0] + " -iqI dtgp" + of + " && " + pgbench + addresses[0]
                            + " -n -c 4 -t 50" + of);
                },
                out -> out.contains("transactions actually processed: 200/200"));
    }

    /// A program of the database, as its user, with memory of its own that ends with it.
    private static List<String> database(Path programs, String program, String... arguments) {
        return with(
                List.of(
                        "unshare",
                        "--ipc",
                        "setpriv",
                        "--reuid=postgres",
                        "--regid=postgres",
                        "--init-groups",
                        programs.resolve(program).toString()),
                arguments);
    }
}
