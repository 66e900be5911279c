package netkeep.tools.demo;

import java.io.IOException;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import netkeep.embedded.Embedded;
import netkeep.embedded.EmbeddedBuilder;
import netkeep.link.KernelAddress;
import netkeep.link.Link;
import netkeep.link.PacketLink;
import netkeep.link.PacketSettings;
import netkeep.link.TapDevice;
import netkeep.link.TapSettings;
import netkeep.linux.LinuxException;
import netkeep.linux.Netlink;
import netkeep.linux.NetworkNamespace;
import netkeep.wire.Address;

/// Two servers and a place for a client, each in a network namespace of its own, which go with this object.
///
/// ```text
///             198.18.0.1  <--- TAP, or veth and packet socket --->  198.18.0.2  our stack
///   client
///             198.18.1.1  <--------------- veth --------------->  198.18.1.2  the kernel's stack
/// ```
final class Stage implements AutoCloseable {
    static final String OURS = "198.18.0.2";
    static final String OURS_V6 = "fd00:198:18::2";
    static final String KERNELS = "198.18.1.2";

    private static final String OUR_LOAD = "198.18.0.1";
    private static final String OUR_LOAD_V6 = "fd00:198:18::1";
    private static final String KERNELS_LOAD = "198.18.1.1";
    private static final String EVERYWHERE = "::";
    private static final int SPIN_MICROS = 200;

    private final Deque<Runnable> closing = new ArrayDeque<>();
    private final NetworkNamespace client;
    private final String linkName;
    private final boolean ipv6;

    /// @param tap whether to try a TAP first
    /// @throws LinuxException if the kernel does not allow it
    Stage(Path root, boolean tap) throws IOException {
        boolean done = false;
        try {
            client = space();
            client.run(() -> loopbackUp());
            NetworkNamespace kernel = space();
            join(client, "nk-kernel", kernel);
            address(client, "nk-kernel", KERNELS_LOAD);
            address(kernel, "nk-kernel-b", KERNELS);
            Serving theirs = serving(kernel, root);
            closing.push(theirs::close);

            EmbeddedBuilder plan = Embedded.builder().spinMicros(SPIN_MICROS);
            linkName = tap ? tapOrPacket(plan) : packet(plan);
            ipv6 = addIpv6();
            Embedded stack = plan.start();
            closing.push(stack::close);
            // On the wildcard: the address of IPv6 is looked for on the link before it is ours.
            Serving ours = new Serving("netkeep-ours", stack.provider(), root, List.of(EVERYWHERE));
            closing.push(ours::close);
            done = true;
        } finally {
            if (!done) {
                close();
            }
        }
    }

    private static Serving serving(NetworkNamespace place, Path root) throws IOException {
        try {
            return place.call(
                    () -> new Serving("netkeep-kernels", SelectorProvider.provider(), root, List.of(KERNELS)));
        } catch (IllegalStateException failure) {
            if (failure.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw failure;
        }
    }

    private NetworkNamespace space() {
        NetworkNamespace made = NetworkNamespace.make();
        closing.push(made::close);
        return made;
    }

    private static void loopbackUp() {
        try (Netlink netlink = new Netlink()) {
            netlink.find("lo").ifPresent(found -> netlink.up(found.index()));
        }
    }

    /// Joins two namespaces by a veth pair, `name` here and `name-b` there.
    private static void join(NetworkNamespace one, String name, NetworkNamespace other) {
        one.run(() -> {
            try (Netlink netlink = new Netlink()) {
                netlink.veth(name, name + "-b");
                netlink.move(index(netlink, name + "-b"), other.descriptor());
            }
        });
    }

    private static int index(Netlink netlink, String name) {
        return netlink.find(name)
                .orElseThrow(() -> new IllegalStateException("interface " + name + " is gone"))
                .index();
    }

    private static void address(NetworkNamespace place, String device, String v4) {
        place.run(() -> {
            try (Netlink netlink = new Netlink()) {
                int index = index(netlink, device);
                netlink.address(index, Address.parse(v4).octets(), 24);
                netlink.up(index);
            }
        });
    }

    /// Gives the client's side of our link an address of IPv6.
    ///
    /// @return whether its kernel knows IPv6
    private boolean addIpv6() {
        try {
            client.run(() -> {
                try (Netlink netlink = new Netlink()) {
                    netlink.address(
                            index(netlink, "nk-ours"),
                            Address.parse(OUR_LOAD_V6).octets(),
                            64);
                }
            });
            return true;
        } catch (LinuxException without) {
            return false;
        }
    }

    private String tapOrPacket(EmbeddedBuilder plan) {
        try {
            TapSettings settings = TapSettings.of("nk-ours").withKernelAddresses(List.of(side(OUR_LOAD, 24)));
            Link link = client.call(() -> TapDevice.open(settings).queues().getFirst());
            plan.link("nk-ours", link, ourAddresses());
            return "TAP";
        } catch (LinuxException refused) {
            return packet(plan);
        }
    }

    private String packet(EmbeddedBuilder plan) {
        NetworkNamespace ours = space();
        join(client, "nk-ours", ours);
        address(client, "nk-ours", OUR_LOAD);
        plan.link("nk-ours-b", ours.call(() -> PacketLink.open(PacketSettings.of("nk-ours-b"))), ourAddresses());
        return "veth and packet socket";
    }

    private static List<String> ourAddresses() {
        return List.of(OURS + "/24", OURS_V6 + "/64");
    }

    private static KernelAddress side(String text, int prefix) {
        Address address = Address.parse(text);
        return new KernelAddress(address.hi(), address.lo(), prefix);
    }

    /// Where the client runs.
    NetworkNamespace client() {
        return client;
    }

    /// Whether the client's kernel speaks IPv6.
    boolean ipv6() {
        return ipv6;
    }

    /// What joins our stack and the client's.
    String linkName() {
        return linkName;
    }

    @Override
    public void close() {
        while (!closing.isEmpty()) {
            closing.pop().run();
        }
    }
}
