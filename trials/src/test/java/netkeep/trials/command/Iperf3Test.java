package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import netkeep.embedded.Embedded;
import netkeep.engine.ledger.Counter;
import netkeep.link.KernelAddress;
import netkeep.link.Link;
import netkeep.link.TapDevice;
import netkeep.link.TapSettings;
import netkeep.servers.iperf3.Iperf3Client;
import netkeep.servers.iperf3.Terms;
import netkeep.servers.loop.Time;
import netkeep.wire.Address;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// iperf3 on the kernel's stack and the same protocol on ours, either of them client, server, sender and receiver:
/// both count the same octets, none is lost, and tshark finds nothing wrong with what both sides captured.
@Timeout(120)
class Iperf3Test {
    private static final int PORT = 5201;
    private static final long OCTETS = 8L << 20;
    /// Slow enough that a receiver which does not run for a while loses nothing: its buffer is the kernel's default.
    private static final long RATE = 20_000_000;
    private static final long UDP_OCTETS = 1 << 20;
    private static final int DATAGRAM = 1400;
    private static final long NONE_NS = TimeUnit.SECONDS.toNanos(1);
    private static final boolean REPORT = Boolean.getBoolean("netkeep.interop.report");

    @TempDir
    private Path directory;

    private Place place;

    @BeforeEach
    void make() {
        assumeTrue(Place.has("iperf3"), "no iperf3");
        place = new Place(directory);
    }

    @AfterEach
    void drop() {
        if (place != null) {
            place.close();
        }
    }

    /// A number out of a part of iperf3's report.
    private static long number(String json, String part, String name) {
        Matcher found = Pattern.compile("\"" + part + "\":\\s*\\{[^}]*?\"" + name + "\":\\s*(\\d+)")
                .matcher(json);
        assertTrue(found.find(), part + "." + name + ": " + json);
        return Long.parseLong(found.group(1));
    }

    private String iperf3(String... arguments) throws Exception {
        List<String> line = new ArrayList<>(List.of("iperf3", "-J"));
        line.addAll(List.of(arguments));
        Place.Said said = place.run(line.toArray(String[]::new));
        assertEquals(0, said.code(), said.out() + said.err());
        if (REPORT) {
            System.out.println(String.join(" ", line) + ": " + said.out().replaceAll("(?s).*\"end\":|\\s+", ""));
        }
        return said.out();
    }

    private Place.Running dump(Path file) throws Exception {
        Place.Running dump = place.start(
                List.of("tcpdump", "-i", "any", "-U", "-B", "65536", "-s", "0", "-Z", "root", "-w", file.toString()));
        dump.says("listening on");
        return dump;
    }

    /// Every octet that one side counted the other counted, too.
    private static void sameOctets(String json) {
        long sent = number(json, "sum_sent", "bytes");
        assertTrue(sent >= OCTETS, json);
        assertEquals(sent, number(json, "sum_received", "bytes"), json);
    }

    /// @param sender as whom iperf3 knows what was sent: else the last ones may still be on their way
    private void allDatagrams(boolean sender, String report) throws Exception {
        String json = report
                + place.run("nstat", "-asz", "UdpRcvbufErrors", "Udp6RcvbufErrors", "UdpInErrors")
                        .out();
        long packets = number(json, "sum", "packets");
        long sent = number(json, "sum_sent", "packets");
        assertTrue((sender ? packets : sent) >= UDP_OCTETS / DATAGRAM, json);
        assertEquals(0, number(json, "sum", "lost_packets"), json);
        assertEquals(0, number(json, "udp", "out_of_order"), json);
        assertTrue(sender ? sent == packets : sent >= packets, json);
        if (sender) {
            assertEquals(number(json, "sum_sent", "bytes"), number(json, "sum_received", "bytes"), json);
        }
    }

    @Test
    void iperf3MeasuresAgainstOurServer() throws Exception {
        Path ours = directory.resolve("ours.pcapng");
        Path kernels = directory.resolve("kernels.pcap");
        Place.Running server = place.ours("iperf3", "--capture", ours.toString());
        server.says("iperf3 over TCP and UDP on " + Place.OURS_4 + " port " + PORT);
        Place.Running dump = dump(kernels);
        String octets = String.valueOf(OCTETS);
        String few = String.valueOf(UDP_OCTETS);
        String rate = String.valueOf(RATE);
        String length = String.valueOf(DATAGRAM);
        for (String address : List.of(Place.OURS_4, Place.OURS_6)) {
            String up = iperf3("-c", address, "-n", octets);
            sameOctets(up);
            assertTrue(number(up, "sum_sent", "retransmits") <= 5, up);
            sameOctets(iperf3("-c", address, "-n", octets, "-R"));
            sameOctets(iperf3("-c", address, "-n", octets, "-P", "4"));
            sameOctets(iperf3("-c", address, "-n", octets, "-P", "4", "-R"));
            allDatagrams(true, iperf3("-c", address, "-u", "-l", length, "-b", rate, "-n", few));
            allDatagrams(false, iperf3("-c", address, "-u", "-l", length, "-b", rate, "-n", few, "-R"));
        }
        String timed = iperf3("-c", Place.OURS_4, "-t", "1");
        assertEquals(number(timed, "sum_sent", "bytes"), number(timed, "sum_received", "bytes"), timed);

        Place.Said refused = place.run("iperf3", "-c", Place.OURS_4, "-t", "1", "--bidir");
        assertEquals(1, refused.code(), refused.out());
        assertTrue(refused.err().contains("not implemented"), refused.err());
        assertEquals(0, counter(server, "TcpInErrs"));
        long again = counter(server, "TcpRetransSegs");
        assertTrue(again <= 5, again + " segments sent again");
        if (REPORT) {
            System.out.println("sent again by us: " + again);
        }
        dump.stop();
        Place.Said said = server.stop();
        assertEquals(0, said.code(), said.err());
        assertTrue(said.out().contains("13 tests"), said.out());
        nothingWrong(ours);
        nothingWrong(kernels);
    }

