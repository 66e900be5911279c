package netkeep.engine.socket;

import java.util.Arrays;
import netkeep.ring.Pieces;
import netkeep.session.SessionLayout;

/// Finds out for an [Onlooker] which octets of a socket were given since it was looked at last.
final class Crossings {
    /// Octets that are shown at once.
    private static final int MOST = 1 << 15;

    private final Onlooker onlooker;
    private final Rings rings;
    private final Pieces pieces = new Pieces();

    /// One more than how far the client of each socket had given when it was looked at last; 0 for not yet.
    private long[] given = new long[64];

    Crossings(Onlooker onlooker, Rings rings) {
        this.onlooker = onlooker;
        this.rings = rings;
    }

    Onlooker onlooker() {
        return onlooker;
    }

    /// The words of a socket are about to be published.
    void publishes(Attachment attachment, int socket, Endpoint at) {
        int index = at.index();
        if (index >= given.length) {
            given = Arrays.copyOf(given, Math.max(index + 1, 2 * given.length));
        }
        if (at.kind() == Endpoint.FREE) {
            given[index] = 0;
            return;
        }
        long words = attachment.layout.stackWords(socket);
        long sent = given[index] == 0 ? attachment.stack().i64(words + SessionLayout.SND_HEAD) : given[index] - 1;
        given[index] = at.sndEnd() + 1;
        show(attachment, socket, at, false, sent, at.sndEnd());
        show(attachment, socket, at, true, attachment.stack().i64(words + SessionLayout.RCV_TAIL), at.rcvTail());
    }

    private void show(Attachment attachment, int socket, Endpoint at, boolean up, long from, long end) {
        SessionLayout layout = attachment.layout;
        for (long position = Math.max(from, end - layout.capacity()); position < end; ) {
            int length = (int) Math.min(MOST, end - position);
            pieces.clear();
            if (up) {
                rings.free(at, layout.offset(position, at.rcvBase()), length, pieces);
            } else {
                rings.pieces(at, position, length, pieces);
            }
            onlooker.octets(attachment.number, socket, at, up, position, pieces);
            position += length;
        }
    }
}
