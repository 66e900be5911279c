package netkeep.contract;

import static netkeep.contract.Providers.loopback;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.SelectorProvider;
import java.util.concurrent.FutureTask;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What `DatagramChannel` promises, of the platform's provider and of ours.
@Timeout(60)
public class PortChannelTest {
    private static ByteBuffer octets(String text) {
        return ByteBuffer.wrap(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void datagramsArriveWhole(SelectorProvider provider) throws Exception {
        try (DatagramChannel a = provider.openDatagramChannel();
                DatagramChannel b = provider.openDatagramChannel()) {
            a.bind(loopback(0));
            b.bind(loopback(0));
            assertEquals(5, a.send(octets("hello"), b.getLocalAddress()));
            assertEquals(0, a.send(octets(""), b.getLocalAddress()));
            assertEquals(9_000, a.send(ByteBuffer.allocateDirect(9_000), b.getLocalAddress()));
            ByteBuffer to = ByteBuffer.allocate(10_000);
            assertEquals(a.getLocalAddress(), b.receive(to));
            assertEquals(octets("hello"), to.flip());
            assertEquals(a.getLocalAddress(), b.receive(to.clear()));
            assertEquals(0, to.position());
            assertEquals(a.getLocalAddress(), b.receive(to.clear()));
            assertEquals(9_000, to.position());
            b.configureBlocking(false);
            assertNull(b.receive(to));
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void whatDoesNotFitIsLost(SelectorProvider provider) throws Exception {
        try (DatagramChannel a = provider.openDatagramChannel();
                DatagramChannel b = provider.openDatagramChannel()) {
            b.bind(loopback(0));
            a.send(octets("abcdef"), b.getLocalAddress());
            a.send(octets("gh"), b.getLocalAddress());
            ByteBuffer to = ByteBuffer.allocate(3);
            b.receive(to);
            assertEquals(octets("abc"), to.flip());
            b.receive(to.clear());
            assertEquals(octets("gh"), to.flip());
            assertThrows(SocketException.class, () -> a.send(ByteBuffer.allocate(70_000), b.getLocalAddress()));
            assertThrows(SocketException.class, () -> a.send(octets("x"), loopback(0)));
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void aConnectedSocketTalksToOnePeer(SelectorProvider provider) throws Exception {
        try (DatagramChannel a = provider.openDatagramChannel();
                DatagramChannel b = provider.openDatagramChannel();
                DatagramChannel c = provider.openDatagramChannel()) {
            a.bind(loopback(0));
            b.bind(loopback(0));
            c.bind(loopback(0));
            assertThrows(NotYetConnectedException.class, () -> a.write(octets("x")));
            assertThrows(NotYetConnectedException.class, () -> a.read(ByteBuffer.allocate(1)));
            a.connect(b.getLocalAddress());
            assertTrue(a.isConnected());
            assertEquals(b.getLocalAddress(), a.getRemoteAddress());
            assertThrows(AlreadyConnectedException.class, () -> a.connect(c.getLocalAddress()));
            assertThrows(AlreadyConnectedException.class, () -> a.send(octets("x"), c.getLocalAddress()));
            assertEquals(3, a.write(new ByteBuffer[] {octets("a"), octets("bc")}));
            ByteBuffer[] to = {ByteBuffer.allocate(2), ByteBuffer.allocate(5)};
            b.connect(a.getLocalAddress());
            a.write(octets("again"));
            assertTrue(b.read(to) >= 3);
            c.send(octets("stranger"), a.getLocalAddress());
            b.write(octets("friend"));
            ByteBuffer got = ByteBuffer.allocate(20);
            assertEquals(6, a.read(got));
            assertEquals(octets("friend"), got.flip());
            a.disconnect();
            assertFalse(a.isConnected());
            assertNull(a.getRemoteAddress());
            assertEquals(1, a.send(octets("x"), c.getLocalAddress()));
            assertEquals(a.getLocalAddress(), c.receive(got.clear()));
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void whatIsWrittenGoesToWhoWasThePeerThen(SelectorProvider provider) throws Exception {
        try (DatagramChannel a = provider.openDatagramChannel();
                DatagramChannel b = provider.openDatagramChannel();
                DatagramChannel c = provider.openDatagramChannel()) {
            b.bind(loopback(0));
            c.bind(loopback(0));
            ByteBuffer got = ByteBuffer.allocate(20);
            for (int i = 0; i < 20; i++) {
                a.connect(b.getLocalAddress()).write(octets("b" + i));
                a.disconnect();
                a.connect(c.getLocalAddress()).write(octets("c" + i));
                a.disconnect();
                b.receive(got.clear());
                assertEquals(octets("b" + i), got.flip());
                c.receive(got.clear());
                assertEquals(octets("c" + i), got.flip());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void anUnreachablePortIsToldToWhoIsConnected(SelectorProvider provider) throws Exception {
        InetSocketAddress gone;
        try (DatagramChannel b = provider.openDatagramChannel()) {
            gone = (InetSocketAddress) b.bind(loopback(0)).getLocalAddress();
        }
        try (DatagramChannel a = provider.openDatagramChannel()) {
            a.bind(loopback(0)).connect(gone);
            a.write(octets("x"));
            assertThrows(PortUnreachableException.class, () -> a.read(ByteBuffer.allocate(1)));
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void momentsAndArgumentsAreChecked(SelectorProvider provider) throws Exception {
        try (DatagramChannel a = provider.openDatagramChannel(StandardProtocolFamily.INET)) {
            assertNull(a.getLocalAddress());
            a.bind(null);
            assertTrue(((InetSocketAddress) a.getLocalAddress()).getAddress().isAnyLocalAddress());
            assertThrows(AlreadyBoundException.class, () -> a.bind(null));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> a.receive(ByteBuffer.allocate(1).asReadOnlyBuffer()));
            assertEquals(1, a.getOption(StandardSocketOptions.IP_MULTICAST_TTL));
            assertEquals(true, a.getOption(StandardSocketOptions.IP_MULTICAST_LOOP));
            assertEquals(false, a.getOption(StandardSocketOptions.SO_BROADCAST));
            assertNull(a.getOption(StandardSocketOptions.IP_MULTICAST_IF));
            assertEquals(false, a.getOption(ExtendedSocketOptions.IP_DONTFRAGMENT));
            a.setOption(ExtendedSocketOptions.IP_DONTFRAGMENT, true);
            assertEquals(true, a.getOption(ExtendedSocketOptions.IP_DONTFRAGMENT));
            assertThrows(
                    SocketException.class,
                    () -> a.send(octets("x"), new InetSocketAddress(InetAddress.ofLiteral("255.255.255.255"), 9)));
            a.close();
            assertThrows(ClosedChannelException.class, () -> a.receive(ByteBuffer.allocate(1)));
            assertThrows(ClosedChannelException.class, () -> a.send(octets("x"), loopback(9)));
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void aSelectorSeesDatagrams(SelectorProvider provider) throws Exception {
        try (DatagramChannel a = provider.openDatagramChannel();
                DatagramChannel b = provider.openDatagramChannel();
                Selector selector = provider.openSelector()) {
            b.bind(loopback(0)).configureBlocking(false);
            SelectionKey key = b.register(selector, SelectionKey.OP_READ);
            assertEquals(0, selector.selectNow());
            a.send(octets("x"), b.getLocalAddress());
            assertEquals(1, selector.select());
            assertNotNull(b.receive(ByteBuffer.allocate(1)));
            selector.selectedKeys().clear();
            assertEquals(0, selector.selectNow());
            key.interestOps(SelectionKey.OP_WRITE);
            assertEquals(1, selector.select());
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void closingEndsWhoReceives(SelectorProvider provider) throws Exception {
        DatagramChannel a = provider.openDatagramChannel().bind(loopback(0));
        FutureTask<Object> receiver = new FutureTask<>(() -> a.receive(ByteBuffer.allocate(1)));
        Thread.ofVirtual().start(receiver);
        a.close();
        Exception thrown = assertThrows(Exception.class, receiver::get);
        assertInstanceOf(ClosedChannelException.class, thrown.getCause());
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void membershipsFollowTheirRules(SelectorProvider provider) throws Exception {
        NetworkInterface on = NetworkInterface.getByInetAddress(InetAddress.ofLiteral("127.0.0.1"));
        InetAddress group = InetAddress.ofLiteral("239.1.2.3");
        InetAddress source = InetAddress.ofLiteral("198.18.0.7");
        try (DatagramChannel a = provider.openDatagramChannel(StandardProtocolFamily.INET)) {
            a.bind(null);
            assertThrows(IllegalArgumentException.class, () -> a.join(source, on));
            assertThrows(IllegalArgumentException.class, () -> a.join(group, on, group));
            assertThrows(NullPointerException.class, () -> a.join(group, null));
            MembershipKey all = a.join(group, on);
            assertSame(all, a.join(group, on));
            assertTrue(all.isValid());
            assertThrows(IllegalStateException.class, () -> a.join(group, on, source));
            assertThrows(IllegalStateException.class, () -> all.unblock(source));
            assertSame(all, all.block(source));
            all.block(source);
            all.unblock(source);
            assertEquals(group, all.group());
            assertSame(a, all.channel());
            assertNull(all.sourceAddress());
            all.drop();
            assertFalse(all.isValid());
            assertThrows(IllegalStateException.class, () -> all.block(source));
            MembershipKey one = a.join(group, on, source);
            assertEquals(source, one.sourceAddress());
            assertThrows(IllegalStateException.class, () -> a.join(group, on));
            assertThrows(IllegalStateException.class, () -> one.block(source));
            a.close();
            assertFalse(one.isValid());
        }
    }
}
