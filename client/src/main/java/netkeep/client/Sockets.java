package netkeep.client;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What the `java.net` faces of channels share: the words of their exceptions, their addresses and timeouts.
final class Sockets {
    /// A call on a channel.
    interface Call<T extends @Nullable Object> {
        T run() throws IOException;
    }

    private Sockets() {}

    /// Whether an interrupt of the calling thread closes the channel it waits on: one that is deaf hears virtual
    /// threads.
    static boolean hears(boolean deaf) {
        return !deaf || Thread.currentThread().isVirtual();
    }

    /// Runs a call, and throws what a socket throws where a channel has an exception of its own.
    static <T extends @Nullable Object> T call(Call<T> call) throws IOException {
        try {
            return call.run();
        } catch (ClosedByInterruptException e) {
            throw socket("Closed by interrupt", e);
        } catch (ClosedChannelException e) {
            throw socket("Socket is closed", e);
        } catch (NotYetConnectedException e) {
            throw socket("Socket is not connected", e);
        } catch (AlreadyBoundException e) {
            throw socket("Already bound", e);
        } catch (NotYetBoundException e) {
            throw socket("Socket is not bound yet", e);
        } catch (AlreadyConnectedException e) {
            throw socket("Already connected", e);
        } catch (ConnectionPendingException e) {
            throw socket("Connect already in progress", e);
        } catch (UnsupportedAddressTypeException e) {
            throw socket("Unsupported address type", e);
        }
    }

    /// Runs a call of what stands behind a `Socket`, which wants to be told of an interrupt, and closes itself then.
    static <T extends @Nullable Object> T callBehind(Call<T> call) throws IOException {
        try {
            return call(call);
        } catch (SocketException e) {
            if (e.getCause() instanceof ClosedByInterruptException) {
                InterruptedIOException interrupted = new InterruptedIOException(e.getMessage());
                interrupted.initCause(e);
                throw interrupted;
            }
            throw e;
        }
    }

    /// As [#call], for what may throw nothing but a `SocketException`.
    static <T extends @Nullable Object> T socketCall(Call<T> call) throws SocketException {
        try {
            return call(call);
        } catch (SocketException e) {
            throw e;
        } catch (IOException e) {
            throw socket(String.valueOf(e.getMessage()), e);
        }
    }

    private static SocketException socket(String message, Throwable cause) {
        SocketException exception = new SocketException(message);
        exception.initCause(cause);
        return exception;
    }

    /// An address that somebody gave to a socket.
    static InetSocketAddress resolved(@Nullable SocketAddress address) throws IOException {
        if (!(address instanceof InetSocketAddress internet)) {
            throw new IllegalArgumentException("Unsupported address type");
        }
        if (internet.isUnresolved()) {
            throw new UnknownHostException(internet.getHostName());
        }
        return internet;
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