    private long counter(Place.Running server, String name) throws Exception {
        Place.Said said = place.command("nstat", "--stack", String.valueOf(server.pid()), "-az", "--json", name);
        assertEquals(0, said.code(), said.err());
        return Long.parseLong(said.out().replaceAll("(?s).*\"" + name + "\": (\\d+).*", "$1"));
    }

    /// No malformed packet and no error of anybody's, and nothing to speak of that we sent again. (The kernel probes
    /// for the last of two short segments that we have not acknowledged after some milliseconds.)
    private void nothingWrong(Path capture) throws Exception {
        assumeTrue(Place.has("tshark"), "no tshark");
        assertEquals("", tshark(capture, "_ws.malformed || _ws.expert.severity == error"));
        String ours = "(ip.src == " + Place.OURS_4 + " || ipv6.src == " + Place.OURS_6 + ")";
        String again = tshark(capture, ours + " && tcp.analysis.retransmission");
        assertTrue(again.lines().count() <= 5, again);
        assertTrue(tshark(capture, ours + " && (tcp || udp)").lines().count() > 1_000);
    }

    /// What is moved is random octets, in which tshark would else find some protocol, malformed.
    private String tshark(Path capture, String filter) throws Exception {
        Place.Said said = place.run(
                "tshark",
                "-n",
                "-d",
                "tcp.port==5201,data",
                "-d",
                "udp.port==5201,data",
                "-r",
                capture.toString(),
                "-Y",
                filter);
        assertEquals(0, said.code(), said.err());
        return said.out();
    }

    private static KernelAddress side(String text, int prefix) {
        Address address = Address.parse(text);
        return new KernelAddress(address.hi(), address.lo(), prefix);
    }

    private static Stream<Terms> terms() {
        Terms tcp = Terms.tcp(NONE_NS).withOctets(OCTETS);
        Terms udp = Terms.udp(NONE_NS, DATAGRAM, RATE).withOctets(DATAGRAM * (UDP_OCTETS / DATAGRAM));
        return Stream.of(
                tcp, tcp.reversed(), tcp.withStreams(4), tcp.withStreams(4).reversed(), udp, udp.reversed());
    }

    @Test
    void ourClientMeasuresAgainstIperf3() throws Exception {
        Path kernels = directory.resolve("kernels.pcap");
        TapSettings settings = TapSettings.of("nk-iperf")
                .withKernelAddresses(List.of(side(Place.KERNEL_4, 24), side(Place.KERNEL_6, 64)));
        Link link = place.space().call(() -> TapDevice.open(settings).queues().getFirst());
        try (Embedded stack = Embedded.builder()
                .link("nk-iperf", link, List.of(Place.OURS_4 + "/24", Place.OURS_6 + "/64"))
                .sockets(1 << 10)
                .start()) {
            Place.Running dump = dump(kernels);
            SplittableRandom luck = new SplittableRandom(7);
            for (String address : List.of(Place.KERNEL_4, Place.KERNEL_6)) {
                InetSocketAddress there = new InetSocketAddress(InetAddress.ofLiteral(address), PORT);
                for (Terms terms : terms().toList()) {
                    // One for each run: between two runs it does not listen for a while.
                    Place.Running server = place.start(List.of("iperf3", "-s", "-1", "--forceflush"));
                    server.says("Server listening on");
                    same(terms, Iperf3Client.run(stack.provider(), Time.SYSTEM, luck, there, terms));
                    server.end();
                }
            }
            assertTrue(stack.ask(engine -> engine.counters().get(Counter.TcpRetransSegs)) <= 5);
            long bad = stack.ask(engine -> engine.counters().get(Counter.TcpInErrs));
            assertEquals(0, bad, "bad segments");
            dump.stop();
        }
        nothingWrong(kernels);
    }

    private static void same(Terms terms, Iperf3Client.Outcome outcome) {
        String what = terms + ": " + outcome;
        assertEquals(terms.streams(), outcome.ours().size(), what);
        long ours =
                outcome.ours().stream().mapToLong(Iperf3Client.Count::octets).sum();
        long theirs =
                outcome.theirs().stream().mapToLong(Iperf3Client.Count::octets).sum();
        assertTrue(ours >= terms.octets(), what);
        // As a sender iperf3 counts what it wrote, and it writes until it is told to end.
        assertTrue(terms.reverse() ? theirs >= ours : theirs == ours, what);
        assertEquals(0, outcome.late(), what);
        for (Iperf3Client.Count count : terms.reverse() ? outcome.ours() : outcome.theirs()) {
            assertEquals(0, count.lost(), what);
        }
        if (REPORT) {
            System.out.println(what);
        }
    }
}
