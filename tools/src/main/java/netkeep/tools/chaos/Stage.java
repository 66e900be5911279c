package netkeep.tools.chaos;

import java.io.EOFException;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import netkeep.domain.Line;
import netkeep.domain.Welcome;
import netkeep.keeper.Keeper;
import netkeep.keeper.Plan;
import netkeep.link.KernelAddress;
import netkeep.link.Link;
import netkeep.link.TapDevice;
import netkeep.link.TapSettings;
import netkeep.linux.Descriptors;
import netkeep.linux.NetworkNamespace;
import netkeep.placement.Settings;
import netkeep.ring.PeerViolation;
import netkeep.ring.Producer;
import netkeep.ring.Region;
import netkeep.session.Request;
import netkeep.session.SessionLayout;
import netkeep.tools.config.Config;
import netkeep.tools.config.NameFiles;
import netkeep.tools.place.Junction;
import netkeep.tools.place.Placement;
import netkeep.tools.place.Reports;
import netkeep.tools.place.ThisProgram;
import netkeep.wire.Address;
import org.jspecify.annotations.Nullable;

/// Where chaos takes place: a network namespace, a placement on a TAP in it, or two on a queue of it each, and two
/// servers that are attached: with two stacks one to each. Where frames are to be lost the TAP is in a namespace of its
/// own, and a [Wire] goes from there.
final class Stage implements AutoCloseable {
    /// The socket in the directory at which control listens.
    static final String SESSION = "session";

    static final int MOST_STACKS = 2;
    static final int ECHO = 7;
    static final int SOURCE = 19;

    /// Without IPv6 on this system there is one.
    static final List<String> ADDRESSES = addresses();

    private static final List<String> LENGTHS = List.of("/24", "/64");
    private static final List<String> KERNELS = List.of("198.18.0.1", "fd00:198:18::1");
    private static final String NAME = "nk-chaos";
    private static final String PEER = "nk-peer";
    private static final int NO_SUCH_REQUEST = 250;

    /// As what poisons a domain has it.
    private static final int POISONOUS_PORT = 6663;

    private static final long PATIENCE_S = 10;

    private final Deque<Runnable> closing = new ArrayDeque<>();
    private final NetworkNamespace place;
    private final Path directory;
    private final List<String> sessions = new ArrayList<>();
    private final Deaths deaths;
    private final @Nullable Wire wire;

    /// @param loss of a hundred frames, each way; with 0 the kernel's addresses are those of the placement's device
    Stage(Placement placement, int stacks, int standbys, double loss, Path directory, long seed) throws IOException {
        this.directory = directory;
        Reports reports = new Reports(directory.resolve("reports"), true, System.err::println);
        closing.push(reports::close);
        this.deaths = new Deaths(seed, stacks, standbys, loss > 0, this::poison, reports);
        boolean done = false;
        try {
            this.place = space();
            NetworkNamespace devices = loss > 0 ? space() : place;
            Junction junction = new Junction(stacks);
            closing.push(junction::close);
            TapSettings settings = TapSettings.of(NAME).withQueues(stacks);
            TapSettings device =
                    loss > 0 ? settings.withOffloads(true, false, false) : settings.withKernelAddresses(kernels());
            List<? extends Link> queues =
                    devices.call(() -> TapDevice.open(device).queues());
            closing.push(() -> queues.forEach(Link::close));
            this.wire = loss > 0 ? wire(devices, loss, seed) : null;
            for (int stack = 0; stack < stacks; stack++) {
                keep(placement, stack, queues, junction, standbys);
            }
            done = true;
        } finally {
            if (!done) {
                close();
            }
        }
    }

    /// Where control of a stack listens.
    static Path session(Path directory, int stack) {
        return directory.resolve(SESSION + (stack == 0 ? "" : "." + stack));
    }

