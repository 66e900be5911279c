package netkeep.tools.demo;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import netkeep.embedded.Embedded;
import netkeep.link.KernelAddress;
import netkeep.link.Link;
import netkeep.link.PacketLink;
import netkeep.link.PacketSettings;
import netkeep.link.TapDevice;
import netkeep.link.TapSettings;
import netkeep.linux.Netlink;
import netkeep.linux.NetworkNamespace;
import netkeep.servers.http.HttpServer;
import netkeep.servers.http.HttpSettings;
import netkeep.servers.loop.Time;
import netkeep.wire.Address;

/// Two namespaces and two servers: the user's, where curl runs on the kernel's stack, with our stack at the other end
/// of
/// a link; and one more, where the same server runs on the kernel's stack behind a veth pair.
final class Scene implements AutoCloseable {
    static final String OURS = "198.18.0.2";
    static final String KERNELS = "198.18.1.2";

    private static final String USER = "198.18.0.1";
    private static final String USER_VETH = "198.18.1.1";
    private static final int LENGTH = 24;
    private static final int PORT = 80;

    private final NetworkNamespace user = NetworkNamespace.make();
    private final NetworkNamespace far = NetworkNamespace.make();
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final String link;

    /// Sets all up. Needs root, of a user namespace at least.
    ///
    /// @param tap whether our link is a TAP device, else a packet socket
    Scene(Path root, boolean tap) throws IOException {
        user.run(() -> up("lo"));
        far.run(() -> up("lo"));
        veth();
        Link device = user.call(() -> tap ? tap() : packet());
        this.link = tap ? "TAP" : "AF_PACKET on a veth";
        Embedded stack = Embedded.builder()
                .link("demo", device, List.of(OURS + "/" + LENGTH))
                .start();
        open.push(stack);
        serve(stack.provider(), OURS, root);
        far.call(() -> {
            serve(SelectorProvider.provider(), KERNELS, root);
            return true;
        });
    }

    /// What our stack's link is.
    String link() {
        return link;
    }

    /// Where curl runs.
    NetworkNamespace user() {
        return user;
    }

    private static Link tap() {
        Address address = Address.parse(USER);
        TapSettings settings = TapSettings.of("nkdemo")
                .withKernelAddresses(List.of(new KernelAddress(address.hi(), address.lo(), LENGTH)));
        return TapDevice.open(settings).queues().getFirst();
    }

    private static Link packet() {
        try (Netlink netlink = new Netlink()) {
            netlink.veth("nkdemo", "nkdemo-wire");
            address(netlink, "nkdemo", USER);
        }
        up("nkdemo-wire");
        return PacketLink.open(PacketSettings.of("nkdemo-wire"));
    }

    private void veth() {
        user.run(() -> {
            try (Netlink netlink = new Netlink()) {
                netlink.veth("nkveth", "nkfar");
                netlink.move(index(netlink, "nkfar"), far.descriptor());
                address(netlink, "nkveth", USER_VETH);
            }
        });
        far.run(() -> {
            try (Netlink netlink = new Netlink()) {
                address(netlink, "nkfar", KERNELS);
            }
        });
    }

    private static void address(Netlink netlink, String name, String text) {
        int index = index(netlink, name);
        netlink.address(index, Address.parse(text).octets(), LENGTH);
        netlink.up(index);
    }

    private static int index(Netlink netlink, String name) {
        return netlink.find(name).orElseThrow().index();
    }

    private static void up(String name) {
        try (Netlink netlink = new Netlink()) {
            netlink.up(index(netlink, name));
        }
    }

    private void serve(SelectorProvider provider, String address, Path root) throws IOException {
        HttpServer server = new HttpServer(provider, HttpSettings.of(root), Time.SYSTEM, new SecureRandom());
        open.push(server);
        server.listen(new InetSocketAddress(address, PORT));
        Thread.ofPlatform().daemon().name("server " + address).start(() -> {
            try {
                server.run();
            } catch (IOException e) {
                System.err.println("netkeep: server " + address + ": " + e.getMessage());
            }
        });
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) { // an AutoCloseable says no more
                System.err.println("netkeep: " + e.getMessage());
            }
        }
        user.close();
        far.close();
    }
}
