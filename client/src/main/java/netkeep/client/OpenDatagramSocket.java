package netkeep.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.DatagramChannel;
import java.util.Enumeration;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// An [OpenPort] as a `java.net.MulticastSocket`: the `DatagramSocket` of its side, and the options that a multicast
/// socket has names of its own for.
@SuppressWarnings({"deprecation", "removal"}) // what programs may call
final class OpenDatagramSocket extends MulticastSocket {
    private final OpenPort channel;

    /// By which the interface for multicast was chosen last: it has several addresses.
    private volatile @Nullable InetAddress interfaceAddress;

    private OpenDatagramSocket(OpenPort channel) throws IOException {
        super(nothing());
        this.channel = channel;
    }

    /// What the JDK's own faces of channels give as their address, so that no socket of the kernel's stands behind
    /// them.
    private static SocketAddress nothing() throws IOException {
        return KernelSockets.noDelegate();
    }

    static OpenDatagramSocket of(OpenPort channel) {
        try {
            return new OpenDatagramSocket(channel);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private DatagramSocket side() {
        return channel.sidesFace();
    }

    /// The side's socket, also where nothing has decided yet.
    private DatagramSocket settled() {
        try {
            return channel.sides().settled().socket();
        } catch (IOException closed) {
            return side();
        }
    }

    @Override
    public void bind(@Nullable SocketAddress local) throws SocketException {
        DatagramSocket side = Sockets.<@Nullable DatagramSocket>socketCall(() -> {
            if (channel.sides().wished()) {
                throw new AlreadyBoundException();
            }
            DatagramChannel bound = channel.sides().bound(local, channel.four());
            return bound == null ? null : bound.socket();
        });
        if (side != null) {
            side.bind(local);
        }
    }

    @Override
    public void connect(InetAddress address, int port) {
        if (address == null) {
            throw new IllegalArgumentException("Address can't be null");
        }
        try {
            connect(new InetSocketAddress(address, port));
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void connect(SocketAddress to) throws SocketException {
        DatagramSocket side = Sockets.socketCall(
                () -> channel.isOpen() ? channel.sides().toward(to).socket() : side());
        side.connect(to);
    }

    @Override
    public void send(DatagramPacket packet) throws IOException {
        InetAddress to = packet.getAddress();
        DatagramSocket side = to == null || packet.getPort() < 0
                ? side()
                : Sockets.datagrams(false, () -> channel.sides().toward(to, packet.getPort()))
                        .socket();
        try {
            side.send(packet);
        } finally {
            channel.end();
        }
    }

    @Override
    public void receive(DatagramPacket packet) throws IOException {
        DatagramSocket side = Sockets.datagrams(false, channel::used).socket();
        try {
            side.receive(packet);
        } finally {
            channel.end();
        }
    }

    @Override
    public DatagramChannel getChannel() {
        return channel;
    }

    @Override
    public boolean isBound() {
        return channel.sides().wished() || side().isBound();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean isClosed() {
        return !channel.isOpen();
    }

    @Override
    public <T> DatagramSocket setOption(SocketOption<T> name, T value) throws IOException {
        side().setOption(name, value);
        return this;
    }

    @Override
    public <T> @Nullable T getOption(SocketOption<T> name) throws IOException {
        return side().getOption(name);
    }

    // Groups.

    @Override
    public void joinGroup(SocketAddress group, @Nullable NetworkInterface on) throws IOException {
        member(group, on).joinGroup(group, on);
    }

    private DatagramSocket member(SocketAddress group, @Nullable NetworkInterface on) throws IOException {
        return group instanceof InetSocketAddress internet && !internet.isUnresolved() && channel.isOpen()
                ? channel.member(internet.getAddress(), on == null ? chosen() : on)
                        .socket()
                : side();
    }

    @Override
    public void joinGroup(InetAddress group) throws IOException {
        try {
            joinGroup(new InetSocketAddress(Objects.requireNonNull(group), 0), null);
        } catch (IllegalArgumentException e) {
            throw new SocketException("cannot join", e);
        }
    }

    @Override
    public void leaveGroup(InetAddress group) throws IOException {
        leaveGroup(new InetSocketAddress(Objects.requireNonNull(group), 0), null);
    }

    @Override
    public void setTimeToLive(int hops) throws IOException {
        if (hops < 0 || hops > 255) {
            throw new IllegalArgumentException("ttl out of range");
        }
        setOption(StandardSocketOptions.IP_MULTICAST_TTL, hops);
    }

    @Override
    public int getTimeToLive() throws IOException {
        Integer hops = getOption(StandardSocketOptions.IP_MULTICAST_TTL);
        return hops == null ? 1 : hops;
    }

    @Override
    public void setTTL(byte hops) throws IOException {
        setTimeToLive(hops & 0xFF);
    }

    @Override
    public byte getTTL() throws IOException {
        return (byte) getTimeToLive();
    }

    @Override
    public void setNetworkInterface(NetworkInterface link) throws SocketException {
        Sockets.socketCall(() -> setOption(StandardSocketOptions.IP_MULTICAST_IF, link));
    }

    @Override
    public NetworkInterface getNetworkInterface() throws SocketException {
        NetworkInterface chosen = chosen();
        return chosen != null ? chosen : Sockets.socketCall(() -> any((OpenProvider) channel.provider()));
    }

    private @Nullable NetworkInterface chosen() throws SocketException {
        return Sockets.<@Nullable NetworkInterface>socketCall(() -> getOption(StandardSocketOptions.IP_MULTICAST_IF));
    }

    /// What stands for all interfaces where none was set: only the platform can make it.
    private static NetworkInterface any(OpenProvider provider) throws IOException {
        try (DatagramChannel kernels = provider.platform().openDatagramChannel();
                MulticastSocket socket = (MulticastSocket) kernels.socket()) {
            return socket.getNetworkInterface();
        }
    }

    @Override
    public void setInterface(InetAddress address) throws SocketException {
        if (address == null) {
            throw new SocketException("an interface without an address");
        }
        NetworkInterface link = NetworkInterface.getByInetAddress(address);
        if (link == null) {
            throw new SocketException("no interface has the address " + address.getHostAddress());
        }
        setNetworkInterface(link);
        interfaceAddress = address;
    }

    @Override
    public @Nullable InetAddress getInterface() throws SocketException {
        NetworkInterface link = chosen();
        InetAddress known = interfaceAddress;
        if (link != null && known != null && link.equals(NetworkInterface.getByInetAddress(known))) {
            return known;
        }
        Enumeration<InetAddress> addresses = link == null ? null : link.getInetAddresses();
        return addresses != null && addresses.hasMoreElements()
                ? addresses.nextElement()
                : Addresses.address(0, Addresses.MAPPED, 0);
    }

    @Override
    public void setLoopbackMode(boolean disable) throws SocketException {
        Sockets.socketCall(() -> setOption(StandardSocketOptions.IP_MULTICAST_LOOP, !disable));
    }

    @Override
    public boolean getLoopbackMode() throws SocketException {
        return Boolean.FALSE.equals(
                Sockets.<@Nullable Boolean>socketCall(() -> getOption(StandardSocketOptions.IP_MULTICAST_LOOP)));
    }

    @Override
    public void send(DatagramPacket packet, byte hops) throws IOException {
        int before = getTimeToLive();
        setTTL(hops);
        try {
            send(packet);
        } finally {
            setTimeToLive(before);
        }
    }

    @Override
    public void disconnect() {
        side().disconnect();
    }

    @Override
    public boolean isConnected() {
        return side().isConnected();
    }

    @Override
    public @Nullable InetAddress getInetAddress() {
        return side().getInetAddress();
    }

    @Override
    public int getPort() {
        return side().getPort();
    }

    @Override
    public @Nullable SocketAddress getRemoteSocketAddress() {
        return side().getRemoteSocketAddress();
    }

    @Override
    public @Nullable SocketAddress getLocalSocketAddress() {
        return settled().getLocalSocketAddress();
    }

    @Override
    public @Nullable InetAddress getLocalAddress() {
        return settled().getLocalAddress();
    }

    @Override
    public int getLocalPort() {
        return settled().getLocalPort();
    }

    @Override
    public void leaveGroup(SocketAddress group, @Nullable NetworkInterface on) throws IOException {
        side().leaveGroup(group, on);
    }

    @Override
    public void setSoTimeout(int millis) throws SocketException {
        side().setSoTimeout(millis);
    }

    @Override
    public int getSoTimeout() throws SocketException {
        return side().getSoTimeout();
    }

    @Override
    public void setSendBufferSize(int size) throws SocketException {
        side().setSendBufferSize(size);
    }

    @Override
    public int getSendBufferSize() throws SocketException {
        return side().getSendBufferSize();
    }

    @Override
    public void setReceiveBufferSize(int size) throws SocketException {
        side().setReceiveBufferSize(size);
    }

    @Override
    public int getReceiveBufferSize() throws SocketException {
        return side().getReceiveBufferSize();
    }

    @Override
    public void setReuseAddress(boolean on) throws SocketException {
        side().setReuseAddress(on);
    }

    @Override
    public boolean getReuseAddress() throws SocketException {
        return side().getReuseAddress();
    }

    @Override
    public void setBroadcast(boolean on) throws SocketException {
        side().setBroadcast(on);
    }

    @Override
    public boolean getBroadcast() throws SocketException {
        return side().getBroadcast();
    }

    @Override
    public void setTrafficClass(int tos) throws SocketException {
        side().setTrafficClass(tos);
    }

    @Override
    public int getTrafficClass() throws SocketException {
        return side().getTrafficClass();
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return side().supportedOptions();
    }
}
