package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import netkeep.linux.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A daemon with links of different kinds, a TAP and a packet socket, and a route behind one of them.
@Timeout(180)
class LinksTest {
    private static final int PORT = 7;
    private static final int OCTETS = 40_000;
    private static final String FAR = "203.0.113.9";

    @TempDir
    private Path directory;

    private Place place;

    @AfterEach
    void end() {
        if (place != null) {
            place.close();
        }
    }

    private SocketChannel connect(String from, String to) throws Exception {
        SocketChannel channel = place.space().call(SocketChannel::open);
        channel.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
        channel.connect(new InetSocketAddress(InetAddress.ofLiteral(to), PORT));
        return channel;
    }

    private void ip(String... words) throws Exception {
        String[] line = new String[words.length + 1];
        line[0] = "ip";
        System.arraycopy(words, 0, line, 1, words.length);
        Place.Said said = place.run(line);
        assertEquals(0, said.code(), said.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"monolithic", "factored"})
    void connectionsOverBothOutliveEachPart(String placement) throws Exception {
        assumeTrue(Place.has("ip"), "no ip");
        place = new Place(directory);
        Path session = directory.resolve("session");
        Path config = Files.writeString(directory.resolve("netkeep.toml"), """
                placement = "%s"
                session = "%s"
                [[link]]
                tap = "nk-cmd"
                addresses = ["198.18.0.2/24", "fd00:198:18::2/64"]
                kernel-addresses = ["198.18.0.1/24", "fd00:198:18::1/64"]
                [[link]]
                packet = "nk-ours"
                addresses = ["198.18.1.2/24", "fd00:198:18:1::2/64"]
                [[route]]
                to = "203.0.113.0/24"
                via = "198.18.1.1"
                link = "nk-ours"
                """.formatted(placement, session));
        ip("link", "add", "nk-ours", "type", "veth", "peer", "name", "nk-theirs");
        ip("addr", "add", "198.18.1.1/24", "dev", "nk-theirs");
        ip("addr", "add", FAR + "/32", "dev", "nk-theirs");
        ip("-6", "addr", "add", "fd00:198:18:1::1/64", "dev", "nk-theirs", "nodad");
        ip("link", "set", "nk-theirs", "up");
        Place.Running up = place.start(Place.netkeep(List.of("up", "--config", config.toString())));
        up.says("one stands by");
        Place.Running echo = place.start(Place.netkeep(List.of("echo", "--session", session.toString())));
        echo.says("echo over");
        try (SocketChannel tap = connect("198.18.0.1", "198.18.0.2");
                SocketChannel packet = connect("fd00:198:18:1::1", "fd00:198:18:1::2");
                SocketChannel far = connect(FAR, "198.18.1.2")) {
            List<SocketChannel> all = List.of(tap, packet, far);
            for (SocketChannel channel : all) {
                Place.echo(channel, OCTETS);
            }
            List<String> parts = placement.equals("factored") ? List.of("link 2", "stack", "link 1") : List.of("stack");
            for (String part : parts) {
                up.says("one stands by");
                Threads.kill(Daemon.process(up, part), Threads.SIGKILL);
                for (SocketChannel channel : all) {
                    Place.echo(channel, OCTETS);
                }
            }
        }
        Place.Said status = place.command("status", "--session", session.toString());
        assertTrue(status.out().contains("link 2 nk-ours: "), status.out());
        assertTrue(status.out().contains("route 203.0.113.0/24 by 198.18.1.1 on link 2"), status.out());
        assertEquals(0, up.stop().code());
    }
}
