package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import netkeep.client.Attached;
import netkeep.embedded.Embedded;
import netkeep.embedded.EmbeddedBuilder;
import netkeep.linux.Threads;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A server with a stack of its own beside a daemon's: one link, one address, two ports. The kernel is the other
/// side.
@Timeout(200)
class BesideTest {
    private static final int SERVERS = 7001;
    private static final int DAEMONS = 7002;
    private static final int FREE = 7003;
    private static final int OCTETS = 20_000;
    private static final int FLOWS = 8;
    private static final int SIGCONT = 18;
    private static final int SIGSTOP = 19;
    private static final List<String> OURS = List.of(Place.OURS_4, Place.OURS_6);

    @TempDir
    private Path directory;

    private Place place;
    private Place.Running up;
    private Path session;
    private final AtomicBoolean over = new AtomicBoolean();

    private void begin(String placement) throws Exception {
        place = new Place(directory);
        session = directory.resolve("session");
        Path file = Files.writeString(directory.resolve("beside.toml"), """
                placement = "%s"
                session = "%s"
                [beside]
                user = %d
                ports = ["%d", "8000-8009"]
                [[link]]
                tap = "nk-beside"
                addresses = ["%s/24", "%s/64"]
                kernel-addresses = ["%s/24", "%s/64"]
                """.formatted(
                        placement,
                        session,
                        Threads.effectiveUser(),
                        SERVERS,
                        Place.OURS_4,
                        Place.OURS_6,
                        Place.KERNEL_4,
                        Place.KERNEL_6));
        up = place.start(Place.netkeep(List.of("up", "--config", file.toString())));
        up.says("up: programs attach at " + session);
    }

    @AfterEach
    void end() {
        over.set(true);
        if (place != null) {
            place.close();
        }
    }

    private String status() throws Exception {
        return place.command("status", "--session", session.toString()).out();
    }

    private Place.Running server(String how, int port) throws Exception {
        Place.Running server =
                place.start(Place.netkeep(List.of("echo", how, session.toString(), "--port", Integer.toString(port))));
        server.says("echo over");
        return server;
    }

    /// Until an address is usable, too.
    private void awaitAnswers(int port) throws Exception {
        for (String ours : OURS) {
            Place.await(ours + " port " + port, () -> {
                try (SocketChannel channel = place.connect(ours, port)) {
                    Place.echo(channel, 1);
                    return true;
                } catch (IOException notYet) {
                    return false;
                }
            });
        }
    }

    /// A stream to a port: one connection that stays, or others that come and go, until all is over.
    private final class Stream {
        private final String address;
        private final int port;
        private final boolean stays;
        private final FutureTask<Void> task = new FutureTask<>(this::run);
        private volatile @Nullable SocketChannel current;

        private Stream(String address, int port, boolean stays) {
            this.address = address;
            this.port = port;
            this.stays = stays;
            Thread.ofPlatform().start(task);
        }

        private Void run() throws Exception {
            while (!over.get()) {
                try (SocketChannel channel = place.connect(address, port)) {
                    current = channel;
                    do {
                        Place.echo(channel, OCTETS);
                    } while (stays && !over.get());
                } catch (IOException broken) {
                    throw new IOException(address + " port " + port, broken);
                }
            }
            return null;
        }

        /// Ends as of a program on the kernel's stack that was killed: who says something is told.
        private void assertReset() throws Exception {
            Place.await(address + " port " + port, () -> {
                SocketChannel channel = current;
                try {
                    if (channel != null && !task.isDone()) {
                        channel.write(ByteBuffer.allocate(1));
                    }
                } catch (IOException reset) {
                    // As it should be.
                }
                return task.isDone();
            });
            assertThrows(ExecutionException.class, task::get);
        }

        private void assertGoingOn() throws Exception {
            if (task.isDone()) {
                task.get();
            }
        }
    }

    /// Two over each family.
    private List<Stream> streams(int port) {
        List<Stream> streams = new ArrayList<>();
        for (String ours : OURS) {
            streams.add(new Stream(ours, port, true));
            streams.add(new Stream(ours, port, false));
        }
        return streams;
    }

    private static void assertGoingOn(List<Stream> streams) throws Exception {
        for (Stream stream : streams) {
            stream.assertGoingOn();
        }
    }