    private void keep(Placement placement, int stack, List<? extends Link> queues, Junction junction, int standbys)
            throws IOException {
        Path session = session(directory, stack);
        sessions.add(session.toString());
        int listener = Line.listen(session.toString());
        closing.push(() -> Descriptors.close(listener));
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < ADDRESSES.size(); i++) {
            lines.add("address 1 " + ADDRESSES.get(i) + LENGTHS.get(i));
        }
        if (queues.size() > 1) {
            lines.add("share " + stack + " " + queues.size());
        }
        Link link = queues.get(stack);
        Settings settings = new Settings(
                List.of(), 0, false, List.of(Settings.Device.of(Settings.TAP, NAME, link)), List.copyOf(lines));
        int hosts = NameFiles.hosts(Config.Names.DEFAULT);
        closing.push(() -> Descriptors.close(hosts));
        Plan plan = placement.plan(
                session,
                ThisProgram.domain("-Dnetkeep.poison=true"),
                settings,
                List.of(link.descriptor()),
                junction.of(stack),
                listener,
                hosts,
                standbys,
                List::of);
        Keeper keeper = new Keeper(plan, deaths.of(stack));
        closing.push(keeper::close);
        Thread keeping = Thread.ofPlatform().name("netkeep-keeper").start(keeper::run);
        closing.push(() -> {
            keeper.end();
            join(keeping);
        });
    }

    private NetworkNamespace space() {
        NetworkNamespace made = NetworkNamespace.make();
        closing.push(made::close);
        return made;
    }

    private static List<KernelAddress> kernels() {
        List<KernelAddress> kernels = new ArrayList<>();
        for (int i = 0; i < ADDRESSES.size(); i++) {
            Address address = Address.parse(KERNELS.get(i));
            int length = Integer.parseInt(LENGTHS.get(i).substring(1));
            kernels.add(new KernelAddress(address.hi(), address.lo(), length));
        }
        return kernels;
    }

    private Wire wire(NetworkNamespace devices, double loss, long seed) {
        TapSettings other =
                TapSettings.of(PEER).withOffloads(true, false, false).withKernelAddresses(kernels());
        Wire made = new Wire(devices, NAME, place, other, loss, seed);
        closing.push(made::close);
        return made;
    }

    /// What the wire has lost, and what was sent again, if it was to lose any; nothing crosses it from then on.
    Map<String, Object> lost() throws IOException, InterruptedException {
        return wire == null ? Map.of() : wire.end(sessions);
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException impatient) {
            Thread.currentThread().interrupt();
        }
    }

    private static List<String> addresses() {
        List<String> both = List.of("198.18.0.2", "fd00:198:18::2");
        try {
            // What the JVM looks at, too.
            return Files.readString(Path.of("/proc/net/if_inet6")).isEmpty() ? both.subList(0, 1) : both;
        } catch (IOException none) {
            return both.subList(0, 1);
        }
    }

    NetworkNamespace place() {
        return place;
    }

    Deaths deaths() {
        return deaths;
    }

    void startServers() throws IOException {
        start("echo", ECHO, sessions.getFirst());
        start("source", SOURCE, sessions.getLast());
    }

    private void start(String server, int port, String session) throws IOException {
        List<String> command =
                ThisProgram.command(List.of(server, "--session", session, "--port", Integer.toString(port)));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        closing.push(() -> {
            process.destroy();
            try {
                if (!process.waitFor(PATIENCE_S, TimeUnit.SECONDS)) {
                    process.destroyForcibly().waitFor();
                }
            } catch (InterruptedException impatient) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        });
        // The first thing that it says is where it listens.
        if (process.inputReader().readLine() == null) {
            throw new IOException("netkeep " + server + " did not start in " + directory);
        }
    }

    /// Starts a program that knows nothing of us; of several stacks each gets every so many'th.
    Tool start(Guest guest, int number) throws IOException {
        Path session = Path.of(sessions.get(number % sessions.size()));
        Tool tool = Tool.start(place, directory, guest.command(session));
        closing.push(tool::close);
        return tool;
    }

    private void poison(Deaths.Kind kind) throws IOException {
        switch (kind) {
            case FRAME -> frame("netkeep!");
            case ENDLESS_FRAME -> frame("netkeep?");
            case LINK_FRAME -> frame("netkeep*");
            case ENDLESS_LINK_FRAME -> frame("netkeep@");
            case MESSAGE -> message("netkeep!");
            case ENDLESS_MESSAGE -> message("netkeep?");
            case RECORD -> record();
            default -> request();
        }
    }

    /// Greets control by what is none.
    private void message(String poison) throws IOException {
        try (Line line = Line.to(sessions.getFirst())) {
            line.send(poison.getBytes(StandardCharsets.US_ASCII));
            line.receive().refuse();
        } catch (EOFException died) {
            // As it should.
        }
    }

    /// Connects from a port by which the stack dies of the connection's record, as it is to send something; that is
    /// reset then, and no other.
    private void record() {
        try {
            place.call(() -> {
                try (Socket socket = new Socket()) {
                    socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(PATIENCE_S));
                    socket.setReuseAddress(true);
                    socket.bind(new InetSocketAddress(POISONOUS_PORT));
                    socket.connect(new InetSocketAddress(ADDRESSES.getFirst(), ECHO));
                    socket.getOutputStream().write(1);
                    return socket.getInputStream().read();
                }
            });
            throw new IllegalStateException("a connection outlives its record");
        } catch (IllegalStateException reset) {
            if (!(reset.getCause() instanceof SocketException)) {
                throw reset;
            }
        }
    }

    private void frame(String poison) throws IOException {
        byte[] octets = poison.getBytes(StandardCharsets.US_ASCII);
        try (DatagramSocket socket = place.call(() -> new DatagramSocket())) {
            socket.send(new DatagramPacket(octets, octets.length, InetAddress.getByName(ADDRESSES.getFirst()), ECHO));
        }
    }

    /// Asks for what there is not, over a session of its own.
    private void request() throws IOException {
        try (Welcome welcome = Welcome.at(sessions.getFirst())) {
            SessionLayout layout = welcome.layout();
            Region client = welcome.client();
            Producer requests = new Producer(
                    client, 0, welcome.stack(), layout.requestsConsumer(), layout.requests(), SessionLayout.REQUEST, 0);
            client.u8(requests.free() + Request.OP, NO_SUCH_REQUEST);
            requests.give();
            requests.publish();
            welcome.bell().ring();
            // Whoever is cut off is told.
            while (true) {
                welcome.line().receive().refuse();
            }
        } catch (PeerViolation impossible) {
            throw new IOException(impossible);
        } catch (EOFException over) {
            // As it should be.
        }
    }

    @Override
    public void close() {
        while (!closing.isEmpty()) {
            closing.pop().run();
        }
    }
}
