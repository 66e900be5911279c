package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.SelectorProvider;
import java.util.BitSet;
import java.util.List;
import netkeep.linux.NetworkNamespace;
import org.jspecify.annotations.Nullable;

/// Sockets for datagrams of a program on a daemon, and one of the kernel's: one that is connected, one that is not, and
/// a member of a group. A datagram may be lost, and then another goes; none comes twice.
final class Datagrams implements AutoCloseable {
    static final int BOUND = 8500;
    static final int CONNECTED = 8501;

    /// Over IPv4; over IPv6 the next one, for a socket bound to all addresses of either has the port.
    static final int MEMBER = 8502;

    static final int KERNEL = 9500;
    private static final int TRIES = 50;
    private static final int TRY_MS = 100;

    private final boolean six;
    private final DatagramChannel bound;
    private final DatagramChannel connected;
    private final DatagramChannel member;
    private final DatagramChannel kernel;
    private final BitSet seen = new BitSet();
    private final ByteBuffer room = ByteBuffer.allocate(64);
    private int sent;

    /// @param device the kernel's; it is none of the daemon's links, and so the group is joined on the first
    Datagrams(boolean six, SelectorProvider ours, NetworkNamespace kernels, NetworkInterface device)
            throws IOException {
        StandardProtocolFamily family = six ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
        this.six = six;
        this.bound = ours.openDatagramChannel(family).bind(at(six ? Place.OURS_6 : Place.OURS_4, BOUND));
        this.connected = ours.openDatagramChannel(family).bind(at(six ? Place.OURS_6 : Place.OURS_4, CONNECTED));
        this.member = ours.openDatagramChannel(family).bind(at(six ? "::" : "0.0.0.0", memberPort()));
        this.kernel = kernels.call(() -> DatagramChannel.open(family));
        kernel.bind(at(six ? Place.KERNEL_6 : Place.KERNEL_4, KERNEL));
        kernel.setOption(StandardSocketOptions.IP_MULTICAST_IF, device);
        connected.connect(kernel.getLocalAddress());
        member.join(group(), device);
        for (DatagramChannel channel : List.of(bound, connected, member, kernel)) {
            channel.configureBlocking(false);
        }
    }

    private static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    private int memberPort() {
        return six ? MEMBER + 1 : MEMBER;
    }

    private InetAddress group() {
        return InetAddress.ofLiteral(six ? "ff15::198:18" : "239.198.18.1");
    }

    /// One comes to each of ours, and one goes back from each.
    void talk() throws Exception {
        talk(bound, bound.getLocalAddress());
        talk(connected, connected.getLocalAddress());
        talk(member, new InetSocketAddress(group(), memberPort()));
    }

    private void talk(DatagramChannel ours, SocketAddress to) throws Exception {
        SocketAddress from = null;
        for (int tries = 0; from == null && tries < TRIES; tries++) {
            send(kernel, to);
            from = received(ours);
        }
        assertEquals(kernel.getLocalAddress(), from, to + " got nothing");
        SocketAddress back = null;
        for (int tries = 0; back == null && tries < TRIES; tries++) {
            send(ours, kernel.getLocalAddress());
            back = received(kernel);
        }
        assertNotNull(back, to + " sends nothing");
    }

    private void send(DatagramChannel from, SocketAddress to) throws IOException {
        from.send(room.clear().putInt(sent++).flip(), to);
    }

    /// Waits a while for one, and takes all that are there.
    private @Nullable SocketAddress received(DatagramChannel at) throws Exception {
        try (Selector selector = at.provider().openSelector()) {
            at.register(selector, SelectionKey.OP_READ);
            selector.select(TRY_MS);
        }
        SocketAddress last = null;
        for (SocketAddress from = at.receive(room.clear()); from != null; from = at.receive(room.clear())) {
            int number = room.flip().getInt();
            assertTrue(number < sent && !seen.get(number), "datagram " + number + " of " + sent + " came twice");
            seen.set(number);
            last = from;
        }
        return last;
    }

    @Override
    public void close() throws IOException {
        bound.close();
        connected.close();
        member.close();
        kernel.close();
    }
}
