package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import netkeep.linux.Threads;
import netkeep.wire.Address;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Inputs that a stack dies of cost themselves, their session at most, and two restarts; records their connection and
/// one.
class PoisonTest {
    private static final int PORT = 7;
    private static final int REQUEST = 250;
    private static final int MOST = 2;

    /// Ports of a peer whose connection's record a stack dies of: when it finds it, looks at its timers, sees what it
    /// has to send.
    private static final int FOUND = 6661;

    private static final int DUE = 6662;
    private static final int SENDS = 6663;

    @TempDir
    private Path directory;

    private Place place;
    private Daemon daemon;

    @BeforeEach
    void begin() throws Exception {
        place = new Place(directory);
    }

    @AfterEach
    void end() {
        place.close();
    }

    private Daemon up(String placement) throws Exception {
        daemon = new Daemon(place, directory.resolve("session"), placement, List.of("-Dnetkeep.poison=true"));
        return daemon;
    }

    private void echoes(Socket socket, int octet) throws Exception {
        socket.getOutputStream().write(octet);
        try {
            assertEquals(octet, socket.getInputStream().read());
        } catch (SocketTimeoutException silent) {
            throw new AssertionError(daemon.keeper.out(), silent);
        }
    }

    private Socket connect() throws Exception {
        return connect(0);
    }

    /// @param port of the peer, 0 for any
    private Socket connect(int port) throws Exception {
        Socket socket = place.space().call(() -> {
            Socket made = new Socket();
            made.bind(new InetSocketAddress(port));
            made.connect(new InetSocketAddress(Place.OURS_4, PORT));
            return made;
        });
        socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(30));
        return socket;
    }

    @ParameterizedTest
    @CsvSource({"netkeep!, factored", "netkeep?, factored", "netkeep!, monolithic", "netkeep?, monolithic"})
    void frameIsDroppedAndConnectionsGoOn(String poison, String placement) throws Exception {
        Daemon up = up(placement);
        up.attach("echo", "--port", Integer.toString(PORT));
        byte[] payload = poison.getBytes(StandardCharsets.US_ASCII);
        try (Socket socket = connect();
                DatagramSocket datagrams = place.space().call(() -> new DatagramSocket())) {
            for (int round = 1; round <= 2; round++) {
                echoes(socket, round);
                int before = up.restarts("stack");
                datagrams.send(new DatagramPacket(payload, payload.length, InetAddress.getByName(Place.OURS_4), PORT));
                up.awaitDeath("stack", before);
                echoes(socket, 100 + round);
                assertTrue(up.restarts("stack") <= before + MOST, up.keeper.out());
            }
        }
        String first = domain(placement) + "-1";
        String report = up.report(first);
        assertTrue(report.contains(poison.endsWith("!") ? "\"exit code 70\"" : "\"hung, in an endless loop\""), report);
        assertTrue(report.contains("a frame of link 1"), report);
        Place.Said again = replay(up, first);
        String ending = poison.endsWith("!") ? "throws java.lang.IllegalStateException: a poisonous frame" : "hangs";
        assertTrue(again.out().contains("\n" + ending + "\n"), again.out());
        assertTrue(again.out().matches("(?s).*: IP 198.18.0.1.\\d+ > 198.18.0.2.7: UDP, length 8\n.*"), again.out());
        assertEquals(0, again.code(), again.out() + again.err());
    }

    /// What a stack died of, once more.
    private Place.Said replay(Daemon up, String death) throws Exception {
        List<String> command = new ArrayList<>(Place.netkeep(List.of(
                "replay",
                "--seconds",
                "3",
                up.reports().resolve(death + ".recording").toString())));
        command.add(1, "-Dnetkeep.poison=true");
        return place.start(command).end();
    }

    /// The link is replaced, and has new rings; also whoever takes the stack over knows them.
    @Test
    void linkThatBreaksItsRingsIsReplacedAndConnectionsGoOn() throws Exception {
        Daemon up = up("factored");
        up.attach("echo", "--port", Integer.toString(PORT));
        byte[] payload = "netkeep#".getBytes(StandardCharsets.US_ASCII);
        try (Socket socket = connect();
                DatagramSocket datagrams = place.space().call(() -> new DatagramSocket())) {
            for (int round = 1; round <= 3; round++) {
                echoes(socket, round);
                datagrams.send(new DatagramPacket(payload, payload.length, InetAddress.getByName(Place.OURS_4), PORT));
                up.awaitRestarts("link", round);
                echoes(socket, 100 + round);
                assertEquals(round - 1, up.restarts("stack"), up.keeper.out());
                up.kill("stack", round - 1, Threads.SIGKILL);
                echoes(socket, 200 + round);
            }
        }
        String report = up.report("link-1");
        assertTrue(report.contains("\"broke its rings: tail "), report);
        Place.Said status = place.command("status", "--session", up.session.toString());
        assertTrue(status.out().contains("cut off: link, process "), status.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"monolithic", "factored"})
    void requestEndsItsSessionAndNoOther(String placement) throws Exception {
        Daemon up = up(placement);
        up.attach("echo", "--port", Integer.toString(PORT));
        try (Socket socket = connect();
                RawSession client = RawSession.to(up.session)) {
            echoes(socket, 1);
            assertTrue(client.ask(REQUEST, 0, 0, Address.parse("0.0.0.0"), 0));
            up.awaitDeath("stack", 0);
            echoes(socket, 2);
            client.awaitOver();
            echoes(socket, 3);
            assertTrue(up.restarts("stack") <= MOST, up.keeper.out());
        }
        up.await("sessions: 1");
        String first = domain(placement) + "-1";
        assertTrue(up.report(first).contains("\"recording\""), up.report(first));
        Place.Said again = replay(up, first);
        assertTrue(
                again.out().contains("\nthrows java.lang.IllegalStateException: a poisonous request\n"), again.out());
        assertTrue(again.out().contains(": op 250 of socket 0, "), again.out());
        assertEquals(0, again.code(), again.out() + again.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"monolithic", "factored"})
    void recordEndsItsConnectionAndNoOther(String placement) throws Exception {
        Daemon up = up(placement);
        up.attach("echo", "--port", Integer.toString(PORT));
        try (Socket socket = connect()) {
            for (int port : new int[] {SENDS, DUE, FOUND}) {
                int before = up.restarts("stack");
                try (Socket poisonous = connect(port)) {
                    poisonous.getOutputStream().write(port);
                    if (port == FOUND) {
                        assertEquals(port & 0xFF, poisonous.getInputStream().read());
                        up.awaitRestarts("stack", before);
                        Threads.kill(up.process("stack"), Threads.SIGKILL);
                    }
                    assertThrows(SocketException.class, () -> readToEnd(poisonous));
                }
                echoes(socket, port & 0xFF);
                // Where it is found somebody was killed before.
                assertEquals(before + (port == FOUND ? 2 : 1), up.restarts("stack"), up.keeper.out());
            }
        }
        String second = domain(placement) + "-2";
        assertTrue(up.report(second).contains("in hand: the record of socket "), up.report(second));
        Place.Said again = replay(up, second);
        assertTrue(again.out().contains("\nthrows java.lang.IllegalStateException: a poisonous record\n"), again.out());
        assertEquals(0, again.code(), again.out() + again.err());
    }

    /// The domain that has the stack.
    private static String domain(String placement) {
        return placement.equals("factored") ? "stack" : "link,stack,control";
    }

    private static void readToEnd(Socket socket) throws Exception {
        while (socket.getInputStream().read() >= 0) {}
        throw new AssertionError("it ended as if nothing had happened");
    }
}
