package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import netkeep.client.Attached;
import netkeep.linux.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Two stacks with the same addresses, on a queue each of one TAP: the first serves root's programs, the second
/// those of nobody, who all attach at one path. The kernel is the other side; it chooses the queue of what begins.
@Timeout(400)
class StacksOnOneLinkTest {
    private static final int NOBODY = 65534;
    private static final List<String> OURS = List.of(Place.OURS_4, Place.OURS_6);
    private static final List<String> KERNELS = List.of(Place.KERNEL_4, Place.KERNEL_6);
    private static final int ROOTS_PORT = 7001;
    private static final int NOBODYS_PORT = 7002;
    private static final int FREE_PORT = 7003;
    private static final int FLOWS = 12;
    private static final int OCTETS = 20_000;
    private static final int LENGTH = 6 << 20;
    private static final int PIECE = 1 << 16;

    @TempDir
    private Path directory;

    private Place place;
    private Place.Running up;
    private Path session;

    private void begin(String placement) throws Exception {
        assumeTrue(Threads.effectiveUser() == 0, "root becomes somebody else");
        place = new Place(directory);
        session = directory.resolve("session");
        Path file = Files.writeString(directory.resolve("two.toml"), """
                placement = "%s"
                session = "%s"
                [[stack]]
                name = "one"
                [[stack]]
                name = "two"
                users = ["%d"]
                spin = 0
                sessions = 5
                [[link]]
                tap = "nk-both"
                addresses = ["%s/24", "%s/64"]
                kernel-addresses = ["%s/24", "%s/64"]
                """.formatted(
                        placement, session, NOBODY, Place.OURS_4, Place.OURS_6, Place.KERNEL_4, Place.KERNEL_6));
        up = place.start(Place.netkeep(List.of("up", "--config", file.toString())));
        up.says("up: programs attach at " + session);
        place.run("chmod", "a+rx", directory.toString());
        awaitStandby(session);
        awaitStandby(second());
    }

    @AfterEach
    void end() {
        if (place != null) {
            place.close();
        }
    }

    private Path second() {
        return Path.of(session + ".two");
    }

    private String status(Path of) throws Exception {
        return place.command("status", "--session", of.toString()).out();
    }

    private static void awaitStandby(Path of) throws Exception {
        Place.await(60, "no standby", () -> Place.asked(of, "domains").contains("state=standby"));
    }

    /// A program of nobody's, who may read the class path wherever it lies.
    private Place.Running nobodys(List<String> command) throws Exception {
        String read = "=+dac_read_search";
        List<String> line = new ArrayList<>(List.of(
                "setpriv", "--reuid=" + NOBODY, "--clear-groups", "--inh-caps" + read, "--ambient-caps" + read));
        line.addAll(command);
        return place.start(line);
    }

    private List<String> echo(int port) {
        return Place.netkeep(List.of("echo", "--session", session.toString(), "--port", Integer.toString(port)));
    }

    private void serve() throws Exception {
        Place.Running roots = place.start(echo(ROOTS_PORT));
        Place.Running nobodys = nobodys(echo(NOBODYS_PORT));
        roots.says("echo over");
        nobodys.says("echo over");
    }

