package netkeep.client;

import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.util.Objects;
import netkeep.session.Request;
import netkeep.session.SessionLayout;
import netkeep.session.Status;
import org.jspecify.annotations.Nullable;

/// A TCP socket: what can be read from and written to it without waiting.
///
/// One thread at a time reads, one writes.
final class Connection extends Endpoint {
    /// What [#read] answers at the end of the stream.
    static final int END = -1;

    private volatile @Nullable Handling handling;
    private boolean errorTaken;
    private boolean reset;

    Connection(Session session, int socket) {
        super(session, socket);
    }

    /// Copies what has arrived into the buffer.
    ///
    /// @return how many octets, 0 if none are there, [#END] if none will come
    int read(ByteBuffer to) throws IOException {
        long head = session.ours.i64(our() + SessionLayout.RCV_HEAD);
        long ready = session.theirs.i64Acquire(their() + SessionLayout.RCV_TAIL) - head;
        if (ready == 0) {
            return end(head);
        }
        if (ready < 0 || ready > session.layout.capacity()) {
            throw session.breakOff("rcv.tail of socket " + socket + " is " + ready + " past rcv.head");
        }
        int length = (int) Math.min(ready, to.remaining());
        int at = to.position();
        copyOut(head, to, at, length);
        to.position(at + length);
        taken(head + length);
        return length;
    }

    private void copyOut(long head, ByteBuffer to, int at, int length) {
        SessionLayout layout = session.layout;
        // The base moves only while nothing is there to read.
        int offset = layout.offset(head, session.theirs.i64(their() + SessionLayout.RCV_BASE));
        int done = 0;
        while (done < length) {
            int run = Math.min(length - done, layout.contiguous(offset));
            session.theirs.read(layout.receiveRings() + layout.place(socket, offset), to, at + done, run);
            done += run;
            offset = offset + run & layout.capacity() - 1;
        }
    }

    /// Nothing is there to be read: why.
    private int end(long head) throws IOException {
        session.check();
        int status = status();
        if ((status & (Status.READ_END | Status.FAILED)) == 0) {
            return 0;
        }
        if (session.theirs.i64Acquire(their() + SessionLayout.RCV_TAIL) != head) {
            return 0; // octets came before the end did: the next look finds them
        }
        if (reset) {
            throw new SocketException("Connection reset");
        }
        if ((status & Status.FAILED) != 0 && !errorTaken) {
            errorTaken = true;
            int error = error();
            if (error == Errno.ECONNRESET) {
                reset = true;
                throw new SocketException("Connection reset");
            }
            if (error != Errno.OK) {
                throw Errno.stream(error);
            }
        }
        return END;
    }

    /// Whether octets are there that [#read] would copy.
    int available() {
        long ready = session.theirs.i64Acquire(their() + SessionLayout.RCV_TAIL)
                - session.ours.i64(our() + SessionLayout.RCV_HEAD);
        return Math.clamp(ready, 0, session.layout.capacity());
    }

    /// Copies octets of the buffer to where the stack sends them from. [#push] tells the stack.
    ///
    /// @return how many, 0 if there is no room
    int write(ByteBuffer from) throws IOException {
        long tail = session.ours.i64(our() + SessionLayout.SND_TAIL);
        long room = session.theirs.i64Acquire(their() + SessionLayout.SND_EDGE) - tail;
        if ((status() & (Status.WRITE_END | Status.FAILED)) != 0 || session.broken()) {
            throw writeEnd();
        }
        int length = Math.min(from.remaining(), Math.clamp(room, 0, session.layout.capacity()));
        if (length > 0) {
            int at = from.position();
            copyIn(tail, from, at, length);
            from.position(at + length);
        }
        return length;
    }

    @Override
    boolean nothingToSend() {
        return channel() instanceof ConnectionChannel over
                && !over.writing()
                && session.ours.i64Acquire(our() + SessionLayout.SND_TAIL)
                        == session.theirs.i64Acquire(their() + SessionLayout.SND_HEAD);
    }

    /// Octets that can be written now.
    int room() {
        long room = session.theirs.i64Acquire(their() + SessionLayout.SND_EDGE)
                - session.ours.i64(our() + SessionLayout.SND_TAIL);
        return Math.clamp(room, 0, session.layout.capacity());
    }

    /// Moves the base of an empty ring to where the next octet goes.
    ///
    /// @return the position of that octet
    long beginWriting() {
        long tail = session.ours.i64(our() + SessionLayout.SND_TAIL);
        if (session.ours.i64(our() + SessionLayout.SND_BASE) != tail
                && session.theirs.i64Acquire(their() + SessionLayout.SND_HEAD) == tail) {
            session.ours.i64(our() + SessionLayout.SND_BASE, tail);
        }
        return tail;
    }

    /// Where an octet to send lies in the client's region.
    long place(long position) {
        int offset = session.layout.offset(position, session.ours.i64(our() + SessionLayout.SND_BASE));
        return session.layout.sendRings() + session.layout.place(socket, offset);
    }

    /// Octets from a position to send on that lie in one piece.
    int contiguous(long position) {
        return session.layout.contiguous(
                session.layout.offset(position, session.ours.i64(our() + SessionLayout.SND_BASE)));
    }