    /// Kills whoever is a part, and waits for the next one.
    private void kill(String part) throws Exception {
        Place.await("no standby", () -> Place.asked(session, "domains").contains("state=standby"));
        Matcher of = Pattern.compile("domain pid=(\\d+) part=\\S*" + part + "\\S* state=serving")
                .matcher(Place.asked(session, "domains"));
        assertTrue(of.find(), part);
        Threads.kill(Long.parseLong(of.group(1)), Threads.SIGKILL);
        Pattern next = Pattern.compile("part=\\S*" + part + "\\S* state=serving restarts=1");
        Place.await(
                "no other " + part,
                () -> next.matcher(Place.asked(session, "domains")).find());
    }

    @ParameterizedTest
    @ValueSource(strings = {"monolithic", "factored"})
    void eachSurvivesTheOthersDeath(String placement) throws Exception {
        begin(placement);
        server("--session", DAEMONS);
        Place.Running server = server("--beside", SERVERS);
        awaitAnswers(DAEMONS);
        awaitAnswers(SERVERS);
        apart();
        List<Stream> daemons = streams(DAEMONS);
        List<Stream> servers = streams(SERVERS);
        kill("stack");
        boolean factored = placement.equals("factored");
        if (factored) {
            kill("control");
        }
        assertGoingOn(daemons);
        assertGoingOn(servers);
        stopped(server.pid());

        server.kill();
        for (Stream stream : servers) {
            stream.assertReset();
        }
        Place.await("its place is taken", () -> {
            String sessions = Place.asked(session, "sessions");
            return !sessions.isEmpty() && !sessions.contains("beside=true");
        });
        for (String ours : OURS) {
            assertThrows(
                    ConnectException.class, () -> place.connect(ours, SERVERS).close());
        }
        assertGoingOn(daemons);

        // What follows is the same in both.
        if (factored) {
            anotherOutlivesTheDaemon(daemons);
        }
    }

    private void anotherOutlivesTheDaemon(List<Stream> daemons) throws Exception {
        server("--beside", SERVERS);
        awaitAnswers(SERVERS);
        List<Stream> again = streams(SERVERS);
        assertGoingOn(daemons);
        up.kill();
        for (Stream stream : daemons) {
            stream.assertReset();
        }
        awaitAnswers(SERVERS);
        over.set(true);
        for (Stream stream : again) {
            stream.task.get(20, TimeUnit.SECONDS);
        }
    }

    /// A server that stands still gets no frame of the daemon's: connections to that begin as ever.
    private void stopped(long server) throws Exception {
        Threads.kill(server, SIGSTOP);
        try {
            // Who may not load a program into the kernel has flows chosen by a hash.
            for (int flow = 0; Threads.effectiveUser() == 0 && flow < FLOWS; flow++) {
                try (SocketChannel channel = place.connect(OURS.get(flow & 1), DAEMONS)) {
                    Place.echo(channel, OCTETS);
                }
            }
        } finally {
            Threads.kill(server, SIGCONT);
        }
    }

    /// Who has which port, seen from both sides.
    private void apart() throws Exception {
        for (String ours : OURS) {
            for (int flow = 0; flow < FLOWS; flow++) {
                for (int port : new int[] {SERVERS, DAEMONS}) {
                    try (SocketChannel channel = place.connect(ours, port)) {
                        Place.echo(channel, OCTETS);
                    }
                }
                assertThrows(
                        ConnectException.class, () -> place.connect(ours, FREE).close());
            }
        }
        try (Attached program = Attached.to(session.toString())) {
            try (ServerSocketChannel listener = program.provider().openServerSocketChannel()) {
                assertThrows(BindException.class, () -> listener.bind(new InetSocketAddress(SERVERS)));
            }
            try (SocketChannel channel = program.provider().openSocketChannel()) {
                channel.connect(new InetSocketAddress(Place.OURS_4, SERVERS));
                Place.echo(channel, OCTETS);
            }
        }
        EmbeddedBuilder second = Embedded.builder();
        ConnectException taken = assertThrows(ConnectException.class, () -> second.beside(session));
        assertTrue(String.valueOf(taken.getMessage()).contains("another program's stack is there"), taken.toString());
        String said = status();
        assertTrue(said.contains("beside: process"), said);
        assertTrue(said.contains("ports " + SERVERS + ",8000-8009, in use tcp:" + SERVERS), said);
        assertFalse(said.contains("cut off"), said);
        assertEquals("", up.err());
    }
}
