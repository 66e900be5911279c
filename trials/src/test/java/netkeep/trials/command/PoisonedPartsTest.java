package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import netkeep.client.Attached;
import netkeep.domain.Line;
import netkeep.session.Ask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Inputs that a link or control dies of, or hangs over, cost themselves, or the session that said them, and two
/// restarts at most.
class PoisonedPartsTest {
    private static final int PORT = 7;
    private static final int MOST = 2;
    private static final String POISONED = "-Dnetkeep.poison=true";
    private static final String THROWS = "throws java.lang.IllegalStateException: a poisonous ";

    /// What throws and what hangs at the end of a message to control, and of a frame to a link.
    private static final List<String> MESSAGES = List.of("netkeep!", "netkeep?");

    @TempDir
    private Path directory;

    private Place place;
    private Path session;

    @BeforeEach
    void begin() {
        place = new Place(directory);
        session = directory.resolve("session");
    }

    @AfterEach
    void end() {
        place.close();
    }

    private Socket connect() throws Exception {
        Socket socket = place.space().call(() -> new Socket(Place.OURS_4, PORT));
        socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(30));
        return socket;
    }

    private static void echoes(Socket socket, int octet) throws Exception {
        socket.getOutputStream().write(octet);
        assertEquals(octet, socket.getInputStream().read());
    }

    /// Looks whether what a part died of last is told, and kills again.
    ///
    /// @param hand   what the report says that it had in hand
    /// @param ending how it died
    private void isToldAndDoneAgain(Daemon up, String death, String hand, String ending) throws Exception {
        String report = up.report(death);
        assertTrue(report.contains(hand), report);
        boolean threw = ending.startsWith("throws");
        assertTrue(report.contains(threw ? "\"exit code 70\"" : "\"hung, in an endless loop\""), report);
        List<String> command = new ArrayList<>(Place.netkeep(List.of(
                "replay",
                "--seconds",
                "2",
                up.reports().resolve(death + ".recording").toString())));
        command.add(1, POISONED);
        Place.Said again = place.start(command).end();
        assertTrue(again.out().contains("\n" + ending + "\n"), again.out() + again.err());
        assertEquals(0, again.code(), again.out() + again.err());
    }

    /// Those before it and behind it come, though the link had read them with it.
    @ParameterizedTest
    @CsvSource({"netkeep*, factored", "netkeep@, factored", "netkeep*, monolithic", "netkeep@, monolithic"})
    void frameThatALinkDiesOfIsDroppedAndNoOther(String poison, String placement) throws Exception {
        Daemon up = new Daemon(place, session, placement, List.of(POISONED));
        boolean factored = placement.equals("factored");
        up.attach("echo", "--port", Integer.toString(PORT));
        try (Socket socket = connect();
                DatagramSocket datagrams = place.space().call(() -> new DatagramSocket())) {
            datagrams.setSoTimeout((int) TimeUnit.SECONDS.toMillis(30));
            datagrams.connect(new InetSocketAddress(InetAddress.getByName(Place.OURS_4), PORT));
            for (int round = 1; round <= 2; round++) {
                echoes(socket, round);
                int before = up.restarts("link");
                for (String each : List.of("one", poison, "two")) {
                    byte[] octets = each.getBytes(StandardCharsets.US_ASCII);
                    datagrams.send(new DatagramPacket(octets, octets.length));
                }
                up.awaitDeath("link", before);
                for (String each : List.of("one", "two")) {
                    DatagramPacket back = new DatagramPacket(new byte[100], 100);
                    datagrams.receive(back);
                    assertArrayEquals(
                            each.getBytes(StandardCharsets.US_ASCII), Arrays.copyOf(back.getData(), back.getLength()));
                }
                echoes(socket, 100 + round);
                assertTrue(up.restarts("link") <= before + MOST, up.keeper.out());
            }
            assertEquals(factored ? 0 : up.restarts("link"), up.restarts("stack"), up.keeper.out());
            assertEquals(factored ? 0 : up.restarts("link"), up.restarts("control"), up.keeper.out());
        }
        String death = factored ? "link-1" : "link,stack,control-1";
        isToldAndDoneAgain(
                up, death, "in hand: a frame of link 1, at ", poison.endsWith("*") ? THROWS + "frame" : "hangs");
    }

    /// Says something poisonous, and sees what comes of it.
    private interface Says {
        void poison(String end) throws Exception;
    }

    private void greets(String end) throws IOException {
        try (Line line = Line.to(session.toString())) {
            line.send(end.getBytes(StandardCharsets.US_ASCII));
            assertThrows(EOFException.class, line::receive);
        }
    }

    private void asks(String end) throws IOException {
        try (Line line = Line.to(session.toString())) {
            line.send(Ask.question("names"));
            assertTrue(Ask.read(line.receive().octets()).text().startsWith("names "));
            line.send(Ask.question("what? " + end));
            assertThrows(EOFException.class, line::receive);
        }
    }

    /// Over a session that asks again whenever another control greets it.
    private void wantsAName(String end) throws IOException {
        try (Attached program = Attached.to(session.toString())) {
            assertThrows(
                    UnknownHostException.class, () -> program.names().addresses("www.example." + end, true, false));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"monolithic", "factored"})
    void messageThatControlDiesOfCostsWhoSaidItAndNobodyElse(String placement) throws Exception {
        Daemon up = new Daemon(place, session, placement, List.of(POISONED));
        up.attach("echo", "--port", Integer.toString(PORT));
        String part = placement.equals("factored") ? "control-" : "link,stack,control-";
        List<Says> all = List.of(this::greets, this::asks, this::wantsAName);
        List<String> hands = List.of("somebody without a session", "somebody without a session", "session ");
        try (Socket socket = connect()) {
            for (String end : MESSAGES) {
                for (int i = 0; i < all.size(); i++) {
                    int before = up.restarts("control");
                    all.get(i).poison(end);
                    up.awaitDeath("control", before);
                    echoes(socket, i);
                    // Another one is heard: nobody says it again.
                    Place.await(
                            up.keeper.out(), () -> Place.asked(session, "names").startsWith("names "));
                    assertTrue(up.restarts("control") <= before + MOST, up.keeper.out());
                    isToldAndDoneAgain(
                            up,
                            part + (before + 1),
                            "control had in hand: a message of " + hands.get(i),
                            end.endsWith("!") ? THROWS + "message" : "hangs");
                }
            }
        }
        up.await("sessions: 1");
    }
}
