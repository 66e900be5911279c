package netkeep.client;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What the `java.net` faces of channels share: the words of their exceptions, their addresses and timeouts.
final class Sockets {
    /// A call on a channel.
    interface Call<T extends @Nullable Object> {
        T run() throws IOException;
    }

    private static final String INTERRUPTED = "Closed by interrupt";

    private Sockets() {}

    /// Whether an interrupt of the calling thread closes the channel it waits on: one that is deaf hears virtual
    /// threads.
    static boolean hears(boolean deaf) {
        return !deaf || Thread.currentThread().isVirtual();
    }

    /// Runs a call, and throws what the `java.net` face of a channel throws: an `IOException` where the channel
    /// says that something was asked at a wrong moment, or of a wrong address. That it is closed the channel says
    /// itself.
    static <T extends @Nullable Object> T call(Call<T> call) throws IOException {
        try {
            return call.run();
        } catch (NotYetConnectedException e) {
            throw socket("Socket is not connected", e);
        } catch (AlreadyBoundException e) {
            throw socket("Already bound", e);
        } catch (NotYetBoundException e) {
            throw socket("Socket is not bound yet", e);
        } catch (AlreadyConnectedException e) {
            throw socket("Already connected", e);
        } catch (UnsupportedAddressTypeException e) {
            throw socket("Unsupported address type", e);
        } catch (UnresolvedAddressException e) {
            throw socket("Unresolved address", e);
        }
    }

    /// Runs a call of what stands behind a `Socket`. All it throws is a `SocketException`, but for a timeout, a name
    /// that nobody knows, and an interrupt: of this the `Socket` wants to be told, and closes itself then.
    static <T extends @Nullable Object> T callBehind(Call<T> call) throws IOException {
        try {
            return call(call);
        } catch (ClosedByInterruptException e) {
            InterruptedIOException interrupted = new InterruptedIOException(INTERRUPTED);
            interrupted.initCause(e);
            throw interrupted;
        } catch (ClosedChannelException e) {
            throw socket("Socket closed", e);
        } catch (ConnectionPendingException e) {
            throw socket("Connection in progress", e);
        } catch (SocketException | InterruptedIOException | UnknownHostException e) {
            throw e;
        } catch (IOException e) {
            throw socket(String.valueOf(e.getMessage()), e);
        }
    }

    /// Runs a call that sends or receives for a `DatagramSocket`.
    ///
    /// @param deaf whether no interrupt of a platform thread closes it: another's is then told as a socket tells it
    static <T extends @Nullable Object> T datagrams(boolean deaf, Call<T> call) throws IOException {
        try {
            return call(call);
        } catch (ClosedByInterruptException e) {
            throw deaf ? socket(INTERRUPTED, e) : e;
        } catch (ClosedChannelException e) {
            throw socket("Socket closed", e);
        }
    }

    /// As [#call], for what may throw nothing but a `SocketException`.
    static <T extends @Nullable Object> T socketCall(Call<T> call) throws SocketException {
        try {
            return call(call);
        } catch (SocketException e) {
            throw e;
        } catch (ClosedChannelException e) {
            throw socket("Socket is closed", e);
        } catch (IOException e) {
            throw socket(String.valueOf(e.getMessage()), e);
        }
    }

    private static SocketException socket(String message, Throwable cause) {
        SocketException exception = new SocketException(message);
        exception.initCause(cause);
        return exception;
    }

    /// The local address that a socket shows before it is bound, and after it was closed.
    static InetAddress shownLocal(boolean open, @Nullable InetSocketAddress local) {
        return !open || local == null ? Addresses.address(0, Addresses.MAPPED, 0) : local.getAddress();
    }

    static int timeout(int millis) {
        if (millis < 0) {
            throw new IllegalArgumentException("timeout can't be negative");
        }
        return millis;
    }

    /// The end of a timeout, 0 for never.
    static long deadlineNs(Pump pump, int millis) {
        return millis == 0 ? Long.MAX_VALUE : pump.nowNs() + TimeUnit.MILLISECONDS.toNanos(millis);
    }

    static int positive(int size, String name) {
        if (size <= 0) {
            throw new IllegalArgumentException("Invalid " + name + " size");
        }
        return size;
    }
}
