package netkeep.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import netkeep.linux.Descriptors;
import netkeep.linux.LinuxException;
import netkeep.linux.Poller;
import netkeep.linux.Sockets;
import netkeep.ring.Region;
import netkeep.session.Hello;
import netkeep.session.SessionLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a session takes of a keeper, a domain and a program, and that it is given back.
class SessionTest {
    private static final SessionLayout LAYOUT = new SessionLayout(2, 16, 16, 1 << 13);

    @TempDir
    private Path directory;

    /// Descriptors of this process.
    private static long open() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.count();
        }
    }

    /// Memory that the collector gives back, and nobody else.
    ///
    /// @param pieces how many there are
    /// @param octets of all of them
    private record Uncollected(long pieces, long octets) {
        private static Uncollected now() {
            BufferPoolMXBean pool = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                    .filter(each -> each.getName().equals("direct"))
                    .findFirst()
                    .orElseThrow();
            return new Uncollected(pool.getCount(), pool.getMemoryUsed());
        }
    }

    private static Tenancy tenancy(String suffix, int connection) {
        return new Tenancy(suffix, 0, connection, List.of(LAYOUT.clientLength(), LAYOUT.stackLength()), "", List.of());
    }

    /// All that is done for a client that comes and goes.
    private static void comeAndGo() throws IOException {
        Line[] both = Line.pair();
        try (Line client = both[0];
                Line control = both[1];
                Arena arena = Arena.ofConfined()) {
            client.send(Hello.greeting());
            control.receive();
            Tenancy session = tenancy("", Descriptors.duplicate(control.descriptor()));
            Granted.Served served = Granted.Served.of(session.served());
            int stack = Descriptors.duplicate(served.stack());
            Region region = Shared.map(arena, stack, LAYOUT.stackLength(), true);
            region.i64Release(0, 1);
            int voice = Descriptors.duplicate(served.voice());
            int ear = Descriptors.duplicate(served.ear());
            try (Doorbell bell = new Doorbell(voice, ear)) {
                bell.ring();
            }
            control.send(Hello.answer(0, LAYOUT, List.of()), session.admitted());
            client.receive().refuse();
            session.close();
        }
    }

    /// What is garbage with a cleaner survives a collection, and lies in the old generation until that is full.
    @Test
    void clientThatCameAndWentLeavesLittleToTheCollector() throws IOException {
        comeAndGo();
        long descriptors = open();
        Uncollected before = Uncollected.now();
        int clients = 100;
        for (int client = 0; client < clients; client++) {
            comeAndGo();
        }
        Uncollected after = Uncollected.now();

        assertEquals(descriptors, open());
        assertTrue(after.pieces - before.pieces < 40 * clients, before + ", " + after);
        assertTrue(after.octets - before.octets < 4_000 * clients, before + ", " + after);
    }

    @Test
    void sessionThatCannotBeMadeLeavesNothingOpen() throws IOException {
        int[] both = Sockets.pair(Sockets.SOCK_SEQPACKET);
        long before = open();

        // The kernel takes no region of such a name.
        assertThrows(LinuxException.class, () -> tenancy("x".repeat(300), both[0]));

        assertEquals(before, open());
        Descriptors.close(both[0]);
        Descriptors.close(both[1]);
    }

    /// Knocks, and is answered with octets and descriptors.
    private <T extends Exception> void refused(Class<T> failure, byte[] answer, int... descriptors) throws Exception {
        String path = directory.resolve("session").toString();
        int listener = Line.listen(path);
        FutureTask<Void> control = new FutureTask<>(() -> {
            Poller poller = new Poller(1);
            poller.add(listener, Poller.POLLIN);
            poller.await(Poller.NEVER);
            try (Line client = new Line(Sockets.accept(listener))) {
                client.receive();
                client.send(answer, descriptors);
            }
            return null;
        });
        long before = open();
        Thread.ofPlatform().start(control);

        assertThrows(failure, () -> Welcome.at(path));

        control.get();
        assertEquals(before, open());
        Descriptors.close(listener);
    }

    @Test
    void welcomeThatCannotBeMappedLeavesNothingOpen() throws Exception {
        byte[] hello = Hello.answer(0, LAYOUT, List.of());
        int region = Shared.make("region", LAYOUT.clientLength());
        int[] bell = Doorbell.pair();

        refused(LinuxException.class, hello, bell[0], region, bell[2], bell[3]);
        Files.delete(directory.resolve("session"));
        refused(LinuxException.class, hello, region, bell[0], bell[2], bell[3]);

        Descriptors.close(region);
        for (int descriptor : bell) {
            Descriptors.close(descriptor);
        }
    }

    @Test
    void answerOfSomethingElseLeavesNothingOpen() throws Exception {
        refused(ConnectException.class, new byte[100], 0, 1, 2);
    }
}