    private long frames(Path of, String counter) throws Exception {
        String said = place.command("nstat", "--session", of.toString(), "--zeros", counter)
                .out();
        Matcher count = Pattern.compile(counter + "\\s+(\\d+)").matcher(said);
        assertTrue(count.find(), said);
        return Long.parseLong(count.group(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"monolithic", "factored"})
    void programsOfTwoUsersShareAnAddress(String placement) throws Exception {
        begin(placement);
        serve();
        assertTrue(status(session).contains("user 0:"), status(session));
        assertTrue(status(second()).contains("user " + NOBODY + ":"), status(second()));
        for (String ours : OURS) {
            for (int flow = 0; flow < FLOWS; flow++) {
                for (int port : new int[] {ROOTS_PORT, NOBODYS_PORT}) {
                    try (SocketChannel channel = place.connect(ours, port)) {
                        Place.echo(channel, OCTETS);
                    }
                    datagram(ours, port);
                }
                assertThrows(
                        ConnectException.class,
                        () -> place.connect(ours, FREE_PORT).close());
            }
        }
        for (Path one : List.of(session, second())) {
            assertTrue(frames(one, "StacksInFrames") > 0, placement);
            assertEquals(0, frames(one, "StacksOutDrops"));
        }
        try (Attached roots = Attached.to(session.toString())) {
            outward(roots);
            between(roots);
        }
        inC();
        assertEquals(0, up.stop().code());
        assertTrue(Files.notExists(session) && Files.notExists(second()));
    }

    private void datagram(String ours, int port) throws Exception {
        try (DatagramChannel channel = place.space().call(DatagramChannel::open)) {
            channel.socket().setSoTimeout(1_000);
            channel.connect(new InetSocketAddress(InetAddress.ofLiteral(ours), port));
            byte[] sent = {1, 2, 3, (byte) port};
            ByteBuffer back = ByteBuffer.allocate(8);
            channel.write(ByteBuffer.wrap(sent));
            // On a link that loses nothing.
            assertEquals(sent.length, channel.read(back));
            assertArrayEquals(sent, java.util.Arrays.copyOf(back.array(), sent.length));
        }
    }

    /// Connections of one stack's program: what answers the first segment goes to whichever queue.
    private void outward(Attached roots) throws Exception {
        for (String kernel : KERNELS) {
            InetAddress address = InetAddress.ofLiteral(kernel);
            try (ServerSocketChannel listener = place.space().call(ServerSocketChannel::open)) {
                listener.bind(new InetSocketAddress(address, 0));
                for (int flow = 0; flow < FLOWS; flow++) {
                    try (SocketChannel ours = roots.provider().openSocketChannel()) {
                        ours.connect(listener.getLocalAddress());
                        ours.write(ByteBuffer.wrap(new byte[] {(byte) flow}));
                        try (SocketChannel accepted = listener.accept()) {
                            ByteBuffer one = ByteBuffer.allocate(1);
                            assertEquals(1, accepted.read(one));
                            assertEquals(flow, one.get(0));
                        }
                    }
                }
            }
        }
    }

    /// What programs of one machine do with each other's ports, whoever's they are.
    private void between(Attached roots) throws Exception {
        for (String ours : OURS) {
            InetAddress address = InetAddress.ofLiteral(ours);
            try (SocketChannel channel = roots.provider().openSocketChannel()) {
                channel.connect(new InetSocketAddress(address, NOBODYS_PORT));
                Place.echo(channel, OCTETS);
            }
            try (SocketChannel channel = roots.provider().openSocketChannel()) {
                assertThrows(ConnectException.class, () -> channel.connect(new InetSocketAddress(address, FREE_PORT)));
            }
            try (ServerSocketChannel listener = roots.provider().openServerSocketChannel()) {
                assertThrows(BindException.class, () -> listener.bind(new InetSocketAddress(address, NOBODYS_PORT)));
            }
        }
        // A port of the dynamic range, whoever it is leased to, and the next one.
        for (int port = 40_000; port < 40_002; port++) {
            try (ServerSocketChannel listener = roots.provider().openServerSocketChannel()) {
                listener.bind(new InetSocketAddress(port));
                try (SocketChannel channel = place.connect(Place.OURS_4, port);
                        SocketChannel accepted = listener.accept()) {
                    channel.write(ByteBuffer.wrap(new byte[1]));
                    assertEquals(1, accepted.read(ByteBuffer.allocate(1)));
                }
            }
        }
    }

    /// A program in C of the second stack's user connects and listens, over either family.
    private void inC() throws Exception {
        assumeTrue(Place.has("gcc"), "no gcc");
        Path program = place.compile("attached");
        place.run("chmod", "a+rx", program.toString());
        for (int family = 0; family < KERNELS.size(); family++) {
            String kernel = KERNELS.get(family);
            int port = 7100 + 2 * family;
            Place.Running client;
            try (ServerSocket listener =
                    place.space().call(() -> new ServerSocket(port, 1, InetAddress.getByName(kernel)))) {
                listener.setSoTimeout((int) TimeUnit.SECONDS.toMillis(20));
                client = nobodys(List.of(
                        program.toString(),
                        session.toString(),
                        kernel,
                        Integer.toString(port),
                        Integer.toString(port + 1),
                        Integer.toString(LENGTH)));
                try (Socket socket = listener.accept()) {
                    bothWays(socket, 1);
                }
            }
            client.says("listening");
            String ours = OURS.get(family);
            try (Socket socket = place.space().call(() -> new Socket(ours, port + 1))) {
                bothWays(socket, 3);
            }
            Place.Said said = client.end();
            assertEquals(0, said.code(), said.err());
        }
    }

    /// The kernel's side of a stream, checked.
    private static void bothWays(Socket socket, int seed) throws Exception {
        socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(20));
        FutureTask<Void> sending = new FutureTask<>(() -> {
            for (int at = 0; at < LENGTH; at += PIECE) {
                socket.getOutputStream().write(octets(at, seed + 1));
            }
            socket.shutdownOutput();
            return null;
        });
        Thread.ofPlatform().start(sending);
        for (int at = 0; at < LENGTH; at += PIECE) {
            assertArrayEquals(octets(at, seed), socket.getInputStream().readNBytes(PIECE), "from " + at);
        }
        assertEquals(-1, socket.getInputStream().read());
        sending.get(1, TimeUnit.MINUTES);
    }

