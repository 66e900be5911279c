package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import netkeep.client.Attached;
import netkeep.link.Cable;
import netkeep.link.KernelAddress;
import netkeep.link.PacketLink;
import netkeep.link.PacketSettings;
import netkeep.link.TapDevice;
import netkeep.link.TapSettings;
import netkeep.linux.Clock;
import netkeep.linux.NetworkNamespace;
import netkeep.linux.Threads;
import netkeep.wire.Address;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Connections of a daemon in every state, with the kernel's stack at their other end, while its parts are killed one
/// after the other: each stays in its state, and later comes to its right end. Sockets for datagrams go on.
///
/// Between the daemon's device and the kernel's lies a wire on which the connections are held.
class StatesTest {
    private static final String OUR_DEVICE = "nk-states";
    private static final String THEIR_DEVICE = "nk-peer";
    private static final List<String> LINK = List.of(
            "--no-segmentation",
            "--link",
            "tap:" + OUR_DEVICE,
            "--address",
            Place.OURS_4 + "/24",
            "--address",
            Place.OURS_6 + "/64");

    /// TIME-WAIT in the kernel's tables.
    private static final String TIME_WAIT = "06";

    @TempDir
    private Path directory;

    private Place place;
    private NetworkNamespace kernel;
    private Daemon up;
    private HeldLink wire;
    private Cable cable;
    private Thread carrying;

    private void begin(String placement) throws Exception {
        place = new Place(directory);
        kernel = NetworkNamespace.make();
        up = new Daemon(place, directory.resolve("session"), placement, List.of(), LINK);
        TapSettings peer = TapSettings.of(THEIR_DEVICE)
                .withOffloads(true, false, false)
                .withKernelAddresses(List.of(address(Place.KERNEL_4, 24), address(Place.KERNEL_6, 64)));
        wire = new HeldLink(kernel.call(() -> TapDevice.open(peer).link()));
        PacketSettings packets =
                PacketSettings.of(OUR_DEVICE).withOffloads(true, false, false).withRing(0);
        cable = new Cable(place.space().call(() -> PacketLink.open(packets)), wire, new Clock()::nowNs);
        carrying = Thread.ofPlatform().start(cable);
        Place.await("the addresses are not ours", () -> {
            String status = Place.asked(up.session, "status");
            return status.contains("\naddress ") && !status.contains("state=tentative");
        });
    }

    private static KernelAddress address(String text, int prefix) {
        Address address = Address.parse(text);
        return new KernelAddress(address.hi(), address.lo(), prefix);
    }

    @AfterEach
    void end() throws Exception {
        if (cable != null) {
            cable.end();
            carrying.join();
            cable.close();
        }
        if (kernel != null) {
            kernel.close();
        }
        if (place != null) {
            place.close();
        }
    }

    /// In one process all parts are one, which dies by itself and once more in the takeover.
    @ParameterizedTest
    @CsvSource({"monolithic, stack:both stacks", "factored, stack:link:control:both stacks"})
    void eachStateOutlivesEachPart(String placement, String parts) throws Exception {
        begin(placement);
        try (Attached session = Attached.to(up.session.toString());
                ServerSocketChannel accepted = listener(session.provider(), Story.ACCEPTED);
                ServerSocketChannel waited = listener(session.provider(), Story.WAITED);
                Datagrams four = datagrams(session.provider(), false);
                Datagrams six = datagrams(session.provider(), true)) {
            Story.Ground ground =
                    new Story.Ground(session.provider(), kernel, wire, this::await, accepted, waited, new HashMap<>());
            List<Datagrams> datagrams = List.of(four, six);
            List<Story> stories = new ArrayList<>();
            for (Story.Kind kind : Story.Kind.values()) {
                stories.add(new Story(kind, false, ground));
                stories.add(new Story(kind, true, ground));
            }
            for (Datagrams each : datagrams) {
                each.talk();
            }
            for (Story story : stories) {
                story.bring();
            }
            outlive(parts.split(":", -1), stories, datagrams);
            stories.forEach(Story::letGo);
            for (Story story : stories) {
                Place.await("does not come to its end: " + story, story::goOn);
                story.check();
            }
            for (Story story : stories) {
                Place.await("is not closed: " + story, () -> closed(story));
            }
            assertEquals(List.of(), wire.resets());
        }
        assertEquals(0, up.keeper.stop().code());
    }

