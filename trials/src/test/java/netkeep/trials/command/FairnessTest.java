package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A stream's speed beside a program that takes what it can get of the daemon, against its speed beside one that
/// is as busy and does not touch it; in turns.
///
/// `-Dnetkeep.fairness=ROUNDS` measures, and prints; without it each neighbor is there for a moment, and the stream
/// only has to go on. `-Dnetkeep.placement=factored` is the other placement, `-Dnetkeep.bullies=bell,hints` some of
/// them.
class FairnessTest {
    private static final int ROUNDS = Integer.getInteger("netkeep.fairness", 0);
    private static final String PLACEMENT = System.getProperty("netkeep.placement", "monolithic");
    private static final String BULLIES = System.getProperty(
            "netkeep.bullies",
            "unread,awake,requests,hints,opens,bell,ears,voices,deaf,scribbles,datagrams,attach,orphans");

    private static final int SETTLE_MS = 400;
    private static final int WINDOW_MS = 1_500;
    private static final long MOVED = 32 << 20;
    private static final long PATIENCE_S = 20;
    private static final int SOURCE_PORT = 19;
    private static final int KERNEL_PORT = 7005;
    private static final int SILENT_PORT = KERNEL_PORT + 1;
    private static final int ORPHANS = 50;
    private static final int OWN_PORT = 10_000;
    private static final int PIECE = 1 << 18;
    private static final double MEGABIT = 8e-6;

    @TempDir
    private Path directory;

    private Place place;
    private Daemon up;
    private Path program;
    private final AtomicLong read = new AtomicLong();

    @AfterEach
    void end() {
        if (place != null) {
            place.close();
        }
    }

    /// Reads the stream whose speed is measured, to its end.
    private void read(Socket socket) {
        byte[] piece = new byte[PIECE];
        try (socket) {
            for (int got = socket.getInputStream().read(piece);
                    got >= 0;
                    got = socket.getInputStream().read(piece)) {
                read.addAndGet(got);
            }
        } catch (IOException over) {
            // The test is over.
        }
    }

    /// Sends without end to whoever connects.
    private static void flood(ServerSocket listener) {
        try {
            while (true) {
                Socket socket = listener.accept();
                Thread.ofVirtual().start(() -> {
                    try (socket) {
                        while (true) {
                            socket.getOutputStream().write(new byte[PIECE]);
                        }
                    } catch (IOException gone) {
                        // It is killed.
                    }
                });
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    /// Waits until the stream has moved while a neighbor is there.
    private double goesOn() throws Exception {
        long before = read.get();
        Place.await(PATIENCE_S, "the stream stands still", () -> read.get() - before >= MOVED);
        return MOVED;
    }

    private static InetAddress kernel() throws IOException {
        return InetAddress.getByName(Place.KERNEL_4);
    }

    private double measured() throws InterruptedException {
        Thread.sleep(SETTLE_MS);
        long before = read.get();
        long beganNs = System.nanoTime();
        Thread.sleep(WINDOW_MS);
        return (read.get() - before) * 1e9 / (System.nanoTime() - beganNs);
    }

    /// Octets a second of the stream beside a neighbor.
    private double speed(String bully) throws Exception {
        double speed;
        try (ServerSocket silent = place.space().call(() -> new ServerSocket(SILENT_PORT, 64, kernel()))) {
            Place.Running neighbor = place.start(List.of(
                    program.toString(),
                    bully,
                    up.session.toString(),
                    Place.KERNEL_4,
                    Integer.toString(KERNEL_PORT),
                    Integer.toString(OWN_PORT)));
            if (bully.equals("orphans")) {
                neighbor.says(ORPHANS + " are dead");
                up.await("sessions: " + (1 + ORPHANS));
            }
            speed = ROUNDS == 0 ? goesOn() : measured();
            assertTrue(silent.isBound() && neighbor.alive(), bully + " has ended: " + neighbor.err());
            neighbor.kill();
        }
        up.await("sessions: 1");
        return speed;
    }

    @Test
    void streamGoesOnBesideWhoTakesWhatItCanGet() throws Exception {
        assumeTrue(Place.has("gcc"), "no gcc");
        place = new Place(directory);
        up = new Daemon(place, directory.resolve("session"), PLACEMENT);
        up.attach("source", "--port", Integer.toString(SOURCE_PORT));
        program = place.compile("bully");
        InetAddress kernel = kernel();
        try (ServerSocket listener = place.space().call(() -> new ServerSocket(KERNEL_PORT, 64, kernel));
                DatagramSocket sink = place.space().call(() -> new DatagramSocket(KERNEL_PORT, kernel));
                Socket socket = place.space().call(() -> new Socket(Place.OURS_4, SOURCE_PORT))) {
            assertTrue(sink.isBound() && socket.isConnected());
            Thread.ofPlatform().start(() -> flood(listener));
            Thread.ofPlatform().start(() -> read(socket));
            up.await("one stands by");
            Map<String, List<double[]>> pairs = new LinkedHashMap<>();
            for (int round = 0; round < Math.max(1, ROUNDS); round++) {
                for (String bully : BULLIES.split(",")) {
                    double fair = speed("burn");
                    pairs.computeIfAbsent(bully, name -> new ArrayList<>()).add(new double[] {fair, speed(bully)});
                }
            }
            pairs.forEach((bully, all) -> assertTrue(all.stream().allMatch(pair -> pair[1] > 0), bully + " stops it"));
            if (ROUNDS > 0) {
                pairs.forEach(FairnessTest::print);
            }
            for (String part : List.of("link", "stack", "control")) {
                assertEquals(0, up.restarts(part), up.keeper.out());
            }
        }
    }

    private static void print(String bully, List<double[]> pairs) {
        System.out.printf(
                Locale.ROOT,
                "%s %-10s beside burn %6.0f Mbit/s, beside it %6.0f, ratio %.2f (%.2f..%.2f), %d pairs%n",
                PLACEMENT,
                bully,
                median(pairs.stream().map(pair -> pair[0]).toList()) * MEGABIT,
                median(pairs.stream().map(pair -> pair[1]).toList()) * MEGABIT,
                median(pairs.stream().map(pair -> pair[1] / pair[0]).toList()),
                Collections.min(pairs.stream().map(pair -> pair[1] / pair[0]).toList()),
                Collections.max(pairs.stream().map(pair -> pair[1] / pair[0]).toList()),
                pairs.size());
    }

    private static double median(List<Double> of) {
        List<Double> sorted = of.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }
}
