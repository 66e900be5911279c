package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import netkeep.wire.Address;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Inputs that a stack dies of cost themselves, their session at most, and two restarts.
class PoisonTest {
    private static final int PORT = 7;
    private static final int REQUEST = 250;
    private static final int MOST = 2;

    @TempDir
    private Path directory;

    private Place place;

    @BeforeEach
    void begin() throws Exception {
        place = new Place(directory);
    }

    @AfterEach
    void end() {
        place.close();
    }

    private Daemon up(String placement) throws Exception {
        return new Daemon(place, directory.resolve("session"), placement, List.of("-Dnetkeep.poison=true"));
    }

    private static void echoes(Socket socket, int octet) throws Exception {
        socket.getOutputStream().write(octet);
        assertEquals(octet, socket.getInputStream().read());
    }

    private Socket connect() throws Exception {
        Socket socket = place.space().call(() -> new Socket(Place.OURS_4, PORT));
        socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(30));
        return socket;
    }

    @ParameterizedTest
    @ValueSource(strings = {"netkeep!", "netkeep?"})
    void frameIsDroppedAndConnectionsGoOn(String poison) throws Exception {
        Daemon up = up("factored");
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
        String report = Files.readString(up.reports().resolve("stack-1.json"));
        assertTrue(report.contains(poison.endsWith("!") ? "\"exit code 70\"" : "\"hung\""), report);
        assertTrue(report.contains("a frame of link 1"), report);
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
    }
}
