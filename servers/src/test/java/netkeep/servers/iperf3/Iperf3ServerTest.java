package netkeep.servers.iperf3;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.FutureTask;
import netkeep.servers.loop.Time;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Client and server of ours with each other, and a server with clients that are none, on the platform's channels.
@Timeout(60)
class Iperf3ServerTest {
    private static final int DEADLINE_MS = 10_000;
    private static final SelectorProvider PLATFORM = SelectorProvider.provider();

    private Iperf3Server server;
    private InetSocketAddress there;
    private FutureTask<Boolean> running;

    @BeforeEach
    void serve() throws IOException {
        server = new Iperf3Server(PLATFORM, Time.SYSTEM);
        there = server.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        running = new FutureTask<>(() -> {
            server.run();
            return true;
        });
        Thread.ofPlatform().start(running);
    }

    @AfterEach
    void end() throws Exception {
        server.close();
        assertTrue(running.get());
    }

    private Iperf3Client.Outcome run(Terms terms) throws IOException {
        return Iperf3Client.run(PLATFORM, Time.SYSTEM, new SplittableRandom(1), there, terms);
    }

    private static long octets(List<Iperf3Client.Count> counts) {
        return counts.stream().mapToLong(Iperf3Client.Count::octets).sum();
    }

    @Test
    void bothSidesCountTheSameOctets() throws IOException {
        countTheSameOctets();
        // The last one's server may still be counting.
        assertTrue(server.tests() >= 3, "tests " + server.tests());
    }

    private void countTheSameOctets() throws IOException {
        Terms terms = Terms.tcp(SECONDS.toNanos(1)).withOctets(10_000_000);
        for (Terms each : List.of(
                terms,
                terms.reversed(),
                terms.withStreams(5),
                terms.withStreams(5).reversed())) {
            Iperf3Client.Outcome outcome = run(each);
            assertEquals(each.streams(), outcome.ours().size());
            assertEquals(outcome.ours(), outcome.theirs());
            assertEquals(each.octets(), octets(outcome.ours()));
        }
    }

    /// iperf3 reads its streams by whole blocks once it has said that the test ends, and only then what it is told.
    @Test
    void whatIsSentHasAnEnd() throws IOException {
        byte[] cookie = "an-iperf3-cookie-of-thirty-six-chars\0".getBytes(StandardCharsets.US_ASCII);
        byte[] terms = Terms.tcp(SECONDS.toNanos(1)).reversed().json().getBytes(StandardCharsets.US_ASCII);
        try (Socket control = new Socket(there.getAddress(), there.getPort());
                Socket stream = new Socket()) {
            control.setSoTimeout(DEADLINE_MS);
            stream.setSoTimeout(DEADLINE_MS);
            control.getOutputStream().write(cookie);
            expect(control, Step.PARAM_EXCHANGE);
            control.getOutputStream()
                    .write(ByteBuffer.allocate(Integer.BYTES)
                            .putInt(terms.length)
                            .array());
            control.getOutputStream().write(terms);
            expect(control, Step.CREATE_STREAMS);
            stream.connect(there);
            stream.getOutputStream().write(cookie);
            expect(control, Step.TEST_START);
            expect(control, Step.TEST_RUNNING);
            assertTrue(stream.getInputStream().readNBytes(100_000).length > 0);
            control.getOutputStream().write(Step.TEST_END.code());

            while (stream.getInputStream().read(new byte[1 << 16]) >= 0) {
                // To its end.
            }
            expect(control, Step.EXCHANGE_RESULTS);
        }
    }

    private static void expect(Socket control, Step step) throws IOException {
        assertEquals(step.code(), control.getInputStream().read());
    }

    @Test
    void timeEndsATest() throws IOException {
        Iperf3Client.Outcome outcome = run(Terms.tcp(MILLISECONDS.toNanos(50)));
        assertTrue(octets(outcome.ours()) > 0);
        assertEquals(outcome.ours(), outcome.theirs());
    }

    @Test
    void datagramsAreNumberedAndPaced() throws IOException {
        Terms terms = Terms.udp(MILLISECONDS.toNanos(200), 500, 4_000_000);
        Iperf3Client.Outcome up = run(terms);
        long sent = up.ours().getFirst().packets();
        // 0.2 s of 1000 a second; a thread that was held up sends fewer.
        assertTrue(sent > 0 && sent <= 210, up.toString());
        assertEquals(up.ours(), up.theirs());
        Iperf3Client.Outcome down = run(terms.withStreams(2).reversed());
        assertEquals(2, down.ours().size());
        for (Iperf3Client.Count count : down.ours()) {
            assertTrue(count.packets() > 0 && count.lost() == 0, down.toString());
        }
        assertEquals(0, down.late());
    }

    /// What a client sends that is none ends its own connection, and nobody else's.
    @Test
    void nonsenseEndsOnlyItsSender() throws IOException {
        String name = "x".repeat(36) + "\0";
        for (String nonsense : List.of(
                name + "\0\0\0\5hello",
                name + "\377\377\377\377",
                name + "\0\0\0\2{}",
                name + "\0\0\0\46{\"tcp\":true,\"len\":1,\"bidirectional\":1}")) {
            try (Socket socket = new Socket()) {
                socket.setSoTimeout(DEADLINE_MS);
                socket.connect(there, DEADLINE_MS);
                socket.getOutputStream().write(nonsense.getBytes(StandardCharsets.ISO_8859_1));
                byte[] said = socket.getInputStream().readAllBytes();
                assertEquals(Step.PARAM_EXCHANGE.code(), said[0]);
                assertEquals(nonsense.endsWith("hello") || nonsense.endsWith("\377") ? 1 : 10, said.length);
            }
        }
        assertEquals(0, server.tests());
        countTheSameOctets();
    }

    @Test
    void secondClientIsTurnedAway() throws IOException {
        try (Socket first = new Socket();
                Socket second = new Socket()) {
            for (Socket each : List.of(first, second)) {
                each.setSoTimeout(DEADLINE_MS);
                each.connect(there, DEADLINE_MS);
            }
            first.getOutputStream().write(("a".repeat(36) + "\0").getBytes(StandardCharsets.US_ASCII));
            assertEquals(
                    Step.PARAM_EXCHANGE.code(), (byte) first.getInputStream().read());
            second.getOutputStream().write(("b".repeat(36) + "\0").getBytes(StandardCharsets.US_ASCII));
            assertEquals(
                    Step.ACCESS_DENIED.code(), (byte) second.getInputStream().read());
            assertEquals(-1, second.getInputStream().read());
        }
    }
}
