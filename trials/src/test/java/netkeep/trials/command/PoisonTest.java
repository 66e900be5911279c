package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.lang.foreign.Arena;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import netkeep.domain.Doorbell;
import netkeep.domain.Line;
import netkeep.domain.Shared;
import netkeep.ring.Producer;
import netkeep.ring.Region;
import netkeep.session.Hello;
import netkeep.session.Request;
import netkeep.session.SessionLayout;
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
                Line client = Line.to(up.session.toString());
                Arena arena = Arena.ofShared()) {
            echoes(socket, 1);
            client.send(Hello.greeting());
            Line.Received received = client.receive();
            SessionLayout layout = Hello.read(received.octets()).layout();
            int[] descriptors = received.descriptors();
            Region own = Shared.map(arena, descriptors[0], layout.clientLength(), true);
            Region stacks = Shared.map(arena, descriptors[1], layout.stackLength(), false);
            Producer requests = new Producer(
                    own,
                    SessionLayout.producer(),
                    stacks,
                    layout.requestsConsumer(),
                    layout.requests(),
                    SessionLayout.REQUEST,
                    0);
            own.u8(requests.free() + Request.OP, REQUEST);
            requests.give();
            requests.publish();
            try (Doorbell bell = new Doorbell(descriptors[2])) {
                bell.ring();
            }
            up.awaitDeath("stack", 0);
            echoes(socket, 2);
            // A successor greets once more; then the line ends.
            assertThrows(EOFException.class, () -> {
                while (true) {
                    client.receive().refuse();
                }
            });
            echoes(socket, 3);
            assertTrue(up.restarts("stack") <= MOST, up.keeper.out());
        }
        up.await("sessions: 1");
    }
}
