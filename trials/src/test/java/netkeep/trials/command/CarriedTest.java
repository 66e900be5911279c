package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Octets that come by a way which the preloaded library does not see: they are carried, in order with all others.
@Timeout(120)
class CarriedTest {
    private static final int PORT = 8080;
    private static final int LENGTH = 1_000_003;

    @TempDir
    private Path directory;

    private Place place;
    private Path session;

    @BeforeEach
    void begin() throws Exception {
        place = new Place(directory);
        session = directory.resolve("session");
    }

    @AfterEach
    void end() {
        place.close();
    }

    @ParameterizedTest
    @CsvSource({"monolithic," + Place.OURS_6, "factored," + Place.OURS_4})
    @Row(
            program = "programs linked statically, that inherit a connection",
            scenario = "started by fork and exec and by posix_spawn, as inetd does, both ways",
            outcome = "pass; octets go through a process between")
    void staticProgramsAndSystemCallsReachTheConnection(String placement, String address) throws Exception {
        ProgramsTest.needs("gcc", "env");
        Daemon up = new Daemon(place, session, placement);
        String program = compile("dynamic");
        Place.Running server =
                place.start(Place.run(session, program, "serve", address, "" + PORT, compile("static", "-static")));
        server.says("listening");
        byte[] content = new byte[LENGTH];
        Seeds.luck(1).nextBytes(content);
        for (int i = 0; i < 2; i++) {
            byte[] all = exchange(address, bytes("first\n"), content, bytes("last\n"));
            assertArrayEquals(join(bytes("before first\n"), content, bytes("after last\n")), all);
        }
        assertArrayEquals(content, exchange(address, content));
        Place.Said said = server.end();
        assertEquals("", said.err());
        assertEquals(0, said.code());
        raw(address, Place.run(session, program, "raw", address, "" + PORT));
        List<String> carrying = new ArrayList<>(List.of("env", "NETKEEP_CARRY=1"));
        carrying.addAll(Place.run(session, program, "raw", address, "" + PORT));
        raw(address, carrying);
        up.await("sessions: 0");
    }

    private void raw(String address, List<String> line) throws Exception {
        Place.Running server = place.start(line);
        server.says("listening");
        String all = new String(exchange(address, bytes("line\n".repeat(300))), StandardCharsets.US_ASCII);
        assertEquals("named line\nraw line\nboth raw line\n".repeat(100), all);
        Place.Said said = server.end();
        assertEquals("", said.err());
        assertEquals(0, said.code());
    }

    private String compile(String name, String... options) throws Exception {
        String program = directory.resolve(name).toString();
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("-o", program));
        place.compile("carried", all.toArray(String[]::new));
        return program;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /// Sends, says that this is all, and reads to the end meanwhile.
    private byte[] exchange(String address, byte[]... parts) throws Exception {
        try (Socket socket = place.space().call(() -> new Socket(InetAddress.ofLiteral(address), PORT))) {
            socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(20));
            FutureTask<Void> sending = new FutureTask<>(() -> {
                OutputStream out = socket.getOutputStream();
                for (byte[] part : parts) {
                    out.write(part);
                }
                socket.shutdownOutput();
                return null;
            });
            Thread sender = Thread.ofVirtual().start(sending);
            byte[] all = socket.getInputStream().readAllBytes();
            sending.get();
            sender.join();
            return all;
        }
    }
}
