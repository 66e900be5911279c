package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import netkeep.client.Attached;
import netkeep.client.Names;
import netkeep.embedded.Embedded;
import netkeep.link.KernelAddress;
import netkeep.link.TapSettings;
import netkeep.linux.Threads;
import netkeep.names.Hosts;
import netkeep.names.NameServer;
import netkeep.names.NameSettings;
import netkeep.wire.Address;
import netkeep.wire.DomainName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Names from dnsmasq on the kernel's side, for programs of a daemon and for a stack in the program's own process.
@Timeout(120)
class NamesTest {
    /// More addresses than a datagram has room for.
    private static final int MANY = 90;

    private static final int SIGSTOP = 19;
    private static final int SIGCONT = 18;
    private static final String HOSTS = "198.18.0.99 printer.lan printer\n";

    @TempDir
    private Path directory;

    private Place place;
    private Place.Running server;

    @BeforeEach
    void begin() {
        assumeTrue(Place.has("dnsmasq"), "no dnsmasq");
        place = new Place(directory);
    }

    @AfterEach
    void end() {
        place.close();
    }

    private void serve() throws Exception {
        List<String> line = new ArrayList<>(List.of(
                "dnsmasq",
                "--no-daemon",
                "--conf-file=/dev/null",
                "--user=root",
                "--pid-file=" + directory.resolve("pid"),
                "--no-resolv",
                "--no-hosts",
                "--log-queries",
                "--interface=nk-cmd",
                "--bind-interfaces",
                "--local=/example/",
                "--local-ttl=60",
                "--host-record=one.example," + "198.18.0.5,fd00:198:18::5",
                "--cname=alias.example,one.example",
                "--host-record=late.example,198.18.0.6"));
        for (int i = 1; i <= MANY; i++) {
            line.add("--host-record=many.example,198.18.1." + i);
        }
        server = place.start(line);
        server.says("started");
    }

    private int asked(String query) throws Exception {
        return server.err().split(query.replace("[", "\\[") + " from", -1).length - 1;
    }

    private static List<String> addresses(Names.Found found) {
        return found.addresses().stream()
                .map(InetAddress::getHostAddress)
                .sorted()
                .toList();
    }

    private void find(Names names) throws Exception {
        Names.Found one = names.addresses("one", true, true);
        assertEquals(List.of("198.18.0.5", "fd00:198:18:0:0:0:0:5"), addresses(one));
        assertEquals(List.of("one.example"), one.names());
        assertTrue(one.ttl() > 0 && one.ttl() <= 60, "TTL " + one.ttl());
        assertEquals(
                List.of("one.example"),
                names.addresses("alias.example", true, false).names());
        assertEquals(
                List.of("one.example"),
                names.names(InetAddress.ofLiteral("198.18.0.5")).names());
        assertEquals(
                List.of("one.example"),
                names.names(InetAddress.ofLiteral("fd00:198:18::5")).names());
        assertEquals(
                MANY, names.addresses("many.example", true, false).addresses().size());
        assertEquals(List.of("198.18.0.99"), addresses(names.addresses("printer", true, true)));
        String none = assertThrows(UnknownHostException.class, () -> names.addresses("none.example.", true, true))
                .getMessage();
        assertTrue(none.contains("no such name"), none);
    }

