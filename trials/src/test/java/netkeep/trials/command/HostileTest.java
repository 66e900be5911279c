package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import netkeep.linux.Threads;
import netkeep.ring.PeerViolation;
import netkeep.session.Request;
import netkeep.session.SessionLayout;
import netkeep.session.Status;
import netkeep.wire.Address;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Programs that write anything into what they share with a daemon, while others use it.
class HostileTest {
    private static final int PORT = 7;
    private static final int KERNEL_PORT = 7003;
    private static final int LIVES = 40;
    private static final int LIFE_MS = 100;
    private static final int PIECE = 1 << 16;
    private static final long PATIENCE_MS = 20_000;

    @TempDir
    private Path directory;

    private Place place;
    private Daemon up;

    @AfterEach
    void end() {
        place.close();
    }

    private void up(String placement) throws Exception {
        place = new Place(directory);
        up = new Daemon(place, directory.resolve("session"), placement);
    }

    private String domains() {
        return Place.asked(up.session, "domains");
    }

    @ParameterizedTest
    @ValueSource(strings = {"monolithic", "factored"})
    void whoWritesAnythingIsCutOffAndNobodyElseNotices(String placement) throws Exception {
        up(placement);
        up.attach("echo", "--port", Integer.toString(PORT));
        Echoed neighbor = Echoed.begin(place, Place.OURS_4, PORT, PIECE);
        for (int life = 0; life < LIVES; life++) {
            live(new SplittableRandom(life));
        }
        int pieces = neighbor.end();
        assertTrue(pieces > LIVES, "the neighbor got on by " + pieces);
        for (String part : new String[] {"link", "stack", "control"}) {
            assertEquals(0, up.restarts(part), up.keeper.out());
        }
        String told = domains();
        assertTrue(told.matches("(?s).*cut [^\n]*reason=\\w.*"), told);
        up.await("sessions: 1");
    }

    /// A client from its greeting to its end: one thread asks this and that, another writes anywhere at the same time.
    private void live(SplittableRandom luck) throws Exception {
        try (RawSession raw = RawSession.to(up.session)) {
            AtomicBoolean over = new AtomicBoolean();
            SplittableRandom other = luck.split();
            Thread racer = Thread.ofPlatform().start(() -> race(raw, other, over));
            long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LIFE_MS);
            while (!raw.over() && System.nanoTime() < endNs) {
                act(raw, luck);
            }
            over.set(true);
            racer.join();
            // Whatever it did was allowed, or not looked at: this is neither.
            raw.client.i64Release(0, -1);
            raw.bell.ring();
            raw.awaitOver();
        }
    }

    private static void act(RawSession raw, SplittableRandom luck) {
        int socket = luck.nextInt(4);
        int op = luck.nextInt(3) == 0 ? Request.OPEN : Request.BIND + luck.nextInt(Request.INFO - Request.OPEN);
        Address to = luck.nextBoolean() ? Address.parse(Place.OURS_4) : Address.parse(Place.KERNEL_6);
        try {
            raw.ask(
                    op,
                    socket,
                    op == Request.OPEN ? luck.nextBoolean() ? 6 : 17 : luck.nextInt(5),
                    to,
                    7 + luck.nextInt(3));
        } catch (PeerViolation overwritten) {
            // The racer has written over what this one keeps.
        }
    }

    /// Writes to words and slots while they are looked at, and rings without end.
    private static void race(RawSession raw, SplittableRandom luck, AtomicBoolean over) {
        while (!over.get()) {
            // Few words, most of them zeros, small numbers or near to what is there: so that checks are passed, too.
            long at = luck.nextInt(3) == 0
                    ? 64 + 8L * luck.nextInt(8 * 64)
                    : raw.layout.clientWords(0) + 8L * luck.nextInt(4 * 8);
            long value = switch (luck.nextInt(16)) {
                case 0 -> luck.nextLong();
                case 1 -> -1;
                default -> raw.client.i64(at) + luck.nextInt(3);
            };
            raw.client.i64Release(at, value);
            raw.bell.ring();
            Thread.onSpinWait();
        }
    }

    /// What a stack that died has cut off is cut off, though its successor has seen no violation.
    @ParameterizedTest
    @ValueSource(strings = {"monolithic", "factored"})
    void whoWasCutOffIsSoAlsoWhenTheStackDies(String placement) throws Exception {
        up(placement);
        try (RawSession raw = RawSession.to(up.session);
                ServerSocket listener = place.space()
                        .call(() -> new ServerSocket(KERNEL_PORT, 1, InetAddress.getByName(Place.KERNEL_4)))) {
            raw.ask(Request.OPEN, 0, 6, Address.of(0, 0), 0);
            raw.ask(Request.CONNECT, 0, 0, Address.parse(Place.KERNEL_4), KERNEL_PORT);
            try (Socket socket = listener.accept()) {
                long sent = fill(raw);
                raw.client.i64Release(raw.layout.clientWords(0) + SessionLayout.RCV_HEAD, 5);
                raw.ask(Request.READ, 0, 0, Address.of(0, 0), 0);
                awaitCut();
                up.kill("stack", 0, Threads.SIGKILL);
                up.awaitRestarts("stack", 1);
                up.await("sessions: 1");
                // The connection owed octets to its peer, and so the session was kept; now it is over.
                socket.setSoTimeout((int) PATIENCE_MS);
                assertEquals(sent, socket.getInputStream().readAllBytes().length);
            }
            raw.awaitOver();
        }
        up.await("sessions: 0");
    }

    /// Gives octets to send until the peer, who reads none, takes no more.
    ///
    /// @return how many
    private static long fill(RawSession raw) throws Exception {
        long words = raw.layout.stackWords(0);
        long tail = 0;
        long lastNs = System.nanoTime();
        while (System.nanoTime() - lastNs < TimeUnit.MILLISECONDS.toNanos(500)) {
            long edge = raw.stack.i64Acquire(words + SessionLayout.SND_EDGE);
            if ((raw.status(0) & Status.CONNECTED) != 0 && edge > tail) {
                tail = edge;
                raw.client.i64Release(raw.layout.clientWords(0) + SessionLayout.SND_TAIL, tail);
                raw.ask(Request.SEND, 0, 0, Address.of(0, 0), 0);
                lastNs = System.nanoTime();
            }
            Thread.sleep(1);
        }
        return tail;
    }

    private void awaitCut() throws Exception {
        long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
        while (!domains().contains("reason=rcv.head")) {
            assertTrue(System.nanoTime() < endNs, domains());
            Thread.sleep(10);
        }
    }

    /// Nobody reads what a client says after its greeting; that it went is seen all the same.
    @ParameterizedTest
    @ValueSource(strings = {"monolithic", "factored"})
    void whoTalksAndGoesIsMissedAtOnce(String placement) throws Exception {
        up(placement);
        try (RawSession raw = RawSession.to(up.session)) {
            up.await("sessions: 1");
            for (int message = 0; message < 150; message++) {
                raw.line().send(new byte[] {1});
            }
        }
        long beganNs = System.nanoTime();
        while (!up.keeper.out().strip().endsWith("sessions: 0")) {
            assertTrue(System.nanoTime() - beganNs < TimeUnit.SECONDS.toNanos(5), up.keeper.out());
            Thread.sleep(10);
        }
    }
}
