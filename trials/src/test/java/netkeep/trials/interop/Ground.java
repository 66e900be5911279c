package netkeep.trials.interop;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import netkeep.embedded.Embedded;
import netkeep.engine.ledger.Counter;
import netkeep.link.FaultLink;
import netkeep.link.Faults;
import netkeep.link.KernelAddress;
import netkeep.link.Link;
import netkeep.link.PacketLink;
import netkeep.link.PacketSettings;
import netkeep.link.TapDevice;
import netkeep.link.TapSettings;
import netkeep.linux.Clock;
import netkeep.linux.Ethtool;
import netkeep.linux.Netlink;
import netkeep.linux.NetworkNamespace;
import netkeep.wire.Address;

/// A stack of ours and the kernel's, joined by the link of a cell. All of it goes when it is closed.
final class Ground implements AutoCloseable {
    static final String KERNEL_4 = "198.18.0.1";
    static final String KERNEL_6 = "fd00:198:18::1";
    static final String OURS_4 = "198.18.0.2";
    static final String OURS_6 = "fd00:198:18::2";
    /// The interface on the kernel's side.
    static final String DEVICE = "nk-trial";

    private static final int SIX = 1280;

    private final Deque<Runnable> closing = new ArrayDeque<>();
    private final NetworkNamespace kernel;
    private final Embedded stack;

    /// @throws netkeep.linux.LinuxException where this machine or user cannot
    Ground(Cell cell) {
        boolean done = false;
        try {
            kernel = space();
            Link sound = cell.tap() ? tap(cell) : packet(cell);
            Faults faults = cell.trouble().faults();
            Link link = faults.equals(Faults.NONE)
                    ? sound
                    : new FaultLink(sound, faults, faults, new SplittableRandom(7), new Clock()::nowNs);
            List<String> addresses =
                    cell.mtu() < SIX ? List.of(OURS_4 + "/24") : List.of(OURS_4 + "/24", OURS_6 + "/64");
            stack = Embedded.builder()
                    .link(DEVICE, link, addresses)
                    .sockets(1 << 10)
                    .spinMicros(20)
                    .start();
            closing.push(stack::close);
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

    private static KernelAddress side(String text, int prefix) {
        Address address = Address.parse(text);
        return new KernelAddress(address.hi(), address.lo(), prefix);
    }

    private Link tap(Cell cell) {
        TapSettings settings = TapSettings.of(DEVICE)
                .withOffloads(cell.offloads(), cell.offloads(), cell.offloads())
                .withMtu(cell.mtu())
                .withKernelAddresses(
                        cell.mtu() < SIX
                                ? List.of(side(KERNEL_4, 24))
                                : List.of(side(KERNEL_4, 24), side(KERNEL_6, 64)));
        return kernel.call(() -> TapDevice.open(settings).queues().getFirst());
    }

    private Link packet(Cell cell) {
        NetworkNamespace ours = space();
        kernel.run(() -> {
            try (Netlink netlink = new Netlink()) {
                netlink.veth(DEVICE, DEVICE + "-b");
                netlink.move(index(netlink, DEVICE + "-b"), ours.descriptor());
            }
        });
        ours.run(() -> prepare(cell, DEVICE + "-b", false));
        kernel.run(() -> prepare(cell, DEVICE, true));
        PacketSettings settings =
                PacketSettings.of(DEVICE + "-b").withOffloads(cell.offloads(), cell.offloads(), cell.offloads());
        return ours.call(() -> PacketLink.open(settings));
    }

    private static void prepare(Cell cell, String name, boolean addresses) {
        try (Netlink netlink = new Netlink()) {
            int index = index(netlink, name);
            netlink.mtu(index, cell.mtu());
            if (!cell.offloads()) {
                for (Ethtool.Offload offload : Ethtool.Offload.values()) {
                    Ethtool.set(name, offload, false);
                }
            }
            if (addresses) {
                netlink.address(index, Address.parse(KERNEL_4).octets(), 24);
                if (cell.mtu() >= SIX) {
                    netlink.address(index, Address.parse(KERNEL_6).octets(), 64);
                }
            }
            netlink.up(index);
        }
    }

    private static int index(Netlink netlink, String name) {
        return netlink.find(name)
                .orElseThrow(() -> new IllegalStateException("interface " + name + " is gone"))
                .index();
    }

    Embedded stack() {
        return stack;
    }

    NetworkNamespace kernelSpace() {
        return kernel;
    }

    /// Does something in the kernel's namespace: its sockets are of the namespace of the thread that opens them.
    <T> T kernel(Callable<T> work) {
        return kernel.call(work);
    }

    static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    /// One of our counters.
    long ours(Counter counter) {
        return stack.ask(engine -> engine.counters().get(counter));
    }

    /// One of the kernel's counters in its namespace, as `Tcp` and `RetransSegs`; 0 for one that it does not have.
    long kernels(String group, String name) {
        return kernel.call(() -> {
            for (String file : List.of("snmp", "netstat")) {
                long value = find(Files.readAllLines(Path.of("/proc/thread-self/net", file)), group + ":", name);
                if (value >= 0) {
                    return value;
                }
            }
            return 0L;
        });
    }

    /// The lines come in pairs: names, then values.
    private static long find(List<String> lines, String group, String name) throws IOException {
        for (int i = 0; i + 1 < lines.size(); i++) {
            if (lines.get(i).startsWith(group) && lines.get(i + 1).startsWith(group)) {
                int column = Arrays.asList(lines.get(i).split(" ", -1)).indexOf(name);
                return column < 0 ? -1 : Long.parseLong(lines.get(i + 1).split(" ", -1)[column]);
            }
        }
        return -1;
    }

    @Override
    public void close() {
        while (!closing.isEmpty()) {
            closing.pop().run();
        }
    }
}
