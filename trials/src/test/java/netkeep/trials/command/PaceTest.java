package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import netkeep.linux.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Programs of a daemon each send and receive as fast as they may, and the kernel's side measures it.
class PaceTest {
    private static final int RATE = 4_000_000;
    private static final int RATE_IN = 6_000_000;
    private static final long MEASURED_NS = TimeUnit.SECONDS.toNanos(4);

    /// Some of it is the machine's, which is busy.
    private static final double NEAR = 0.05;

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

    private void source(int port) throws Exception {
        place.start(Place.netkeep(List.of("source", "--port", Integer.toString(port), "--session", session.toString())))
                .says("source over");
    }

    /// How fast octets come, in a second.
    private FutureTask<Double> rate(int port) {
        FutureTask<Double> task = new FutureTask<>(() -> {
            try (Socket socket = place.space().call(() -> new Socket(Place.OURS_4, port))) {
                InputStream in = socket.getInputStream();
                byte[] octets = new byte[1 << 16];
                // What was free at the begin.
                in.readNBytes(octets, 0, octets.length);
                long beginNs = System.nanoTime();
                long nowNs = beginNs;
                long count = 0;
                while (nowNs - beginNs < MEASURED_NS) {
                    count += in.read(octets);
                    nowNs = System.nanoTime();
                }
                return 1e9 * count / (nowNs - beginNs);
            }
        });
        Thread.ofPlatform().daemon().start(task);
        return task;
    }

    /// How fast octets go, in a second.
    private FutureTask<Double> rateIn(int port) {
        FutureTask<Double> task = new FutureTask<>(() -> {
            try (Socket socket = place.space().call(() -> new Socket(Place.OURS_4, port))) {
                // Enough for a sender that waits for a core; it is full when the time begins and when it ends.
                socket.setSendBufferSize(1 << 18);
                OutputStream out = socket.getOutputStream();
                byte[] octets = new byte[1 << 14];
                for (int i = 0; i < 128; i++) {
                    out.write(octets);
                }
                long beginNs = System.nanoTime();
                long nowNs = beginNs;
                long count = 0;
                while (nowNs - beginNs < MEASURED_NS) {
                    out.write(octets);
                    count += octets.length;
                    nowNs = System.nanoTime();
                }
                return 1e9 * count / (nowNs - beginNs);
            }
        });
        Thread.ofPlatform().daemon().start(task);
        return task;
    }

    @Test
    void eachSessionHasItsOwnRatesAlsoWhenTheStackDies() throws Exception {
        Path file = directory.resolve("netkeep.toml");
        Files.writeString(file, """
                session = "%s"
                placement = "factored"
                [[link]]
                tap = "nk-pace"
                addresses = ["198.18.0.2/24"]
                kernel-addresses = ["198.18.0.1/24"]
                [limits]
                octets-per-second = %d
                octets-received-per-second = %d
                """.formatted(session, RATE, RATE_IN));
        Place.Running up = place.start(Place.netkeep(List.of("up", "--config", file.toString())));
        up.says("one stands by");
        source(19);
        source(20);
        FutureTask<Double> one = rate(19);
        FutureTask<Double> other = rate(20);
        place.start(Place.netkeep(List.of("discard", "--port", "9", "--session", session.toString())))
                .says("discard over");
        FutureTask<Double> in = rateIn(9);
        assertEquals(RATE, one.get(), NEAR * RATE);
        assertEquals(RATE, other.get(), NEAR * RATE);
        assertEquals(RATE_IN, in.get(), NEAR * RATE_IN);

        FutureTask<Double> survives = rate(19);
        Thread.sleep(1_000);
        Threads.kill(Daemon.process(up, "stack"), Threads.SIGKILL);
        // It stands still for a while, and is no faster for it.
        double after = survives.get();
        assertTrue(after < (1 + NEAR) * RATE && after > 0.75 * RATE, "at " + after);
        up.says("died: stack");

        Place.Said status = place.command("status", "--session", session.toString());
        assertTrue(status.out().contains(RATE + " octets/s"), status.out());
    }
}
