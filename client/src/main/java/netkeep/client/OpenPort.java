package netkeep.client;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A UDP socket that is the stack's or the kernel's: see [Sides].
final class OpenPort extends DatagramChannel implements OpenChannel {
    private final Sides<DatagramChannel> sides;
    private final boolean four;
    private final Map<MembershipKey, MembershipKey> memberships = new HashMap<>();
    private @Nullable OpenDatagramSocket face;

    OpenPort(OpenProvider provider, ProtocolFamily family) throws IOException {
        this(provider, family, () -> provider.platform().openDatagramChannel(family), false);
    }

    /// @param deaf whether an interrupt leaves it alone: see [ConnectionChannel#deafen]
    OpenPort(OpenProvider provider, ProtocolFamily family, Sides.Opening<DatagramChannel> kernels, boolean deaf)
            throws IOException {
        super(provider);
        this.four = family == StandardProtocolFamily.INET;
        PortChannel ours = new PortChannel(provider, provider.session(), family);
        if (deaf) {
            ours.deafen();
        }
        this.sides = new Sides<>(provider.rules(), provider.toward(Port.class), ours, kernels, OpenPort::carry);
    }

    private static void carry(DatagramChannel from, DatagramChannel to) throws IOException {
        Options.PORT.carry(((PortChannel) from).port, to::setOption);
        NetworkInterface multicast = from.getOption(StandardSocketOptions.IP_MULTICAST_IF);
        if (multicast != null) {
            to.setOption(StandardSocketOptions.IP_MULTICAST_IF, multicast);
        }
        to.socket().setSoTimeout(from.socket().getSoTimeout());
    }

    @Override
    public Sides<DatagramChannel> sides() {
        return sides;
    }

    /// The side of one that is bound by what it does.
    DatagramChannel used() throws IOException {
        return sides.settledByUse(four);
    }

    boolean four() {
        return four;
    }

    private <T extends @Nullable Object> T call(Sockets.Call<T> call) throws IOException {
        try {
            return call.run();
        } finally {
            end();
        }
    }

    /// As [OpenConnection#end].
    void end() throws IOException {
        if (!sides.side().isOpen()) {
            close();
        }
    }

    @Override
    public DatagramChannel bind(@Nullable SocketAddress local) throws IOException {
        if (sides.wished()) {
            throw new AlreadyBoundException();
        }
        DatagramChannel side = sides.bound(local, four);
        if (side != null) {
            side.bind(local);
        }
        return this;
    }

    @Override
    public DatagramChannel connect(SocketAddress to) throws IOException {
        sides.toward(to).connect(to);
        return this;
    }

    @Override
    public DatagramChannel disconnect() throws IOException {
        sides.side().disconnect();
        return this;
    }

    @Override
    public boolean isConnected() {
        return sides.side().isConnected();
    }

    @Override
    public @Nullable SocketAddress receive(ByteBuffer to) throws IOException {
        return this.<@Nullable SocketAddress>call(() -> used().receive(to));
    }

    @Override
    public int send(ByteBuffer from, SocketAddress to) throws IOException {
        return call(() -> sides.toward(to).send(from, to));
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
        return call(() -> sides.side().read(to));
    }

    @Override
    public long read(ByteBuffer[] to, int offset, int length) throws IOException {
        return call(() -> sides.side().read(to, offset, length));
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        return call(() -> sides.side().write(from));
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) throws IOException {
        return call(() -> sides.side().write(from, offset, length));
    }

    @Override
    public MembershipKey join(InetAddress group, NetworkInterface on) throws IOException {
        return shown(member(group, on).join(group, on));
    }

    @Override
    public MembershipKey join(InetAddress group, NetworkInterface on, @Nullable InetAddress source) throws IOException {
        return shown(member(group, on).join(group, on, Objects.requireNonNull(source)));
    }

    /// A membership of the side as programs are to see it: who joins again gets the same.
    private MembershipKey shown(MembershipKey membership) {
        synchronized (memberships) {
            memberships.keySet().removeIf(key -> !key.isValid());
            return memberships.computeIfAbsent(membership, key -> new OpenMembership(this, key));
        }
    }

    /// The side of a group: the kernel's on its loopback.
    DatagramChannel member(InetAddress group, @Nullable NetworkInterface on) throws IOException {
        return on != null && on.isLoopback()
                ? sides.toward(InetAddress.getLoopbackAddress(), 0)
                : sides.toward(group, 0);
    }

    @Override
    public @Nullable SocketAddress getLocalAddress() throws IOException {
        return sides.settled().getLocalAddress();
    }

    @Override
    public @Nullable SocketAddress getRemoteAddress() throws IOException {
        return sides.side().getRemoteAddress();
    }

    @Override
    public <T> DatagramChannel setOption(SocketOption<T> name, T value) throws IOException {
        sides.side().setOption(name, value);
        return this;
    }

    @Override
    public <T> @Nullable T getOption(SocketOption<T> name) throws IOException {
        return sides.side().getOption(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return sides.side().supportedOptions();
    }

    @Override
    public MulticastSocket socket() {
        synchronized (sides) {
            if (face == null) {
                face = OpenDatagramSocket.of(this);
            }
            return face;
        }
    }

    /// The face of the side.
    DatagramSocket sidesFace() {
        return sides.side().socket();
    }

    @Override
    protected void implCloseSelectableChannel() throws IOException {
        sides.close();
    }

    @Override
    protected void implConfigureBlocking(boolean block) throws IOException {
        sides.blocking(block);
    }

    @Override
    public String toString() {
        return sides.side().toString();
    }
}
