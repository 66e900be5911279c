package netkeep.tools.demo;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import netkeep.link.KernelAddress;
import netkeep.link.Link;
import netkeep.link.PacketLink;
import netkeep.link.PacketSettings;
import netkeep.link.TapDevice;
import netkeep.link.TapSettings;
import netkeep.linux.LinuxException;
import netkeep.linux.Netlink;
import netkeep.linux.NetworkNamespace;
import netkeep.placement.Settings;
import netkeep.wire.Address;

/// A client's network namespace, another one with the kernel's stack, and the links between the client and all stacks.
final class Network implements AutoCloseable {
    private static final int LENGTH = 24;
    private static final int LENGTH_6 = 64;

    private final Deque<Runnable> closing = new ArrayDeque<>();
    private final NetworkNamespace client;
    private final NetworkNamespace kernel;
    private final NetworkNamespace empty;
    private final boolean ipv6;
    private boolean tap;

    /// Our end of a link.
    ///
    /// @param kind      as [Settings.Device] has it
    /// @param addresses with their lengths
    record Ours(String kind, String name, Link link, List<String> addresses) {}

    /// @param tap whether to try a TAP first
    /// @throws LinuxException if the kernel does not allow it
    Network(boolean tap) {
        this.tap = tap;
        boolean done = false;
        try {
            client = space();
            client.run(Network::loopbackUp);
            empty = space();
            kernel = space();
            pair(Where.KERNEL, kernel);
            address(kernel, Where.KERNEL.device() + "-b", Where.KERNEL.server(), LENGTH);
            ipv6 = knowsIpv6();
            done = true;
        } finally {
            if (!done) {
                close();
            }
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

    /// Joins the client and a namespace by a veth pair, the end there called `-b`.
    private void pair(Where where, NetworkNamespace other) {
        client.run(() -> {
            try (Netlink netlink = new Netlink()) {
                String peer = where.device() + "-b";
                netlink.veth(where.device(), peer);
                netlink.move(index(netlink, peer), other.descriptor());
            }
        });
        address(client, where.device(), where.client(), LENGTH);
    }

    private static int index(Netlink netlink, String name) {
        return netlink.find(name)
                .orElseThrow(() -> new IllegalStateException("interface " + name + " is gone"))
                .index();
    }

    private static void address(NetworkNamespace place, String device, String address, int length) {
        place.run(() -> {
            try (Netlink netlink = new Netlink()) {
                int index = index(netlink, device);
                netlink.address(index, Address.parse(address).octets(), length);
                netlink.up(index);
            }
        });
    }

    private boolean knowsIpv6() {
        try {
            address(client, Where.KERNEL.device(), Where.KERNEL.client6(), LENGTH_6);
            return true;
        } catch (LinuxException without) {
            return false;
        }
    }

    /// Makes a link to a stack of ours. The caller closes it.
    Ours join(Where where) {
        Ours ours = open(where);
        if (ipv6) {
            address(client, where.device(), where.client6(), LENGTH_6);
        }
        return ours;
    }

    private Ours open(Where where) {
        List<String> addresses = new ArrayList<>(List.of(where.server() + "/" + LENGTH));
        if (ipv6) {
            addresses.add(where.server6() + "/" + LENGTH_6);
        }
        if (tap) {
            Address side = Address.parse(where.client());
            TapSettings settings = TapSettings.of(where.device())
                    .withKernelAddresses(List.of(new KernelAddress(side.hi(), side.lo(), LENGTH)));
            try {
                Link link = client.call(() -> TapDevice.open(settings).queues().getFirst());
                return new Ours(Settings.TAP, where.device(), link, addresses);
            } catch (LinuxException refused) {
                tap = false;
            }
        }
        NetworkNamespace place = space();
        pair(where, place);
        String name = where.device() + "-b";
        // No ring: frames wait in the kernel while a successor of whoever took them begins.
        Link link = place.call(() -> PacketLink.open(PacketSettings.of(name).withRing(0)));
        return new Ours(Settings.PACKET, name, link, addresses);
    }

    /// Where the client runs.
    NetworkNamespace client() {
        return client;
    }

    /// Where programs run on the kernel's stack.
    NetworkNamespace kernel() {
        return kernel;
    }

    /// Where there is no network at all.
    NetworkNamespace empty() {
        return empty;
    }

    /// Whether the client's kernel speaks IPv6.
    boolean ipv6() {
        return ipv6;
    }

    /// What joins our stacks and the client.
    String linkName() {
        return tap ? "TAP" : "veth and packet socket";
    }

    @Override
    public void close() {
        while (!closing.isEmpty()) {
            closing.pop().run();
        }
    }
}
