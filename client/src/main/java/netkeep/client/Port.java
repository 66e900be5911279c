package netkeep.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import netkeep.session.Datagram;
import netkeep.session.Request;
import netkeep.session.SessionLayout;
import netkeep.session.Status;
import org.jspecify.annotations.Nullable;

/// A UDP socket: which datagrams can be received and sent without waiting.
///
/// One thread at a time receives, one sends.
final class Port extends Endpoint {
    /// What [#receive] answers when no datagram is there.
    static final int NONE = -1;

    /// Octets of the largest payload.
    static final int MOST = 65507;

    /// Octets of ring that the thread that sends waits for.
    private volatile int wanted;

    // Who sent the datagram that was received last; most come from where the last one came from.
    private long senderHi;
    private long senderLo;
    private int senderPort;
    private int senderLink;
    private @Nullable InetSocketAddress sender;

    Port(Session session, int socket) {
        super(session, socket);
    }

    // Receiving.

    /// Takes the next datagram; what does not fit in the buffer is lost. [#sender] says whose it was.
    ///
    /// @param errors whether errors that came back for what was sent are thrown, else they are passed over
    /// @return octets that were copied, or [#NONE]
    int receive(ByteBuffer to, boolean errors) throws IOException {
        while (true) {
            long head = session.ours.i64(our() + SessionLayout.RCV_HEAD);
            int length = next(head);
            if (length < 0) {
                session.check();
                return NONE;
            }
            int error = session.theirs.i32(place(head, Datagram.ERROR));
            if (error != 0) {
                taken(head + Datagram.room(length));
                if (errors) {
                    throw Errno.datagram(error);
                }
                continue;
            }
            senderHi(head);
            int copied = Math.min(length, to.remaining());
            int at = to.position();
            copyOut(head + Datagram.HEADER, to, at, copied);
            to.position(at + copied);
            taken(head + Datagram.room(length));
            return copied;
        }
    }

    /// Octets of the datagram at `head`, -1 if none is there.
    private int next(long head) throws IOException {
        long ready = session.theirs.i64Acquire(their() + SessionLayout.RCV_TAIL) - head;
        if (ready == 0) {
            return NONE;
        }
        int length = ready < Datagram.HEADER || ready > session.layout.capacity()
                ? NONE
                : session.theirs.i32(place(head, Datagram.LENGTH));
        if (length < 0 || length > MOST || Datagram.room(length) > ready) {
            throw session.breakOff("datagram of " + length + " octets in " + ready + " of socket " + socket);
        }
        return length;
    }

    private void senderHi(long head) {
        long hi = session.theirs.i64(place(head, Datagram.REMOTE));
        long lo = session.theirs.i64(place(head, Datagram.REMOTE + 8));
        int port = session.theirs.u16(place(head, Datagram.PORT));
        int link = session.theirs.i32(place(head, Datagram.LINK));
        if (hi != senderHi || lo != senderLo || port != senderPort || link != senderLink) {
            senderHi = hi;
            senderLo = lo;
            senderPort = port;
            senderLink = link;
            sender = null;
        }
    }

    /// Who sent the datagram that [#receive] took last.
    InetSocketAddress sender() {
        InetSocketAddress known = sender;
        if (known == null) {
            known = Addresses.address(senderHi, senderLo, senderPort, senderLink);
            sender = known;
        }
        return known;
    }

    /// Whether the next thing to receive is an error; takes it.
    ///
    /// @return the error number, 0 if it is none
    int takeError() throws IOException {
        long head = session.ours.i64(our() + SessionLayout.RCV_HEAD);
        int length = next(head);
        if (length < 0) {
            return 0;
        }
        int error = session.theirs.i32(place(head, Datagram.ERROR));
        if (error != 0) {
            taken(head + Datagram.room(length));
        }
        return error;
    }

    /// Drops all that has arrived.
    void drop() throws IOException {
        taken(session.theirs.i64Acquire(their() + SessionLayout.RCV_TAIL));
    }

    /// Where a field of the header at stream position `head` lies: no field crosses a border of the ring's parts.
    private long place(long head, long field) {
        SessionLayout layout = session.layout;
        int offset = layout.offset(head + field, session.theirs.i64(their() + SessionLayout.RCV_BASE));
        return layout.receiveRings() + layout.place(socket, offset);
    }

