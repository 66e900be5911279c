package netkeep.trials.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import netkeep.embedded.Embedded;
import netkeep.engine.ledger.Counter;
import netkeep.link.KernelAddress;
import netkeep.link.Link;
import netkeep.link.LinkCounters;
import netkeep.link.QueuesLink;
import netkeep.link.TapDevice;
import netkeep.link.TapSettings;
import netkeep.linux.LinuxException;
import netkeep.linux.NetworkNamespace;
import netkeep.wire.Address;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A TAP with several queues, all of one stack: many flows at a time, either side connecting, each way; every queue
/// carries some, and what a flow sends stays in order.
@Timeout(60)
class QueuesTest {
    private static final int FLOWS = 16;
    private static final int QUEUES = 2;
    private static final int PORT = 7001;
    private static final long OCTETS = 2L << 20;

    private static TapDevice open(NetworkNamespace place, TapSettings settings) {
        try {
            return place.call(() -> TapDevice.open(settings));
        } catch (LinuxException refused) {
            assumeTrue(false, "not on this machine: " + refused.getMessage());
            throw refused;
        }
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
    void everyQueueCarriesFlowsBothWays() throws Exception {
        Address kernels = Address.parse(Ground.KERNEL_4);
        TapSettings settings = TapSettings.of("nk-queues")
                .withQueues(QUEUES)
                .withKernelAddresses(List.of(new KernelAddress(kernels.hi(), kernels.lo(), 24)));
        try (NetworkNamespace place = place()) {
            QueuesLink link = (QueuesLink) open(place, settings).link();
            try (Embedded stack = Embedded.builder()
                    .link("nk-queues", link, List.of(Ground.OURS_4 + "/24"))
                    .sockets(1 << 10)
                    .start()) {
                SelectorProvider ours = stack.provider();
                SelectorProvider theirs = SelectorProvider.provider();
                InetSocketAddress here = Ground.at(Ground.OURS_4, PORT);
                InetSocketAddress there = Ground.at(Ground.KERNEL_4, PORT);
                try (ServerSocketChannel listener = ours.openServerSocketChannel()) {
                    listener.bind(here);
                    flows(listener, () -> place.call(theirs::openSocketChannel), here);
                }
                try (ServerSocketChannel listener = place.call(theirs::openServerSocketChannel)) {
                    listener.bind(there);
                    flows(listener, ours::openSocketChannel, there);
                }
                long again = stack.ask(engine -> engine.counters().get(Counter.TcpRetransSegs));
                assertTrue(again <= 2 * FLOWS, again + " segments sent again");
            }
            for (Link queue : link.queues()) {
                LinkCounters counters = queue.counters();
                assertTrue(counters.receivedOctets > OCTETS && counters.sentOctets > OCTETS, counters.toString());
            }
        }
    }

    /// Opens a channel.
    private interface Opening {
        SocketChannel open() throws Exception;
    }

    private static void flows(ServerSocketChannel listener, Opening opening, InetSocketAddress to) throws Exception {
        List<SocketChannel> open = new ArrayList<>();
        List<FutureTask<Long>> sums = new ArrayList<>();
        List<FutureTask<Boolean>> senders = new ArrayList<>();
        for (int flow = 0; flow < FLOWS; flow++) {
            SocketChannel one = opening.open();
            open.add(one);
            one.connect(to);
            SocketChannel other = listener.accept();
            open.add(other);
            for (SocketChannel end : List.of(one, other)) {
                sums.add(Stream.start(() -> Stream.receive(end, OCTETS)));
                senders.add(Stream.start(() -> {
                    Stream.send(end, OCTETS, 5);
                    return true;
                }));
            }
        }
        for (FutureTask<Boolean> sender : senders) {
            assertTrue(sender.get());
        }
        for (FutureTask<Long> sum : sums) {
            assertEquals(Stream.sum(OCTETS, 5), sum.get());
        }
        for (SocketChannel channel : open) {
            channel.close();
        }
    }
}
