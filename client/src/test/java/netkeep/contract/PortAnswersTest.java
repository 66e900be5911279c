package netkeep.contract;

import static netkeep.contract.Answers.asThePlatform;
import static netkeep.contract.Answers.done;
import static netkeep.contract.Answers.interrupted;
import static netkeep.contract.Providers.loopback;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Channels of datagrams, and their sockets: at each odd moment what the platform's answer.
@Timeout(60)
public class PortAnswersTest {
    private static final InetSocketAddress NAMELESS = InetSocketAddress.createUnresolved("nowhere.invalid", 1);
    private static final InetAddress GROUP = InetAddress.ofLiteral("239.1.2.3");

    private static SocketAddress odd() {
        return new SocketAddress() {
            private static final long serialVersionUID = 1L;
        };
    }

    private static ByteBuffer octets(int count) {
        return ByteBuffer.allocate(count);
    }

    private static DatagramPacket packet() {
        return new DatagramPacket(new byte[1], 1);
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#withDatagramSockets")
    void ofASocketThatIsClosed(SelectorProvider provider) throws Exception {
        NetworkInterface near = NetworkInterface.getByInetAddress(InetAddress.ofLiteral("127.0.0.1"));
        asThePlatform(provider, of -> {
            List<String> answers = new ArrayList<>();
            try (DatagramChannel channel = of.openDatagramChannel();
                    DatagramChannel peer = of.openDatagramChannel().bind(loopback(0))) {
                DatagramSocket socket = channel.socket();
                SocketAddress to = peer.getLocalAddress();
                channel.connect(to);
                channel.close();
                answers.addAll(Answers.of(
                        channel::isConnected,
                        done(channel::disconnect),
                        () -> channel.read(octets(1).asReadOnlyBuffer()),
                        () -> channel.receive(octets(1).asReadOnlyBuffer()),
                        () -> channel.read(new ByteBuffer[] {octets(1).asReadOnlyBuffer()}),
                        socket::isConnected,
                        socket::isBound,
                        socket::isClosed,
                        socket::getInetAddress,
                        () -> socket.getPort() > 0,
                        socket::getRemoteSocketAddress,
                        socket::getLocalAddress,
                        socket::getLocalPort,
                        socket::getLocalSocketAddress,
                        done(() -> socket.send(packet())),
                        done(() -> socket.receive(packet())),
                        done(() -> socket.connect(to)),
                        done(() -> socket.connect(GROUP, 0)),
                        done(socket::disconnect),
                        done(() -> socket.bind(loopback(0))),
                        socket::getSoTimeout,
                        socket::getBroadcast,
                        done(() -> socket.joinGroup(new InetSocketAddress(GROUP, 0), near)),
                        done(() -> socket.leaveGroup(new InetSocketAddress(GROUP, 0), near)),
                        done(() -> socket.leaveGroup(odd(), near))));
            }
            return answers;
        });
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#withDatagramSockets")
    void ofWrongAddresses(SelectorProvider provider) throws Exception {
        NetworkInterface near = NetworkInterface.getByInetAddress(InetAddress.ofLiteral("127.0.0.1"));
        asThePlatform(provider, of -> {
            try (DatagramSocket socket = of.openDatagramChannel().socket()) {
                return Answers.of(
                        done(() -> socket.bind(odd())),
                        done(() -> socket.bind(NAMELESS)),
                        done(() -> socket.connect(odd())),
                        done(() -> socket.connect(NAMELESS)),
                        done(() -> socket.connect(null)),
                        done(() -> socket.connect(loopback(0))),
                        socket::isConnected,
                        done(() -> socket.send(packet())),
                        done(() -> socket.joinGroup(odd(), near)),
                        done(() -> socket.joinGroup(null, near)),
                        done(() -> socket.joinGroup(NAMELESS, near)),
                        done(() -> socket.joinGroup(loopback(0), near)),
                        done(() -> socket.leaveGroup(loopback(0), near)),
                        done(() -> socket.leaveGroup(new InetSocketAddress(GROUP, 0), near)),
                        done(() -> socket.joinGroup(new InetSocketAddress(GROUP, 0), near)),
                        done(() -> socket.joinGroup(new InetSocketAddress(GROUP, 7), near)),
                        done(() -> socket.leaveGroup(new InetSocketAddress(GROUP, 0), near)),
                        done(() -> socket.setSoTimeout(-1)),
                        done(() -> socket.setSendBufferSize(0)));
            }
        });
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#withDatagramSockets")
    void ofASocketThatHasOnePeer(SelectorProvider provider) throws Exception {
        asThePlatform(provider, of -> {
            try (DatagramChannel channel = of.openDatagramChannel();
                    DatagramChannel peer = of.openDatagramChannel().bind(loopback(0))) {
                DatagramSocket socket = channel.socket();
                DatagramPacket elsewhere = packet();
                elsewhere.setSocketAddress(loopback(9));
                DatagramPacket there = packet();
                return Answers.of(
                        done(() -> socket.bind(null)),
                        done(() -> socket.connect(peer.getLocalAddress())),
                        channel::getLocalAddress,
                        done(() -> socket.send(elsewhere)),
                        done(() -> socket.send(there)),
                        () -> there.getSocketAddress().equals(peer.getLocalAddress()),
                        () -> peer.receive(octets(9)),
                        () -> channel.send(octets(1), loopback(9)),
                        done(socket::disconnect),
                        channel::getLocalAddress,
                        channel::getRemoteAddress,
                        socket::getPort,
                        () -> channel.write(octets(1)),
                        () -> channel.read(octets(1).asReadOnlyBuffer()));
            }
        });
    }

    /// What reads into nothing waits for nothing, and loses no datagram; what receives takes one.
    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void ofBuffersThatAreEmpty(SelectorProvider provider) throws Exception {
        asThePlatform(provider, of -> {
            try (DatagramChannel one = of.openDatagramChannel().bind(loopback(0));
                    DatagramChannel other = of.openDatagramChannel().bind(loopback(0))) {
                one.connect(other.getLocalAddress());
                other.connect(one.getLocalAddress());
                List<String> answers = Answers.of(
                        () -> one.read(octets(0)),
                        () -> one.read(new ByteBuffer[] {octets(0), octets(0)}),
                        () -> other.write(octets(3)),
                        () -> other.write(octets(2)));
                answers.addAll(Answers.of(
                        () -> one.read(octets(0)), () -> one.read(octets(9)), () -> one.receive(octets(0)) != null));
                one.configureBlocking(false);
                answers.addAll(Answers.of(() -> one.read(octets(9))));
                return answers;
            }
        });
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#withDatagramSockets")
    void ofAThreadThatIsInterruptedAndAChannelThatDoesNotWait(SelectorProvider provider) throws Exception {
        asThePlatform(provider, of -> {
            List<String> answers = new ArrayList<>();
            try (DatagramChannel channel = of.openDatagramChannel().bind(loopback(0))) {
                channel.socket().setSoTimeout(10_000);
                answers.addAll(interrupted(done(() -> channel.socket().receive(packet())), channel::isOpen));
            }
            try (DatagramChannel channel = of.openDatagramChannel().bind(loopback(0))) {
                answers.addAll(interrupted(() -> channel.send(octets(1), loopback(9)), channel::isOpen));
            }
            try (DatagramChannel channel = of.openDatagramChannel().bind(loopback(0))) {
                DatagramPacket there = packet();
                there.setSocketAddress(channel.getLocalAddress());
                channel.configureBlocking(false);
                answers.addAll(Answers.of(
                        done(() -> channel.socket().receive(packet())),
                        done(() -> channel.socket().send(there))));
                channel.configureBlocking(true);
                channel.socket().setSoTimeout(20);
                answers.addAll(Answers.of(
                        done(() -> channel.socket().receive(packet())),
                        done(() -> channel.socket().send(there))));
            }
            return answers;
        });
    }
}
