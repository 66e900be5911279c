package netkeep.client;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketOptions;
import java.net.StandardSocketOptions;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The options of sockets by the numbers of [SocketOptions], as a `SocketImpl` is asked for them.
final class SocketNumbers {
    private SocketNumbers() {}

    /// Sets an option of a connection's socket.
    ///
    /// @param value false for what is off
    static void set(Socket socket, int option, @Nullable Object value) throws SocketException {
        Object given = Objects.requireNonNull(value);
        switch (option) {
            case SocketOptions.SO_LINGER ->
                socket.setSoLinger(given instanceof Integer, given instanceof Integer seconds ? seconds : 0);
            case SocketOptions.TCP_NODELAY -> socket.setTcpNoDelay((Boolean) given);
            case SocketOptions.IP_TOS -> socket.setTrafficClass((Integer) given);
            case SocketOptions.SO_REUSEADDR -> socket.setReuseAddress((Boolean) given);
            case SocketOptions.SO_KEEPALIVE -> socket.setKeepAlive((Boolean) given);
            case SocketOptions.SO_OOBINLINE -> socket.setOOBInline((Boolean) given);
            case SocketOptions.SO_SNDBUF -> socket.setSendBufferSize((Integer) given);
            case SocketOptions.SO_RCVBUF -> socket.setReceiveBufferSize((Integer) given);
            case SocketOptions.SO_TIMEOUT -> socket.setSoTimeout((Integer) given);
            case SocketOptions.SO_REUSEPORT ->
                named(() -> socket.setOption(StandardSocketOptions.SO_REUSEPORT, (Boolean) given));
            default -> throw unknown(option);
        }
    }

    /// The value of an option of a connection's socket.
    static Object get(Socket socket, int option) throws SocketException {
        return switch (option) {
            case SocketOptions.SO_LINGER -> linger(socket.getSoLinger());
            case SocketOptions.TCP_NODELAY -> socket.getTcpNoDelay();
            case SocketOptions.IP_TOS -> socket.getTrafficClass();
            case SocketOptions.SO_REUSEADDR -> socket.getReuseAddress();
            case SocketOptions.SO_KEEPALIVE -> socket.getKeepAlive();
            case SocketOptions.SO_OOBINLINE -> socket.getOOBInline();
            case SocketOptions.SO_SNDBUF -> socket.getSendBufferSize();
            case SocketOptions.SO_RCVBUF -> socket.getReceiveBufferSize();
            case SocketOptions.SO_TIMEOUT -> socket.getSoTimeout();
            case SocketOptions.SO_BINDADDR -> socket.getLocalAddress();
            case SocketOptions.SO_REUSEPORT ->
                named(() -> Objects.requireNonNull(socket.getOption(StandardSocketOptions.SO_REUSEPORT)));
            default -> throw unknown(option);
        };
    }

    private static Object linger(int seconds) {
        return seconds < 0 ? (Object) false : (Object) seconds;
    }

    /// Sets an option of a listener's socket.
    static void set(ServerSocket socket, int option, @Nullable Object value) throws SocketException {
        Object given = Objects.requireNonNull(value);
        switch (option) {
            case SocketOptions.SO_REUSEADDR -> socket.setReuseAddress((Boolean) given);
            case SocketOptions.SO_RCVBUF -> socket.setReceiveBufferSize((Integer) given);
            case SocketOptions.SO_TIMEOUT -> socket.setSoTimeout((Integer) given);
            case SocketOptions.SO_REUSEPORT ->
                named(() -> socket.setOption(StandardSocketOptions.SO_REUSEPORT, (Boolean) given));
            default -> throw unknown(option);
        }
    }

    /// The value of an option of a listener's socket.
    static Object get(ServerSocket socket, int option) throws SocketException {
        return switch (option) {
            case SocketOptions.SO_REUSEADDR -> socket.getReuseAddress();
            case SocketOptions.SO_RCVBUF -> socket.getReceiveBufferSize();
            case SocketOptions.SO_TIMEOUT -> named(() -> socket.getSoTimeout());
            case SocketOptions.SO_BINDADDR -> socket.getInetAddress();
            case SocketOptions.SO_REUSEPORT ->
                named(() -> Objects.requireNonNull(socket.getOption(StandardSocketOptions.SO_REUSEPORT)));
            default -> throw unknown(option);
        };
    }

    private static SocketException unknown(int option) {
        return new SocketException("Unknown option " + option);
    }

    private static Object named(Sockets.Call<Object> call) throws SocketException {
        try {
            return call.run();
        } catch (SocketException e) {
            throw e;
        } catch (IOException e) {
            throw new SocketException(e.getMessage(), e);
        }
    }
}
