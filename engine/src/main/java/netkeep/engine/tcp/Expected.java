package netkeep.engine.tcp;

import java.lang.foreign.MemorySegment;
import netkeep.engine.ip.Landing;
import netkeep.engine.ip.Packet;
import netkeep.engine.socket.Endpoint;
import netkeep.ring.Pieces;
import org.jspecify.annotations.Nullable;

/// The segment that is expected next: the one that goes on where a long one ended. Its text is read straight to its
/// place in the receive ring, and need not be copied there.
///
/// Derived, and a guess alone: what is written there if it is another segment lies in the free part of the ring, as
/// that of a segment whose turn is never committed.
final class Expected {
    /// Octets of text below which a copy costs less than a read in pieces.
    private static final int LONG = 4096;

    private static final int NOBODY = -1;

    private final Tcp tcp;
    private int socket = NOBODY;
    private int link;
    private int textAt;

    Expected(Tcp tcp) {
        this.tcp = tcp;
    }

    /// Text has arrived in order, in a frame of the open connection.
    void goesOn(Packet packet, Segment seg) {
        if (seg.text >= LONG && packet.vouched) {
            socket = tcp.tcb.index();
            link = packet.link;
            textAt = seg.textAt;
        }
    }

    /// Another frame arrives: it says anew what is expected behind it.
    void arrives() {
        socket = NOBODY;
    }

    /// Where to read the next frame of a link to, null if nothing is expected.
    ///
    /// @param room octets of the longest frame
    @Nullable
    Pieces landing(Landing landing, int from, MemorySegment frames, long at, int room) {
        if (socket == NOBODY || link != from) {
            return null;
        }
        Tcb tcb = tcp.tcb;
        tcp.sockets.read(socket, tcb);
        if (tcb.kind() != Endpoint.CONNECTION || !tcb.tcpState().receives() || tcb.has(Tcb.SHUT_READ) || gaps(tcb)) {
            socket = NOBODY;
            return null;
        }
        // As Text does when it arrives: the base moves where all was read.
        long base = tcp.sockets.readSoFar(tcb) == tcb.rcvTail() ? tcb.rcvTail() : tcb.rcvBase();
        int offset = tcp.rings.offset(tcb, tcb.rcvTail(), base);
        // The headers are copied from where frames lie, whatever frame it is.
        int headers = Packet.COPIED - textAt;
        int before = headers + tcp.rings.toNextLine(tcb, offset + headers & tcp.sockets.capacity(tcb) - 1);
        int window = Math.min(
                tcb.rcvAdv() - tcb.rcvNxt(), (int) (tcb.rcvHead() - tcb.rcvTail()) + tcp.sockets.capacity(tcb));
        int length = Math.min(window, room - textAt) - before;
        if (length < LONG) {
            return null;
        }
        int first = offset + before & tcp.sockets.capacity(tcb) - 1;
        Pieces pieces = landing.begin(frames, at, textAt + before, socket, first);
        tcp.rings.free(tcb, first, length, pieces);
        return landing.end(frames, at, room);
    }

    private boolean gaps(Tcb tcb) {
        if (tcb.flowRecord() == 0) {
            return false;
        }
        tcp.flows.read(tcb.flowRecord() - 1, tcp.flow);
        return tcp.flow.gaps() > 0;
    }

    /// Stores the text of a segment in order that is open: what does not lie in its place already.
    void store(Segment seg, Packet packet) {
        Tcb tcb = tcp.tcb;
        long position = tcb.rcvTail();
        int before = packet.landing.from() - seg.textAt;
        int there = packet.landing.holds(tcb.index(), tcp.rings.offset(tcb, position + before, tcb.rcvBase()));
        if (there == 0 || before < 0 || seg.text <= before) {
            tcp.rings.store(tcb, position, packet.frames(), packet.at + seg.textAt, seg.text);
            return;
        }
        tcp.rings.store(tcb, position, packet.head(), packet.at + seg.textAt, before);
        int behind = before + there;
        if (behind < seg.text) {
            tcp.rings.store(tcb, position + behind, packet.head(), packet.at + seg.textAt + behind, seg.text - behind);
        }
    }
}