    private static byte[] octets(long from, int seed) {
        byte[] octets = new byte[PIECE];
        for (int i = 0; i < PIECE; i++) {
            octets[i] = (byte) ((from + i) * 2654435761L >>> 24 ^ seed);
        }
        return octets;
    }

    /// Each stack dies while the streams of both go on, and new ones begin.
    @ParameterizedTest
    @ValueSource(strings = {"monolithic", "factored"})
    void noStackSeesTheOthersDeath(String placement) throws Exception {
        begin(placement);
        serve();
        List<FutureTask<Void>> streams = new ArrayList<>();
        boolean[] over = new boolean[1];
        for (String ours : OURS) {
            for (int port : new int[] {ROOTS_PORT, NOBODYS_PORT}) {
                streams.add(new FutureTask<>(() -> {
                    try (SocketChannel channel = place.connect(ours, port)) {
                        while (!over(over)) {
                            Place.echo(channel, OCTETS);
                        }
                    }
                    return null;
                }));
                streams.add(new FutureTask<>(() -> {
                    while (!over(over)) {
                        try (SocketChannel channel = place.connect(ours, port)) {
                            Place.echo(channel, OCTETS);
                        }
                    }
                    return null;
                }));
            }
        }
        streams.forEach(stream -> Thread.ofPlatform().start(stream));
        for (Path of : List.of(session, second())) {
            awaitStandby(of);
            Matcher stack = Pattern.compile("domain pid=(\\d+) part=\\S*stack\\S* state=serving")
                    .matcher(Place.asked(of, "domains"));
            assertTrue(stack.find(), status(of));
            Threads.kill(Long.parseLong(stack.group(1)), Threads.SIGKILL);
            Place.await("no successor", () -> Place.asked(of, "domains").contains("restarts=1"));
        }
        synchronized (over) {
            over[0] = true;
        }
        for (FutureTask<Void> stream : streams) {
            stream.get(1, TimeUnit.MINUTES);
        }
        assertEquals(0, up.stop().code());
    }

    private static boolean over(boolean[] over) throws IOException {
        synchronized (over) {
            return over[0];
        }
    }
}
