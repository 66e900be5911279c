package netkeep.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Member;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.nio.channels.DatagramChannel;
import java.nio.channels.spi.SelectorProvider;
import org.jspecify.annotations.Nullable;

/// The kernel's sockets of `java.net`, also where all that programs make are ours. The packages `java.net` and
/// `sun.nio.ch` must be open to this module, which the agent sees to.
final class KernelSockets {
    private static final String IMPLEMENTATION = "sun.nio.ch.NioSocketImpl";
    private static final String CHANNEL = "sun.nio.ch.DatagramChannelImpl";

    private KernelSockets() {}

    /// A socket of the kernel's.
    static final class Client extends Socket {
        Client() throws SocketException {
            this(implementation(false));
        }

        /// @param implementation null for what a listener is to fill
        private Client(@Nullable SocketImpl implementation) throws SocketException {
            super(implementation);
        }

        /// What it reads from, without the events that `java.net.Socket` tells of its own stream.
        InputStream input() throws IOException {
            return (InputStream) stream("getInputStream");
        }

        /// As [#input].
        OutputStream output() throws IOException {
            return (OutputStream) stream("getOutputStream");
        }

        private Object stream(String name) throws IOException {
            return call(() -> opened(SocketImpl.class.getDeclaredMethod(name))
                    .invoke(opened(Socket.class.getDeclaredMethod("impl")).invoke(this)));
        }
    }

    /// A listener of the kernel's.
    static final class Server extends ServerSocket {
        Server() throws SocketException {
            super(implementation(true));
        }

        @Override
        public Socket accept() throws IOException {
            Client client = new Client(null);
            implAccept(client);
            return client;
        }
    }

    private static SocketImpl implementation(boolean server) throws SocketException {
        try {
            return call(() -> (SocketImpl) opened(Class.forName(IMPLEMENTATION).getConstructor(boolean.class))
                    .newInstance(server));
        } catch (SocketException e) {
            throw e;
        } catch (IOException e) {
            throw new SocketException(e.getMessage(), e);
        }
    }

    /// A channel of the kernel's that no interrupt closes, as stands behind a `DatagramSocket`.
    static DatagramChannel datagrams(SelectorProvider platform) throws IOException {
        return call(() -> {
            Constructor<?> made = Class.forName(CHANNEL).getDeclaredConstructor(SelectorProvider.class, boolean.class);
            return (DatagramChannel) opened(made).newInstance(platform, false);
        });
    }

    /// The address that has a `DatagramSocket` make nothing that stands behind it.
    static SocketAddress noDelegate() throws IOException {
        return call(() -> (SocketAddress)
                opened(DatagramSocket.class.getDeclaredField("NO_DELEGATE")).get(null));
    }

    private static <T extends AccessibleObject & Member> T opened(T member) {
        member.setAccessible(true);
        return member;
    }

    private interface Reflective<T> {
        T call() throws ReflectiveOperationException;
    }

    private static <T> T call(Reflective<T> call) throws IOException {
        try {
            return call.call();
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IOException failed) {
                throw failed;
            }
            throw new SocketException("no socket of this JVM's: " + e.getCause(), e);
        } catch (ReflectiveOperationException e) {
            throw new SocketException("no socket of this JVM's: " + e, e);
        }
    }
}
