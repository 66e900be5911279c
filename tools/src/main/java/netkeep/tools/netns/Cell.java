package netkeep.tools.netns;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import netkeep.link.Link;
import netkeep.link.PacketLink;
import netkeep.link.PacketSettings;
import netkeep.link.TapDevice;
import netkeep.link.TapSettings;
import netkeep.linux.LinuxException;
import netkeep.linux.Netlink;
import netkeep.linux.NetworkNamespace;
import netkeep.wire.Address;

/// A network namespace with a loopback and one link, whose other end we hold: a TAP, or where that is not allowed a
/// veth with a packet socket.
final class Cell implements AutoCloseable {
    private static final String NAME = "nk0";
    private static final String PEER = "nk0-b";

    /// No datagram need be cut on its way to us.
    private static final int MTU = 65_520;

    private final Deque<Runnable> closing = new ArrayDeque<>();
    private final NetworkNamespace space;
    private final Link link;

    /// @param addresses that the namespace gets, those of the stack that it is on
    /// @throws LinuxException if the kernel does not allow it
    Cell(List<InetAddress> addresses) {
        boolean done = false;
        try {
            space = make();
            link = open();
            space.run(() -> configure(addresses));
            // For who has no rights in there.
            space.run(Cell::openPorts);
            done = true;
        } finally {
            if (!done) {
                close();
            }
        }
    }

    private NetworkNamespace make() {
        NetworkNamespace made = NetworkNamespace.make();
        closing.push(made::close);
        return made;
    }

    private Link open() {
        try {
            return space.call(() ->
                    TapDevice.open(TapSettings.of(NAME).withMtu(MTU)).queues().getFirst());
        } catch (LinuxException refused) {
            NetworkNamespace other = make();
            space.run(() -> {
                try (Netlink netlink = new Netlink()) {
                    netlink.veth(NAME, PEER);
                    netlink.mtu(index(netlink, NAME), MTU);
                    netlink.mtu(index(netlink, PEER), MTU);
                    netlink.move(index(netlink, PEER), other.descriptor());
                }
            });
            return other.call(() -> {
                try (Netlink netlink = new Netlink()) {
                    netlink.up(index(netlink, PEER));
                }
                return PacketLink.open(PacketSettings.of(PEER));
            });
        }
    }

    private static int index(Netlink netlink, String name) {
        return netlink.find(name)
                .orElseThrow(() -> new IllegalStateException("interface " + name + " is gone"))
                .index();
    }

    private static void configure(List<InetAddress> addresses) {
        try (Netlink netlink = new Netlink()) {
            netlink.up(index(netlink, "lo"));
            int nk0 = index(netlink, NAME);
            netlink.up(nk0);
            for (InetAddress address : addresses) {
                byte[] octets = address.getAddress();
                netlink.address(nk0, octets, 8 * octets.length);
                Address router = octets.length == 4 ? Gateway.ROUTER_4 : Gateway.ROUTER_6;
                if (octets.length == 4) {
                    netlink.route(router.octets(), 32, new byte[0], nk0);
                }
                netlink.route(new byte[octets.length], 0, router.octets(), nk0);
            }
        }
    }

    private static void openPorts() {
        try {
            Files.writeString(Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start"), "0");
        } catch (IOException refused) {
            // Then they stay closed.
        }
    }

    /// Where the program runs.
    NetworkNamespace space() {
        return space;
    }

    /// Our end of the link, for whoever calls to close.
    Link link() {
        return link;
    }

    @Override
    public void close() {
        while (!closing.isEmpty()) {
            closing.pop().run();
        }
    }
}