    @ParameterizedTest
    @ValueSource(strings = {"monolithic", "factored"})
    void programsOfADaemonShareWhatWasFoundAndControlMayDie(String placement) throws Exception {
        Path session = directory.resolve("session");
        Path hosts = Files.writeString(directory.resolve("hosts"), HOSTS);
        Path file = Files.writeString(directory.resolve("netkeep.toml"), """
                placement = "%s"
                session = "%s"
                [names]
                servers = ["198.18.0.1"]
                search = ["example"]
                timeout = 5
                hosts = "%s"
                [[link]]
                tap = "nk-cmd"
                addresses = ["198.18.0.2/24"]
                kernel-addresses = ["198.18.0.1/24"]
                """.formatted(placement, session, hosts));
        Place.Running up = place.start(Place.netkeep(List.of("up", "--config", file.toString())));
        up.says("one stands by");
        serve();
        try (Attached one = Attached.to(session.toString());
                Attached other = Attached.to(session.toString())) {
            find(one.names());
            assertEquals(1, asked("query[A] one.example"));
            assertEquals(2, asked("query[A] many.example"), "by UDP, then by TCP");
            assertEquals(
                    "198.18.0.5",
                    addresses(other.names().addresses("one.example", true, false))
                            .getFirst());
            assertEquals(1, asked("query[A] one.example"), "the cache is everybody's");

            Threads.kill(server.pid(), SIGSTOP);
            CompletableFuture<Names.Found> late = CompletableFuture.supplyAsync(() -> {
                try {
                    return one.names().addresses("late.example", true, false);
                } catch (UnknownHostException none) {
                    throw new AssertionError(none);
                }
            });
            // Another, that control itself answers, is behind it: the question was heard.
            other.names().addresses("printer", true, false);
            Threads.kill(Daemon.process(up, "control"), Threads.SIGKILL);
            up.says("restarts 1");
            Threads.kill(server.pid(), SIGCONT);
            assertEquals(List.of("198.18.0.6"), addresses(late.get(30, TimeUnit.SECONDS)));
            find(other.names());
            assertEquals(2, asked("query[A] one.example"), "only the cache is lost");
        }
        preloaded(session);
        commands(session);
        assertEquals(0, up.stop().code());
    }

    /// What knows nothing of [Names]: our commands, and a JVM's program with the agent.
    private void commands(Path session) throws Exception {
        Place.Said said = place.command("resolve", "--session", session.toString(), "alias", "198.18.0.5", "none.");
        assertEquals(1, said.code());
        assertTrue(
                said.out().matches("(?s)alias  198.18.0.5  \\d+ s  \\[one.example].*fd00.*198.18.0.5  one.example  .*"),
                said.out());
        assertTrue(said.err().contains("none.: "), said.err());
        String counters = place.command("nstat", "--session", session.toString(), "Names*")
                .out();
        assertTrue(counters.matches("(?s).*NamesFromCache +[1-9].*NamesQueriesOverTcp +1 .*"), counters);
        Place.Said lookup = place.start(Jvm.withAgent(
                        "session=" + session, "Lookup", "one", "printer.lan", "none.example", "198.18.0.5"))
                .end();
        assertEquals("""
                one [one/198.18.0.5, one/fd00:198:18:0:0:0:0:5]
                printer.lan [printer.lan/198.18.0.99]
                no none.example
                one.example
                """, lookup.out(), lookup.err());
    }

    /// An unmodified program: libc looks into its own files first, control's search list and cache are behind them. The
    /// stack has no address of IPv6, so `getent`, which asks with AI_ADDRCONFIG, wants none.
    private void preloaded(Path session) throws Exception {
        assumeTrue(Place.has("gcc") && Place.has("getent"), "no gcc");
        String before = server.err();
        String asks = "for n in alias 198.18.0.77 none; do getent ahosts $n | sed '/STREAM/!d; s/  */ /g'; done; "
                + "getent hosts 198.18.0.5 | sed 's/  */ /g'; getent hosts printer.lan | sed 's/  */ /g'";
        Place.Said said = place.start(Place.run(session, "sh", "-c", asks)).end();
        assertEquals("""
                198.18.0.5 STREAM one.example
                198.18.0.77 STREAM 198.18.0.77
                198.18.0.5 one.example
                198.18.0.99 printer.lan
                """, said.out(), said.err());
        assertEquals(
                0,
                server.err().substring(before.length()).split("query\\[A+\\] one.example", -1).length - 1,
                "the cache is everybody's");
    }

    @Test
    void stackInTheProgramsOwnProcessFindsThem() throws Exception {
        Address kernel = Address.parse(Place.KERNEL_4);
        NameSettings settings = NameSettings.DEFAULT.with(
                List.of(NameServer.parse(Place.KERNEL_4)), List.of(DomainName.parse("example")));
        TapSettings tap =
                TapSettings.of("nk-cmd").withKernelAddresses(List.of(new KernelAddress(kernel.hi(), kernel.lo(), 24)));
        try (Embedded stack = place.space()
                .call(() -> Embedded.builder()
                        .tap(tap, List.of(Place.OURS_4 + "/24"))
                        .sockets(1 << 10)
                        .names(settings, new Hosts(HOSTS))
                        .start())) {
            serve();
            find(stack.names());
            find(stack.names());
            assertEquals(1, asked("query[A] one.example"));
            assertEquals(2, asked("query[A] many.example"));
        }
    }
}
