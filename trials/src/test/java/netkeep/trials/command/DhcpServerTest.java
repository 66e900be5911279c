package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import netkeep.linux.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// An address from dnsmasq, for daemons and for a stack in a tool's own process.
@Timeout(180)
class DhcpServerTest {
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(40);
    private static final int OCTETS = 5_000;
    private static final int PORT = 7;
    private static final List<String> LINK = List.of(
            "--link",
            "tap:nk-cmd",
            "--dhcp",
            "--discover",
            "--kernel-address",
            Place.KERNEL_4 + "/24",
            "--kernel-address",
            Place.KERNEL_6 + "/64");

    @TempDir
    private Path directory;

    private Place place;
    private Place.Running server;
    private Path session;

    private void begin() {
        assumeTrue(Place.has("dnsmasq"), "no dnsmasq");
        place = new Place(directory);
        session = directory.resolve("session");
    }

    @AfterEach
    void end() {
        if (place != null) {
            place.close();
        }
    }

    /// Begins to lend, each address for two minutes, to be renewed every four seconds.
    private void lend() throws Exception {
        server = place.start(List.of(
                "dnsmasq",
                "--no-daemon",
                "--conf-file=/dev/null",
                "--user=root",
                "--pid-file=" + directory.resolve("pid"),
                "--dhcp-leasefile=" + directory.resolve("leases"),
                "--no-resolv",
                "--no-hosts",
                "--local=/example/",
                "--host-record=one.lent.example,198.18.0.5",
                "--host-record=two.told.example,198.18.0.6",
                "--dhcp-option=option:dns-server," + Place.KERNEL_4,
                "--dhcp-option=option:domain-search,lent.example",
                "--enable-ra",
                "--dhcp-range=fd00:198:18::,ra-only",
                "--dhcp-option=option6:domain-search,told.example",
                "--no-ping",
                "--log-dhcp",
                "--interface=nk-cmd",
                "--bind-interfaces",
                "--dhcp-authoritative",
                "--dhcp-range=198.18.0.50,198.18.0.60,255.255.255.0,120",
                "--dhcp-option=option:router," + Place.KERNEL_4,
                "--dhcp-option=option:mtu,1400",
                "--dhcp-option=option:T1,4"));
        server.says("DHCP, IP range");
    }

    private String status() throws Exception {
        return place.command("status", "--session", session.toString()).out();
    }

    private Matcher awaits(String pattern) throws Exception {
        long endNs = System.nanoTime() + PATIENCE_NS;
        while (true) {
            String status = status();
            Matcher found = Pattern.compile(pattern).matcher(status);
            if (found.find()) {
                return found;
            }
            assertTrue(System.nanoTime() < endNs, status + server.err());
        }
    }

    /// Names by the server and with the search lists that the lease and the router's advertisement tell of.
    private void find() throws Exception {
        Place.await("no names", () -> {
            Place.Said said = place.command("resolve", "--session", session.toString(), "one", "two");
            return said.out().matches("(?s)one  198.18.0.5 .*two  198.18.0.6 .*");
        });
    }

    private int times(String what) throws Exception {
        return server.err().split(Pattern.quote(what), -1).length - 1;
    }

    @ParameterizedTest
    @ValueSource(strings = {"monolithic", "factored"})
    void leaseServesOutlivesTheStackAndIsGivenBack(String placement) throws Exception {
        begin();
        List<String> line = new ArrayList<>(List.of("up", "--session", session.toString(), "--placement", placement));
        line.addAll(LINK);
        Place.Running up = place.start(Place.netkeep(line));
        up.says("one stands by");
        lend();
        Place.Running echo = place.start(Place.netkeep(List.of("echo", "--session", session.toString())));
        echo.says("echo over");
        String lease = "dhcp bound by 198.18.0.1 for \\d+ s\\n(?s:.*)address (198.18.0.[56]\\d)/24 on link 1: assigned";
        String address = awaits(lease).group(1);
        assertTrue(status().contains("route 0.0.0.0/0 by 198.18.0.1 on link 1, told"), status());
        find();
        try (SocketChannel channel = place.connect(address, PORT)) {
            Place.echo(channel, OCTETS);
            long stack = Daemon.process(up, "stack");
            Threads.kill(stack, Threads.SIGKILL);
            up.says("restarts 1");
            Place.echo(channel, OCTETS);
            int before = times("DHCPACK");
            long endNs = System.nanoTime() + PATIENCE_NS;
            while (times("DHCPACK") == before) {
                assertTrue(System.nanoTime() < endNs, server.err());
                Thread.sleep(50);
            }
            assertEquals(address, awaits(lease).group(1));
            assertEquals(1, times("DHCPOFFER"), "the successor asked for no other");
            Place.echo(channel, OCTETS);
            // Monolithic, control is another one, too.
            find();
        }
        up.stop();
        server.says("DHCPRELEASE");
    }

    @Test
    void toolWithAStackOfItsOwnGetsOneAndGivesItBack() throws Exception {
        begin();
        List<String> line = new ArrayList<>(List.of("echo"));
        line.addAll(LINK);
        Place.Running echo = place.start(Place.netkeep(line));
        echo.says("echo over");
        lend();
        server.says("DHCPACK");
        Matcher lent = Pattern.compile("DHCPACK\\(nk-cmd\\) (\\S+)").matcher(server.err());
        assertTrue(lent.find(), server.err());
        try (SocketChannel channel = place.connect(lent.group(1), PORT)) {
            Place.echo(channel, OCTETS);
        }
        echo.stop();
        server.says("DHCPRELEASE");
    }
}
