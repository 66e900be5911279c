package netkeep.client;

import java.net.DatagramPacket;
import java.net.DatagramSocketImpl;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/// As [NoSocketImpl], behind a `DatagramSocket`.
@SuppressWarnings({"deprecation", "removal"}) // what every implementation must have
final class NoDatagramSocketImpl extends DatagramSocketImpl {
    NoDatagramSocketImpl() {}

    private static AssertionError unused() {
        return new AssertionError("a socket's face did not override a method");
    }

    @Override
    protected void create() {
        throw unused();
    }

    @Override
    protected void bind(int port, InetAddress address) {
        throw unused();
    }

    @Override
    protected void send(DatagramPacket packet) {
        throw unused();
    }

    @Override
    protected int peek(InetAddress sender) {
        throw unused();
    }

    @Override
    protected int peekData(DatagramPacket packet) {
        throw unused();
    }

    @Override
    protected void receive(DatagramPacket packet) {
        throw unused();
    }

    @Override
    protected void setTTL(byte hops) {
        throw unused();
    }

    @Override
    protected byte getTTL() {
        throw unused();
    }

    @Override
    protected void setTimeToLive(int hops) {
        throw unused();
    }

    @Override
    protected int getTimeToLive() {
        throw unused();
    }

    @Override
    protected void join(InetAddress group) {
        throw unused();
    }

    @Override
    protected void leave(InetAddress group) {
        throw unused();
    }

    @Override
    protected void joinGroup(SocketAddress group, @Nullable NetworkInterface on) {
        throw unused();
    }

    @Override
    protected void leaveGroup(SocketAddress group, @Nullable NetworkInterface on) {
        throw unused();
    }

    @Override
    protected void close() {
        throw unused();
    }

    @Override
    public void setOption(int id, @Nullable Object value) {
        throw unused();
    }

    @Override
    public Object getOption(int id) {
        throw unused();
    }
}
