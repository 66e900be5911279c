package netkeep.control;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import netkeep.linux.Call;
import netkeep.linux.Descriptors;
import netkeep.linux.Sockets;

/// A socket of TCP, for something to be sent that is no UNIX socket.
final class Foreign implements AutoCloseable {
    private static final int SO_LINGER = 13;
    private static final int LINGER_S = 1000;
    private static final int LOOPBACK = 0x0100007F;
    private static final int SOME = 1 << 16;
    private static final int PATIENCE_MS = 60_000;

    private final ServerSocket peer = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final int descriptor = Sockets.socket(Sockets.AF_INET, Sockets.SOCK_STREAM, 0);

    Foreign() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(16, Long.BYTES);
            address.set(JAVA_SHORT, 0, (short) Sockets.AF_INET);
            address.set(JAVA_SHORT, 2, Short.reverseBytes((short) peer.getLocalPort()));
            address.set(JAVA_INT, 4, LOOPBACK);
            Sockets.connect(descriptor, address);
        }
    }

    /// One that closes when its peer is gone: as a file of a file system in user space when that one's process likes.
    static Foreign stuck() throws IOException {
        Foreign stuck = new Foreign();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment linger = arena.allocate(JAVA_INT, 2);
            linger.setAtIndex(JAVA_INT, 0, 1);
            linger.setAtIndex(JAVA_INT, 1, LINGER_S);
            Sockets.option(stuck.descriptor, Sockets.SOL_SOCKET, SO_LINGER, linger);
            MemorySegment octets = arena.allocate(SOME);
            Call call = new Call();
            while (call.send(stuck.descriptor, octets, 0, SOME, Sockets.MSG_DONTWAIT) > 0) {}
        }
        return stuck;
    }

    /// Whose this is from now on: the last one to close it may have to wait.
    int descriptor() {
        return descriptor;
    }

    /// Somebody else has it by now.
    void letGo() {
        Descriptors.close(descriptor);
    }

    /// Waits until nobody has it any more.
    void awaitClosed() throws IOException {
        peer.setSoTimeout(PATIENCE_MS);
        try (Socket socket = peer.accept()) {
            socket.setSoTimeout(PATIENCE_MS);
            assertEquals(-1, socket.getInputStream().read());
        }
    }

    /// The peer is gone.
    @Override
    public void close() throws IOException {
        peer.close();
    }
}