    private void copyOut(long position, ByteBuffer to, int at, int length) {
        SessionLayout layout = session.layout;
        int offset = layout.offset(position, session.theirs.i64(their() + SessionLayout.RCV_BASE));
        int done = 0;
        while (done < length) {
            int run = Math.min(length - done, layout.contiguous(offset));
            session.theirs.read(layout.receiveRings() + layout.place(socket, offset), to, at + done, run);
            done += run;
            offset = offset + run & layout.capacity() - 1;
        }
    }

    // Sending.

    /// Gives a datagram to the stack, if there is room for it.
    ///
    /// @param port 0 for where the socket is connected to
    /// @return whether it was given; the buffer's position has moved behind it then
    boolean send(ByteBuffer from, long hi, long lo, int port, int link) throws IOException {
        session.check();
        int length = from.remaining();
        int room = Datagram.room(length);
        if (length > MOST || room > Math.min(buffer(), session.layout.capacity())) {
            throw new SocketException(Errno.text(Errno.EMSGSIZE));
        }
        long tail = session.ours.i64(our() + SessionLayout.SND_TAIL);
        if (session.theirs.i64Acquire(their() + SessionLayout.SND_EDGE) - tail < room) {
            wanted = room;
            return false;
        }
        SessionLayout layout = session.layout;
        long base = session.ours.i64(our() + SessionLayout.SND_BASE);
        if (base != tail && session.theirs.i64Acquire(their() + SessionLayout.SND_HEAD) == tail) {
            base = tail;
            session.ours.i64(our() + SessionLayout.SND_BASE, base);
        }
        int offset = layout.offset(tail, base);
        session.ours.i32(place(offset, Datagram.LENGTH), length);
        session.ours.u16(place(offset, Datagram.PORT), port);
        session.ours.u16(place(offset, Datagram.HOPS), 0);
        session.ours.i32(place(offset, Datagram.LINK), link);
        session.ours.i32(place(offset, Datagram.ERROR), 0);
        session.ours.i64(place(offset, Datagram.REMOTE), hi);
        session.ours.i64(place(offset, Datagram.REMOTE + 8), lo);
        session.ours.i64(place(offset, Datagram.LOCAL), 0);
        session.ours.i64(place(offset, Datagram.LOCAL + 8), 0);
        copyIn(offset + Datagram.HEADER, from, length);
        if (wanted != 0) {
            wanted = 0;
        }
        session.ours.i64Release(our() + SessionLayout.SND_TAIL, tail + room);
        session.hint(Request.SEND, socket);
        session.pump.submitted();
        return true;
    }

    private long place(int offset, long field) {
        SessionLayout layout = session.layout;
        int where = (int) (offset + field) & layout.capacity() - 1;
        return layout.sendRings() + layout.place(socket, where);
    }

    private void copyIn(int begin, ByteBuffer from, int length) {
        SessionLayout layout = session.layout;
        int offset = begin & layout.capacity() - 1;
        int at = from.position();
        int done = 0;
        while (done < length) {
            int run = Math.min(length - done, layout.contiguous(offset));
            session.ours.copy(layout.sendRings() + layout.place(socket, offset), from, at + done, run);
            done += run;
            offset = offset + run & layout.capacity() - 1;
        }
        from.position(at + length);
    }

    private long buffer() {
        long edge = session.theirs.i64Acquire(their() + SessionLayout.SND_EDGE);
        return edge - session.theirs.i64Acquire(their() + SessionLayout.SND_HEAD);
    }

    @Override
    int readyOps(int interest) {
        if (session.broken()) {
            return interest;
        }
        int ready = 0;
        if ((interest & SelectionKey.OP_READ) != 0
                && (session.theirs.i64Acquire(their() + SessionLayout.RCV_TAIL)
                                != session.ours.i64(our() + SessionLayout.RCV_HEAD)
                        || has(Status.READ_END))) {
            ready |= SelectionKey.OP_READ;
        }
        if ((interest & SelectionKey.OP_WRITE) != 0 && writable()) {
            ready |= SelectionKey.OP_WRITE;
        }
        return ready;
    }

    private boolean writable() {
        if (roomy()) {
            return true;
        }
        long tail = session.ours.i64Acquire(our() + SessionLayout.SND_TAIL);
        return reached(tail + needed());
    }

    private boolean roomy() {
        long room = session.theirs.i64Acquire(their() + SessionLayout.SND_EDGE)
                - session.ours.i64Acquire(our() + SessionLayout.SND_TAIL);
        return room >= needed();
    }

    /// Room that makes it writable: half the buffer, and what the last datagram that found none needs.
    private long needed() {
        long buffer = buffer();
        return Math.max(Math.min(wanted, buffer), Math.max(1, buffer / 2));
    }
}
