package netkeep.trials.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import netkeep.link.KernelAddress;
import netkeep.link.TapDevice;
import netkeep.link.TapSettings;
import netkeep.linux.LinuxException;
import netkeep.linux.NetworkNamespace;
import netkeep.linux.Steering;
import netkeep.wire.Address;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What the kernel gives to which of two queues of a TAP, asked with datagrams to a broadcast address, before which
/// no neighbor is looked for.
@Timeout(60)
class SteeringTest {
    private static final Address OURS = Address.parse("198.18.0.1");
    private static final int ROOM = 1 << 17;

    /// From the Ethernet header on.
    private static final int VIRTIO = 10;
    private static final int PROTOCOL = VIRTIO + 14 + 9;
    private static final int PORT = VIRTIO + 14 + 20 + 2;

    @Test
    void secondQueueGetsItsPortsAndNothingElse() throws Exception {
        BitSet ports = new BitSet();
        ports.set(80);
        ports.set(8000, 8010);
        for (int port = 32769; port < 61000; port += 2) {
            ports.set(port);
        }
        NetworkNamespace space;
        try {
            space = NetworkNamespace.make();
        } catch (LinuxException refused) {
            assumeTrue(false, "no network namespace: " + refused.getMessage());
            return;
        }
        TapSettings settings = TapSettings.of("nk-steer")
                .withQueues(2)
                .withKernelAddresses(List.of(new KernelAddress(OURS.hi(), OURS.lo(), 24)));
        try (space;
                TapDevice tap = space.call(() -> TapDevice.open(settings));
                DatagramChannel kernel = space.call(DatagramChannel::open)) {
            assumeTrue(Steering.byPort(tap.queues().getFirst().descriptor(), ports), "no CAP_BPF");
            kernel.setOption(StandardSocketOptions.SO_BROADCAST, true);
            for (int port : new int[] {79, 80, 81, 7999, 8000, 8009, 8010, 32768, 32769, 32770, 60999, 61001, 65535}) {
                kernel.send(ByteBuffer.allocate(8), new InetSocketAddress("198.18.0.255", port));
                assertEquals(ports.get(port) ? 1 : 0, queue(tap, port), "port " + port);
            }
        }
    }

    /// The queue by which a datagram to this port comes; others may come before.
    private static int queue(TapDevice tap, int port) {
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment frame = arena.allocate(ROOM, Long.BYTES);
            while (true) {
                for (int queue = 0; queue < 2; queue++) {
                    int length = tap.queues().get(queue).receive(frame, 0, ROOM);
                    if (length > PORT + 2 && octet(frame, PROTOCOL) == 17 && port(frame) == port) {
                        return queue;
                    }
                }
                assertTrue(System.nanoTime() < endNs, "port " + port);
            }
        }
    }

    private static int port(MemorySegment frame) {
        return octet(frame, PORT) << 8 | octet(frame, PORT + 1);
    }

    private static int octet(MemorySegment frame, long at) {
        return frame.get(java.lang.foreign.ValueLayout.JAVA_BYTE, at) & 0xFF;
    }
}
