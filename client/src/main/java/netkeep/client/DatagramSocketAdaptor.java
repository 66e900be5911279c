package netkeep.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.MembershipKey;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A UDP socket as a `java.net.DatagramSocket`.
final class DatagramSocketAdaptor extends DatagramSocket {
    private final PortChannel channel;
    private final Map<Group, MembershipKey> joined = new HashMap<>();
    private volatile int timeout;

    // The packet that was filled last, its room and its length then: receiving shortens a packet's length, and a
    // program that receives into the same packet again means its room.
    private WeakReference<DatagramPacket> filled = new WeakReference<>(new DatagramPacket(new byte[0], 0));
    private int filledRoom;
    private int filledLength;

    /// A group that was joined on an interface.
    private record Group(InetAddress group, NetworkInterface on) {}

    DatagramSocketAdaptor(PortChannel channel) {
        super(new NoDatagramSocketImpl());
        this.channel = channel;
    }

    // Binding and connecting.

    @Override
    public void bind(@Nullable SocketAddress local) throws SocketException {
        if (local != null) {
            ensureInternet(local);
        }
        Sockets.socketCall(() -> channel.bind(local));
    }

    private static void ensureInternet(SocketAddress address) {
        if (!(address instanceof InetSocketAddress)) {
            throw new UnsupportedAddressTypeException();
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
        if (to == null) {
            throw new IllegalArgumentException("Address can't be null");
        }
        ensureInternet(to);
        Sockets.socketCall(() -> {
            try {
                channel.reconnect(to);
            } catch (ClosedChannelException closed) {
                // As with the JDK's: there is nothing to connect any more.
            }
            return channel;
        });
    }

    @Override
    public void disconnect() {
        try {
            channel.disconnect();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // Packets.

    @Override
    public void send(DatagramPacket packet) throws IOException {
        synchronized (packet) {
            ensureWaits();
            InetSocketAddress peer = channel.peer();
            InetAddress to = packet.getAddress();
            ByteBuffer octets = ByteBuffer.wrap(packet.getData(), packet.getOffset(), packet.getLength());
            if (peer == null && to == null) {
                throw new IllegalArgumentException("Address not set");
            }
            if (peer != null && to == null) {
                packet.setSocketAddress(peer);
            } else if (peer != null && !peer.equals(packet.getSocketAddress())) {
                throw new IllegalArgumentException("Packet address not equal to connected address");
            }
            Sockets.datagrams(channel.deaf(), () -> channel.send(octets, packet.getSocketAddress()));
        }
    }

    private void ensureWaits() throws SocketException {
        if (!channel.isOpen()) {
            throw new SocketException("Socket closed");
        }
        if (!channel.isBlocking()) {
            throw new IllegalBlockingModeException();
        }
    }

    @Override
    public void receive(DatagramPacket packet) throws IOException {
        synchronized (packet) {
            ensureWaits();
            int length = packet.getLength();
            int room = packet == filled.get() && length == filledLength ? filledRoom : length;
            ByteBuffer to = ByteBuffer.wrap(packet.getData(), packet.getOffset(), room);
            long deadlineNs = Sockets.deadlineNs(channel.port.session.pump, timeout);
            InetSocketAddress sender = Sockets.<@Nullable InetSocketAddress>datagrams(
                    channel.deaf(), () -> channel.receive(to, deadlineNs));
            if (sender == null) {
                throw new SocketTimeoutException("Receive timed out");
            }
            packet.setSocketAddress(sender);
            packet.setLength(to.position() - packet.getOffset());
            filled = new WeakReference<>(packet);
            filledRoom = room;
            filledLength = packet.getLength();
        }
    }

    // Addresses and state.

    @Override
    public boolean isBound() {
        return channel.local() != null;
    }

    @Override
    public boolean isConnected() {
        return channel.peer() != null;
    }

    @Override
    public boolean isClosed() {
        return !channel.isOpen();
    }

    @Override
    public @Nullable InetAddress getInetAddress() {
        InetSocketAddress peer = channel.peer();
        return peer == null ? null : peer.getAddress();
    }

    @Override
    public int getPort() {
        InetSocketAddress peer = channel.peer();
        return peer == null ? -1 : peer.getPort();
    }

    @Override
    public @Nullable SocketAddress getRemoteSocketAddress() {
        return channel.peer();
    }

    @Override
    public @Nullable SocketAddress getLocalSocketAddress() {
        return channel.isOpen() ? channel.local() : null;
    }

    @Override
    public @Nullable InetAddress getLocalAddress() {
        return channel.isOpen() ? Sockets.shownLocal(true, channel.local()) : null;
    }

    @Override
    public int getLocalPort() {
        InetSocketAddress local = channel.local();
        if (!channel.isOpen()) {
            return -1;
        }
        return local == null ? 0 : local.getPort();
    }

    @Override
    public DatagramChannel getChannel() {
        return channel;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // Groups.

    @Override
    public void joinGroup(SocketAddress address, @Nullable NetworkInterface on) throws IOException {
        Group group = group(address, on);
        synchronized (joined) {
            if (joined.containsKey(group)) {
                throw new SocketException("Already a member of group");
            }
            joined.put(group, Sockets.call(() -> channel.join(group.group, group.on)));
        }
    }

    /// @param on null for the interface that the socket sends on, or any if none was set
    private Group group(SocketAddress address, @Nullable NetworkInterface on) throws SocketException {
        if (!(address instanceof InetSocketAddress internet) || internet.isUnresolved()) {
            throw new IllegalArgumentException("no address of a group: " + address);
        }
        if (!internet.getAddress().isMulticastAddress()) {
            throw new SocketException("Not a multicast address");
        }
        NetworkInterface where = on == null ? anyInterface() : on;
        if (!channel.isOpen()) {
            throw new SocketException("Socket is closed");
        }
        return new Group(internet.getAddress(), where);
    }

    private NetworkInterface anyInterface() throws SocketException {
        NetworkInterface set = Sockets.<@Nullable NetworkInterface>socketCall(
                () -> channel.getOption(StandardSocketOptions.IP_MULTICAST_IF));
        return set != null
                ? set
                : Objects.requireNonNull(NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress()));
    }

    @Override
    public void leaveGroup(SocketAddress address, @Nullable NetworkInterface on) throws IOException {
        Group group = group(address, on);
        synchronized (joined) {
            MembershipKey key = joined.remove(group);
            if (key == null) {
                throw new SocketException("Not a member of group");
            }
            key.drop();
        }
    }

    // Options.

    private <T> T option(SocketOption<T> name) throws SocketException {
        return Objects.requireNonNull(Sockets.<@Nullable T>socketCall(() -> channel.getOption(name)));
    }

    private <T> void option(SocketOption<T> name, T value) throws SocketException {
        Sockets.socketCall(() -> channel.setOption(name, value));
    }

    @Override
    public void setSoTimeout(int millis) throws SocketException {
        if (!channel.isOpen()) {
            throw new SocketException("Socket is closed");
        }
        timeout = Sockets.timeout(millis);
    }

    @Override
    public int getSoTimeout() throws SocketException {
        if (!channel.isOpen()) {
            throw new SocketException("Socket is closed");
        }
        return timeout;
    }

    @Override
    public void setSendBufferSize(int size) throws SocketException {
        option(StandardSocketOptions.SO_SNDBUF, Sockets.positive(size, "send buffer"));
    }

    @Override
    public int getSendBufferSize() throws SocketException {
        return option(StandardSocketOptions.SO_SNDBUF);
    }

    @Override
    public void setReceiveBufferSize(int size) throws SocketException {
        option(StandardSocketOptions.SO_RCVBUF, Sockets.positive(size, "receive buffer"));
    }

    @Override
    public int getReceiveBufferSize() throws SocketException {
        return option(StandardSocketOptions.SO_RCVBUF);
    }

    @Override
    public void setReuseAddress(boolean on) throws SocketException {
        option(StandardSocketOptions.SO_REUSEADDR, on);
    }

    @Override
    public boolean getReuseAddress() throws SocketException {
        return option(StandardSocketOptions.SO_REUSEADDR);
    }

    @Override
    public void setBroadcast(boolean on) throws SocketException {
        option(StandardSocketOptions.SO_BROADCAST, on);
    }

    @Override
    public boolean getBroadcast() throws SocketException {
        return option(StandardSocketOptions.SO_BROADCAST);
    }

    @Override
    public void setTrafficClass(int tos) throws SocketException {
        option(StandardSocketOptions.IP_TOS, tos);
    }

    @Override
    public int getTrafficClass() throws SocketException {
        return option(StandardSocketOptions.IP_TOS);
    }

    @Override
    public <T> DatagramSocket setOption(SocketOption<T> name, T value) throws IOException {
        Sockets.call(() -> channel.setOption(name, value));
        return this;
    }

    @Override
    public <T> @Nullable T getOption(SocketOption<T> name) throws IOException {
        return Sockets.<@Nullable T>call(() -> channel.getOption(name));
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return channel.supportedOptions();
    }
}
