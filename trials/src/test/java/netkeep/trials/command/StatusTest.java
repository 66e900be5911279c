package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `netkeep ss` and `netkeep nstat` of a stack that runs, beside what the kernel's tools print of the other side.
@Timeout(120)
class StatusTest {
    @TempDir
    private Path directory;

    private Place place;
    private Place.Running echo;
    private SocketChannel channel;

    @BeforeEach
    void connect() throws Exception {
        place = new Place(directory);
        echo = place.ours("echo");
        echo.says("echo over");
        channel = place.space().call(SocketChannel::open);
        channel.connect(new InetSocketAddress(InetAddress.ofLiteral(Place.OURS_4), 7));
        channel.write(ByteBuffer.wrap(new byte[5_000]));
        ByteBuffer back = ByteBuffer.allocate(5_000);
        while (back.hasRemaining()) {
            channel.read(back);
        }
    }

    @AfterEach
    void drop() throws Exception {
        if (channel != null) {
            channel.close();
        }
        place.close();
    }

    private String ours(String... arguments) throws Exception {
        String[] all = Arrays.copyOf(arguments, arguments.length + 2);
        all[arguments.length] = "--stack";
        all[arguments.length + 1] = String.valueOf(echo.pid());
        Place.Said said = place.command(all);
        assertEquals(0, said.code(), said.err());
        return said.out();
    }

    private static int port(SocketChannel of) throws Exception {
        return ((InetSocketAddress) of.getLocalAddress()).getPort();
    }

    private static List<String> words(String line) {
        return Arrays.stream(line.strip().split("\\s+", -1)).toList();
    }

    @Test
    void connectionIsALineAsInSs() throws Exception {
        List<String> lines = ours("ss", "-tn").lines().toList();
        assertEquals(
                List.of(
                        "Netid",
                        "State",
                        "Recv-Q",
                        "Send-Q",
                        "Local",
                        "Address:Port",
                        "Peer",
                        "Address:Port",
                        "Process"),
                words(lines.getFirst()));
        assertEquals(
                List.of("tcp", "ESTAB", "0", "0", "198.18.0.2:7", "198.18.0.1:" + port(channel)), words(lines.get(1)));
        assertEquals(2, lines.size());
        List<String> listening = ours("ss", "-tln").lines().toList();
        assertTrue(listening.stream().anyMatch(line -> words(line).subList(0, 2).equals(List.of("tcp", "LISTEN"))));
        assertTrue(ours("ss", "-uan").contains("UNCONN"));
    }

    /// Every word of ours with a value is one that the kernel's ss knows, too, for a connection in the same state.
    @Test
    void internalsAreInTheWordsOfSs() throws Exception {
        String all = ours("ss", "-tieump");
        assertTrue(all.contains("users:((\"netkeep\",pid=" + echo.pid()), all);
        assertTrue(
                Pattern.compile("skmem:\\(r\\d+,rb\\d+,t\\d+,tb\\d+,f\\d+,w\\d+,o\\d+,bl\\d+,d\\d+\\)")
                        .matcher(all)
                        .find(),
                all);
        assertTrue(Pattern.compile("ino:\\d+ sk:[0-9a-f]+").matcher(all).find(), all);
        assumeTrue(Place.has("ss"), "no ss");
        String kernels = place.run("ss", "-tieump", "dst", Place.OURS_4).out();
        // What the kernel shows only in other states, or by other versions.
        Set<String> sometimes = Set.of(
                "unacked",
                "retrans",
                "ssthresh",
                "rcv_ooopack",
                "lastrcv",
                "rcv_rtt",
                "snd_wnd",
                "rcv_wnd",
                "rcv_space",
                "minrtt",
                "pmtu",
                "timer",
                "rcvmss",
                "advmss",
                "bytes_retrans");
        Set<String> unknown = new TreeSet<>(names(all));
        unknown.removeAll(names(kernels));
        unknown.removeAll(sometimes);
        assertEquals(Set.of(), unknown, kernels + all);
        assertTrue(
                names(all).containsAll(Set.of("wscale", "rto", "rtt", "mss", "cwnd", "bytes_sent", "bytes_received")),
                all);
    }

    private static Set<String> names(String text) {
        return Pattern.compile("(?<=[ \\t])([a-z_]+):")
                .matcher(text)
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void jsonTellsTheSameAsText() throws Exception {
        String json = ours("ss", "-tn", "--json");
        assertEquals(1, json.lines().count());
        assertTrue(json.contains("\"state\": \"ESTAB\""), json);
        assertTrue(json.contains("\"local_port\": 7"), json);
        assertTrue(json.contains("\"peer_port\": " + port(channel)), json);
        assertTrue(json.contains("\"bytes_received\": 5000"), json);
        assertTrue(json.contains("\"bytes_acked\": 5000"), json);
        // Both in segments, as in the text; a threshold that was never set is none.
        assertTrue(json.matches("(?s).*\"cwnd\": \\d{1,3}, .*"), json);
        assertFalse(json.matches("(?s).*\"ssthresh\": \\d{6}.*"), json);
    }

    /// The counters have the kernel's names, and the same layout: name, value, rate.
    @Test
    void countersAreTheKernels() throws Exception {
        List<String> lines = ours("nstat", "-az").lines().toList();
        assertTrue(lines.getFirst().startsWith("#"), lines.getFirst());
        for (String line : lines.subList(1, lines.size())) {
            assertTrue(line.matches("[A-Z]\\w+ +\\d+ +[0-9.]+"), line);
        }
        Set<String> ours =
                lines.stream().skip(1).map(line -> words(line).getFirst()).collect(Collectors.toSet());
        assertTrue(ours.containsAll(Set.of(
                "TcpInSegs",
                "TcpOutSegs",
                "TcpRetransSegs",
                "TcpExtTCPTimeouts",
                "IpInReceives",
                "Ip6InReceives",
                "UdpInDatagrams",
                "IcmpInMsgs")));
        assertTrue(ours("nstat", "TcpPassiveOpens").contains("TcpPassiveOpens                 1 "));
        assertTrue(ours("nstat", "--json", "Tcp*").contains("\"TcpPassiveOpens\": 1"));
        assertFalse(ours("nstat", "Ip*").contains("Tcp"));
        assumeTrue(Place.has("nstat"), "no nstat");
        List<String> theirs = place.run("nstat", "-azs").out().lines().toList();
        Set<String> names =
                theirs.stream().skip(1).map(line -> words(line).getFirst()).collect(Collectors.toSet());
        Set<String> unknown = new TreeSet<>(ours);
        unknown.removeAll(names);
        // The kernel's are all of these, and it has more; ours has few of its own, for what the kernel does not count.
        assertTrue(unknown.size() * 10 <= ours.size(), unknown.toString());
    }
}
