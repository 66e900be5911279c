package netkeep.domain;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import netkeep.linux.Call;
import netkeep.linux.Descriptors;
import netkeep.linux.Errno;
import netkeep.linux.LinuxException;
import netkeep.linux.Message;
import netkeep.linux.Sockets;
import org.jspecify.annotations.Nullable;

/// A line to another process, over which messages go whole and descriptors with them: a UNIX socket of type SEQPACKET.
/// One thread at a time sends, one receives.
///
/// It is for what happens seldom: octets of programs never go over it.
public final class Line implements AutoCloseable {
    /// Octets of the longest message.
    public static final int LONGEST = 1 << 15;

    /// The most descriptors with a message.
    public static final int MOST_DESCRIPTORS = 64;

    /// Room for a word about each session, which a domain that begins has not heard yet.
    private static final int PAIR_BUFFER = 1 << 20;

    private static final int CONTROL = 16 + 4 * MOST_DESCRIPTORS;

    /// What came: the octets, and descriptors, which are the receiver's from now on.
    public static final class Received {
        private final byte[] octets;
        private final int[] descriptors;

        private Received(byte[] octets, int[] descriptors) {
            this.octets = octets;
            this.descriptors = descriptors;
        }

        public byte[] octets() {
            return octets.clone();
        }

        public int[] descriptors() {
            return descriptors.clone();
        }

        /// Closes all its descriptors: whoever will not have them, and trusts who sent them. To close a file takes as
        /// long as its file system likes.
        public void refuse() {
            for (int descriptor : descriptors) {
                Descriptors.close(descriptor);
            }
        }
    }

    private final int descriptor;
    // One each: whoever sends need not be who receives.
    private final Call sending = new Call();
    private final Call receiving = new Call();
    private final Message incoming = new Message(1, CONTROL);
    private final Message outgoing = new Message(1, CONTROL);
    private boolean closed;

    /// @param descriptor of a connected socket; closed with this object
    public Line(int descriptor) {
        this.descriptor = descriptor;
    }

    /// Connects to who listens at a path.
    ///
    /// @throws LinuxException if nobody does
    public static Line to(String path) {
        int descriptor = Sockets.socket(Sockets.AF_UNIX, Sockets.SOCK_SEQPACKET, 0);
        try (Arena arena = Arena.ofConfined()) {
            Sockets.connect(descriptor, Sockets.unixAddress(arena, path));
            return new Line(descriptor);
        } catch (RuntimeException failure) {
            Descriptors.close(descriptor);
            throw failure;
        }
    }

    /// Listens at a path, where nothing may be yet.
    ///
    /// @return the listening socket, non-blocking
    public static int listen(String path) {
        int type = Sockets.SOCK_SEQPACKET | Sockets.SOCK_NONBLOCK;
        int descriptor = Sockets.socket(Sockets.AF_UNIX, type, 0);
        try (Arena arena = Arena.ofConfined()) {
            Sockets.bind(descriptor, Sockets.unixAddress(arena, path));
            Sockets.listen(descriptor, 64);
            return descriptor;
        } catch (RuntimeException failure) {
            Descriptors.close(descriptor);
            throw failure;
        }
    }

    /// Both ends of a new line.
    public static Line[] pair() {
        int[] both = Sockets.pair(Sockets.SOCK_SEQPACKET);
        for (int end : both) {
            Sockets.buffers(end, PAIR_BUFFER);
        }
        return new Line[] {new Line(both[0]), new Line(both[1])};
    }

    /// What to wait for.
    public int descriptor() {
        return descriptor;
    }

    /// Sends a message with descriptors, which stay open here. Waits for nothing.
    ///
    /// @throws EOFException if the other end is closed
    /// @throws IOException  if it has too much to read already
    public void send(byte[] octets, int... descriptors) throws IOException {
        if (!offer(octets, descriptors)) {
            throw new IOException("the other end of the line does not read");
        }
    }

    /// As [#send].
    ///
    /// @return false if nothing was sent: the other end has too much to read already, or as many descriptors are in
    ///         flight as this process's user may have there
    public boolean offer(byte[] octets, int... descriptors) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocate(Math.max(1, octets.length), Long.BYTES);
            MemorySegment.copy(octets, 0, copy, ValueLayout.JAVA_BYTE, 0, octets.length);
            outgoing.vector().clear();
            outgoing.vector().add(copy, 0, octets.length);
            if (descriptors.length == 0) {
                outgoing.plain();
            } else {
                outgoing.rights(descriptors);
            }
            int sent = sending.sendmsg(descriptor, outgoing, Sockets.MSG_NOSIGNAL | Sockets.MSG_DONTWAIT);
            if (sent == -Errno.EAGAIN || sent == -Errno.ETOOMANYREFS) {
                return false;
            }
            if (sent == -Errno.EPIPE || sent == -Errno.ECONNRESET) {
                throw ended();
            }
            if (sent < 0) {
                throw new IOException("the line takes nothing: " + Errno.name(-sent));
            }
            return true;
        }
    }

    /// Whether something that was sent is not received yet.
    public boolean unread() {
        return Sockets.unread(descriptor) != 0;
    }

    /// Whether half of what fits was sent and is not received yet.
    public boolean crowded() {
        return 2L * Sockets.unread(descriptor) >= Sockets.sendBuffer(descriptor);
    }

    /// Ends it both ways, as [#close] does for the other end, which still receives what was sent. This end stays open.
    public void end() {
        Sockets.shutdown(descriptor);
    }

    /// Receives a message; waits for one.
    ///
    /// @throws EOFException if the other end is closed
    public Received receive() throws IOException {
        Received received = receive(0, true);
        while (received == null) {
            received = receive(0, true);
        }
        return received;
    }

    /// Receives a message if there is one.
    ///
    /// @return null if there is none
    /// @throws EOFException if the other end is closed
    public @Nullable Received poll() throws IOException {
        return receive(Sockets.MSG_DONTWAIT, true);
    }

    /// As [#poll], of who has nothing to send but octets: the kernel keeps descriptors, and they are never open here.
    public @Nullable Received pollOctets() throws IOException {
        return receive(Sockets.MSG_DONTWAIT, false);
    }

    private @Nullable Received receive(int flags, boolean descriptors) throws IOException {
        // Seldom, and a line is of one client of many: room that it held would be given back by the collector alone.
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment room = arena.allocate(LONGEST, Long.BYTES);
            incoming.vector().clear();
            incoming.vector().add(room, 0, LONGEST);
            incoming.takesControl(descriptors);
            int length = receiving.recvmsg(descriptor, incoming, flags | Sockets.MSG_CMSG_CLOEXEC);
            if (length == -Errno.EAGAIN || length == -Errno.EINTR) {
                return null;
            }
            // A reset, if the other end left something unread.
            if (length == -Errno.ECONNRESET) {
                throw ended();
            }
            if (length < 0) {
                throw new LinuxException("recvmsg", -length, "");
            }
            byte[] octets = new byte[length];
            MemorySegment.copy(room, ValueLayout.JAVA_BYTE, 0, octets, 0, length);
            Received received = new Received(octets, incoming.rights());
            // A message without octets, which nobody of ours sends, may come with descriptors: they are open by now.
            if (length == 0 && received.descriptors.length == 0) {
                throw ended();
            }
            return received;
        }
    }

    private static EOFException ended() {
        return new EOFException("the other end is closed");
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Descriptors.close(descriptor);
        }
    }
}
