package netkeep.engine;

import netkeep.engine.socket.Attachment;
import netkeep.engine.socket.Endpoint;
import netkeep.engine.socket.Sockets;
import netkeep.engine.tcp.Tcp;
import netkeep.session.QuietRings;
import netkeep.session.SessionLayout;

/// Says which receive rings nothing lies in, so that their memory can be given back. Works between two turns.
final class Tidying {
    private final Sockets sockets;
    private final Tcp tcp;
    private final Endpoint endpoint = new Endpoint();

    Tidying(Sockets sockets, Tcp tcp) {
        this.sockets = sockets;
        this.tcp = tcp;
    }

    /// As [Engine#tidy].
    void visit(Attachment attachment, QuietRings rings, int from, int end) {
        rings.visit(from, end, socket -> arrived(attachment, socket), socket -> holdsNothing(attachment, socket));
    }

    private static long arrived(Attachment attachment, int socket) {
        return attachment.stack().i64(attachment.layout.stackWords(socket) + SessionLayout.RCV_TAIL);
    }

    /// Whether a client has read all that arrived for its socket, and nothing arrived behind a gap; or the socket is
    /// free.
    private boolean holdsNothing(Attachment attachment, int socket) {
        int index = attachment.first + socket;
        sockets.read(index, endpoint);
        if (endpoint.kind() == Endpoint.FREE) {
            return true;
        }
        long head = attachment.client().i64Acquire(attachment.layout.clientWords(socket) + SessionLayout.RCV_HEAD);
        return head == endpoint.rcvTail() && !tcp.holdsUnseen(index);
    }
}
