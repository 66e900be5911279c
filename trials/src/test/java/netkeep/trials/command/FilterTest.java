package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A daemon's filter beside the kernel's own programs: refused, let through, and refused no more.
@Timeout(120)
class FilterTest {
    private static final Pattern SESSION = Pattern.compile("session (\\d+) process");
    private static final int PORT = 7;
    private static final int SOON_MS = 300;
    private static final int PATIENCE_MS = 20_000;

    @TempDir
    private Path directory;

    private Place place;
    private Path file;
    private Path session;

    @BeforeEach
    void begin() {
        place = new Place(directory);
        file = directory.resolve("netkeep.toml");
        session = directory.resolve("session");
    }

    @AfterEach
    void end() {
        place.close();
    }

    private void write(String... rules) throws Exception {
        StringBuilder text = new StringBuilder("""
                session = "%s"
                [[link]]
                tap = "nk-filter"
                addresses = ["%s/24"]
                kernel-addresses = ["%s/24"]
                """.formatted(session, Place.OURS_4, Place.KERNEL_4));
        for (String rule : rules) {
            text.append("[[filter]]\n").append(rule).append('\n');
        }
        Files.writeString(file, text);
    }

    private String ours(String... line) throws Exception {
        Place.Said said = place.start(Place.netkeep(List.of(line))).end();
        assertEquals(0, said.code(), said.err());
        return said.out();
    }

    private void reload(String... rules) throws Exception {
        write(rules);
        assertEquals("the filter has " + rules.length + " rules\n", ours("reload", "--session", session.toString()));
    }

    private Socket connect(int patienceMs) throws Exception {
        return place.space().call(() -> {
            Socket socket = new Socket();
            socket.connect(new InetSocketAddress(Place.OURS_4, PORT), patienceMs);
            return socket;
        });
    }

    private Throwable refusal(int patienceMs) {
        return assertThrows(IllegalStateException.class, () -> connect(patienceMs))
                .getCause();
    }

    /// What the kernel tells a program that has sent a datagram to a port where nobody is.
    private Throwable told() {
        IllegalStateException thrown = assertThrows(
                IllegalStateException.class,
                () -> place.space().call(() -> {
                    try (DatagramSocket socket = new DatagramSocket()) {
                        socket.connect(new InetSocketAddress(Place.OURS_4, PORT + 1));
                        socket.setSoTimeout(PATIENCE_MS);
                        socket.send(new DatagramPacket(new byte[1], 1));
                        socket.receive(new DatagramPacket(new byte[1], 1));
                        return socket;
                    }
                }));
        return thrown.getCause();
    }

    private static void echoes(Socket socket, int octet) throws Exception {
        socket.getOutputStream().write(octet);
        assertEquals(octet, socket.getInputStream().read());
    }

    /// The session that there is.
    private int number() throws Exception {
        Matcher matcher = SESSION.matcher(ours("status", "--session", session.toString()));
        assertTrue(matcher.find());
        return Integer.parseInt(matcher.group(1));
    }

    @Test
    void kernelIsRefusedOrLetThrough() throws Exception {
        write();
        place.start(Place.netkeep(List.of("up", "--config", file.toString()))).says("one stands by");
        place.start(Place.netkeep(List.of("echo", "--port", "7", "--session", session.toString())))
                .says("echo over");
        try (Socket before = connect(PATIENCE_MS)) {
            echoes(before, 1);
            reload("action = \"reject\"\nprotocol = \"tcp\"\nports = [\"1-1024\"]");
            assertInstanceOf(ConnectException.class, refusal(PATIENCE_MS));
            echoes(before, 2);
            reload("action = \"drop\"\nfrom = \"" + Place.KERNEL_4 + "\"\nuser = \"root\"");
            assertInstanceOf(SocketTimeoutException.class, refusal(SOON_MS));
            assertInstanceOf(PortUnreachableException.class, told(), "no session is meant");
            reload("action = \"reject\"\nprotocol = \"tcp\"\nsession = " + (number() + 1));
            try (Socket another = connect(PATIENCE_MS)) {
                echoes(another, 5);
            }
            reload("action = \"reject\"\nprotocol = \"tcp\"\nsession = " + number());
            assertInstanceOf(ConnectException.class, refusal(PATIENCE_MS));
            reload("action = \"accept\"\nprotocol = \"tcp\"\nports = [\"7\"]", "action = \"reject\"");
            try (Socket after = connect(PATIENCE_MS)) {
                echoes(after, 3);
            }
            assertEquals("No route to host", told().getMessage());
            echoes(before, 4);
        }
        String status = ours("status", "--session", session.toString());
        assertTrue(status.contains("filter reject in any any any 0-65535 any\n"), status);
        String counters = ours("nstat", "--session", session.toString(), "Filter*");
        assertTrue(counters.contains("FilterInDrops") && counters.contains("FilterInRejects"), counters);
    }
}