    // Handling in place.

    /// Who handles what arrives, and where he writes to.
    private record Handling(StreamHandler by, SendRoom room) {}

    /// Hands what arrives to a handler from now on, on the thread that dispatches; called there.
    void handle(StreamHandler by) {
        handling = new Handling(by, new SendRoom(this));
        handle();
    }

    @Override
    void happened(int what) {
        super.happened(what);
        if (handling != null) {
            handle();
        }
    }

    private void handle() {
        try {
            boolean more = true;
            for (Handling to = handling; more && to != null && !closed(); to = handling) {
                more = handlePiece(to.by, to.room);
            }
        } catch (IOException e) {
            Handling told = handling;
            handling = null;
            if (told != null) {
                told.by.ended(e);
            }
        }
    }

    /// @return whether there is reason to look again at once
    private boolean handlePiece(StreamHandler by, SendRoom to) throws IOException {
        long head = session.ours.i64(our() + SessionLayout.RCV_HEAD);
        long ready = session.theirs.i64Acquire(their() + SessionLayout.RCV_TAIL) - head;
        if (ready == 0) {
            if (end(head) == END) {
                handling = null;
                by.ended(null);
            }
            return false;
        }
        if (ready < 0 || ready > session.layout.capacity()) {
            throw session.breakOff("rcv.tail of socket " + socket + " is " + ready + " past rcv.head");
        }
        SessionLayout layout = session.layout;
        int offset = layout.offset(head, session.theirs.i64(their() + SessionLayout.RCV_BASE));
        int length = (int) Math.min(ready, layout.contiguous(offset));
        to.begin();
        long before = to.tail();
        long at = layout.receiveRings() + layout.place(socket, offset);
        int done = Objects.checkIndex(by.received(session.theirs.memory(), at, length, to), length + 1);
        if (to.tail() != before) {
            session.ours.i64Release(our() + SessionLayout.SND_TAIL, to.tail());
            push();
        }
        taken(head + done);
        return done == length || to.length() == 0 && writable();
    }

    private void copyIn(long tail, ByteBuffer from, int at, int length) {
        SessionLayout layout = session.layout;
        session.sending.beforeWriting();
        beginWriting();
        long base = session.ours.i64(our() + SessionLayout.SND_BASE);
        int offset = layout.offset(tail, base);
        int done = 0;
        while (done < length) {
            int run = Math.min(length - done, layout.contiguous(offset));
            session.ours.copy(layout.sendRings() + layout.place(socket, offset), from, at + done, run);
            done += run;
            offset = offset + run & layout.capacity() - 1;
        }
        session.ours.i64Release(our() + SessionLayout.SND_TAIL, tail + length);
    }

    private IOException writeEnd() throws IOException {
        session.check();
        int error = error();
        if (has(Status.FAILED) && !errorTaken && error != Errno.OK) {
            errorTaken = true;
            return Errno.stream(error);
        }
        return Errno.stream(Errno.EPIPE);
    }

    /// Lets the stack send what was written.
    void push() throws IOException {
        session.hint(Request.SEND, socket);
        session.pump.submitted();
    }

    /// The octet that was written last is urgent.
    void urgent() throws IOException {
        session.request(Request.URGENT, socket, 0, session.ours.i64(our() + SessionLayout.SND_TAIL), 0);
    }

    @Override
    int readyOps(int interest) {
        int status = status();
        if ((status & Status.FAILED) != 0 || session.broken()) {
            return interest;
        }
        if (!connected(status)) {
            return 0;
        }
        int ready = interest & SelectionKey.OP_CONNECT;
        if ((interest & SelectionKey.OP_READ) != 0
                && (session.theirs.i64Acquire(their() + SessionLayout.RCV_TAIL)
                                != session.ours.i64(our() + SessionLayout.RCV_HEAD)
                        || (status & Status.READ_END) != 0)) {
            ready |= SelectionKey.OP_READ;
        }
        if ((interest & SelectionKey.OP_WRITE) != 0 && ((status & Status.WRITE_END) != 0 || writable())) {
            ready |= SelectionKey.OP_WRITE;
        }
        return ready;
    }

    /// Whether there is a connection, or was one: what arrived before its end is still there to be read.
    static boolean connected(int status) {
        return (status & (Status.CONNECTED | Status.READ_END | Status.WRITE_END)) != 0;
    }

    /// Whether a third of the buffer is free; if not, an event will say so.
    private boolean writable() {
        if (roomy()) {
            return true;
        }
        long tail = session.ours.i64Acquire(our() + SessionLayout.SND_TAIL);
        return reached(tail + Math.max(1, (buffer() + 2) / 3));
    }

    private boolean roomy() {
        long room = session.theirs.i64Acquire(their() + SessionLayout.SND_EDGE)
                - session.ours.i64Acquire(our() + SessionLayout.SND_TAIL);
        return room > 0 && 3 * room >= buffer();
    }

    /// Octets of the send buffer, as the stack has tuned it.
    long buffer() {
        long edge = session.theirs.i64Acquire(their() + SessionLayout.SND_EDGE);
        return edge - session.theirs.i64Acquire(their() + SessionLayout.SND_HEAD);
    }
}
