package netkeep.trials.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.FutureTask;
import netkeep.embedded.Embedded;
import netkeep.link.Link;
import netkeep.link.PacketLink;
import netkeep.link.PacketSettings;
import netkeep.linux.LinuxException;
import netkeep.linux.Netlink;
import netkeep.linux.NetworkNamespace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Two stacks of ours in a virtual LAN on a veth pair, whose tags the kernel takes off and tells beside the frames.
@Timeout(60)
class VlanTest {
    private static final long OCTETS = 4L << 20;

    private static Embedded stack(NetworkNamespace place, String name, String address) {
        Link link = place.call(() -> PacketLink.open(PacketSettings.of(name)));
        return Embedded.builder()
                .link(name, link, List.of(address))
                .vlan(7)
                .sockets(1 << 10)
                .start();
    }

    private static NetworkNamespace place() {
        try {
            return NetworkNamespace.make();
        } catch (LinuxException refused) {
            assumeTrue(false, "no network namespace: " + refused.getMessage());
            throw refused;
        }
    }

    @Test
    void streamCrossesAVirtualLan() throws Exception {
        try (NetworkNamespace place = place()) {
            place.run(() -> {
                try (Netlink netlink = new Netlink()) {
                    netlink.veth("nk-one", "nk-two");
                    for (String name : List.of("nk-one", "nk-two")) {
                        netlink.up(netlink.find(name).orElseThrow().index());
                    }
                }
            });
            try (Embedded one = stack(place, "nk-one", "198.18.0.1/24");
                    Embedded two = stack(place, "nk-two", "198.18.0.2/24");
                    ServerSocketChannel listener = two.provider().openServerSocketChannel()) {
                listener.bind(Ground.at("198.18.0.2", 7001));
                FutureTask<SocketChannel> accepted = Stream.start(listener::accept);
                try (SocketChannel from = one.provider().openSocketChannel()) {
                    from.connect(Ground.at("198.18.0.2", 7001));
                    SocketChannel to = accepted.get();
                    FutureTask<Long> sum = Stream.start(() -> Stream.receive(to, OCTETS));
                    Stream.send(from, OCTETS, 3);
                    assertEquals(Stream.sum(OCTETS, 3), sum.get());
                }
            }
        }
    }
}