    private static ServerSocketChannel listener(SelectorProvider ours, int port) throws IOException {
        ServerSocketChannel listener = ours.openServerSocketChannel().bind(new InetSocketAddress(port));
        listener.configureBlocking(false);
        return listener;
    }

    private Datagrams datagrams(SelectorProvider ours, boolean six) throws IOException {
        NetworkInterface device = kernel.call(() -> NetworkInterface.getByName(THEIR_DEVICE));
        return new Datagrams(six, ours, kernel, device);
    }

    private void outlive(String[] parts, List<Story> stories, List<Datagrams> datagrams) throws Exception {
        Map<String, List<String>> before = states();
        Map<String, List<String>> wanted = stories.stream()
                .collect(Collectors.toMap(
                        StatesTest::name, story -> List.of(story.kind.state), (one, other) -> one, TreeMap::new));
        for (int port : new int[] {Story.ACCEPTED, Story.WAITED}) {
            wanted.put(port + " 0", List.of("LISTEN"));
        }
        wanted.put(Datagrams.BOUND + " 0", List.of("UNCONN", "UNCONN"));
        wanted.put(Datagrams.MEMBER + " 0", List.of("UNCONN"));
        wanted.put(Datagrams.MEMBER + 1 + " 0", List.of("UNCONN"));
        wanted.put(Datagrams.CONNECTED + " " + Datagrams.KERNEL, List.of("ESTAB", "ESTAB"));
        assertEquals(wanted, before);
        for (String part : parts) {
            if (part.equals("both stacks")) {
                up.killTwice("stack");
            } else {
                up.kill(part, 0, Threads.SIGKILL);
                up.awaitRestarts(part, 1);
            }
            assertEquals(before, states(), "after " + part);
            for (Datagrams each : datagrams) {
                each.talk();
            }
        }
    }

    private static String name(Story story) {
        return story.ourPort + " " + story.port;
    }

    /// Of the daemon's sockets, by our port and the other. A connection that is over while its program has not closed
    /// it is none.
    private Map<String, List<String>> states() throws Exception {
        return up.sockets().stream()
                .filter(socket -> "udp".equals(socket.get("netid")) || !"UNCONN".equals(socket.get("state")))
                .collect(Collectors.groupingBy(
                        socket -> socket.get("local_port") + " " + socket.get("peer_port"),
                        TreeMap::new,
                        Collectors.mapping(socket -> String.valueOf(socket.get("state")), Collectors.toList())));
    }

    private void await(Story story, String state) throws Exception {
        Place.await("is not in its state: " + story, () -> List.of(state).equals(states().get(name(story))));
    }

    /// Whether it is closed at both ends, or the one that ended first waits until no segment can be on its way.
    private boolean closed(Story story) throws Exception {
        List<String> ours = states().getOrDefault(name(story), List.of());
        return List.of("TIME-WAIT").containsAll(ours) && List.of(TIME_WAIT).containsAll(kernels(story.port));
    }

    /// The states of the kernel's sockets at a port.
    private List<String> kernels(int port) {
        String local = String.format(":%04X", port);
        return kernel.call(() -> {
            List<String> states = new ArrayList<>();
            for (String file : List.of("tcp", "tcp6")) {
                for (String line : Files.readAllLines(Path.of("/proc/thread-self/net", file))) {
                    String[] words = line.strip().split("\\s+", -1);
                    if (words[1].endsWith(local)) {
                        states.add(words[3]);
                    }
                }
            }
            return states;
        });
    }
}
