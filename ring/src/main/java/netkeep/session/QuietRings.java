package netkeep.session;

import java.util.Objects;
import java.util.function.IntPredicate;
import java.util.function.IntToLongFunction;

/// Gives back the memory of rings that nothing passes through, of one direction of a session: a stream that was busy
/// once has touched up to all of its ring, and would hold that memory while it is idle, and longer.
///
/// Whoever writes the rings visits them from time to time, some at a time. A ring is quiet if nothing has passed
/// through it from one visit to the next, and it is empty. What it has touched is given back, once: whole pages, some
/// of which it shares with its neighbours, so that all of them must be empty.
public final class QuietRings {
    /// Gives pages back to the system.
    public interface Pages {
        /// @param at     where in the region that holds the rings; with `length` whole pages
        void giveBack(long at, long length);
    }

    /// Rings to visit at a time: their low parts are whole pages.
    public static final int VISIT = 64;

    private static final long PAGE = 4096;

    // What is kept of each ring: how many octets had passed, as a remainder, and whether that has given memory back.
    private static final int REMAINDERS = 126;
    private static final int GIVEN = 0x80;

    private final SessionLayout layout;
    private final long rings;
    private final Pages pages;
    private final byte[] seen;

    /// @param rings where they begin: [SessionLayout#sendRings] or [SessionLayout#receiveRings]
    public QuietRings(SessionLayout layout, long rings, Pages pages) {
        this.layout = layout;
        this.rings = rings;
        this.pages = pages;
        this.seen = new byte[layout.sockets()];
    }

    /// Visits the rings of the sockets `from` to `end - 1`, at most [#VISIT]; nobody writes to them meanwhile.
    ///
    /// @param passed octets that have passed through a socket's ring, ever
    /// @param empty  whether nothing lies in it that anybody still wants
    public void visit(int from, int end, IntToLongFunction passed, IntPredicate empty) {
        Objects.checkIndex(end - from, VISIT + 1);
        long still = 0;
        boolean fresh = false;
        for (int socket = from; socket < end; socket++) {
            int remainder = 1 + (int) Long.remainderUnsigned(passed.applyAsLong(socket), REMAINDERS);
            if ((seen[socket] & ~GIVEN & 0xFF) == remainder) {
                still |= 1L << socket - from;
                fresh |= (seen[socket] & GIVEN) == 0;
            } else {
                seen[socket] = (byte) remainder;
            }
        }
        if (fresh) {
            giveBack(from, end, still, empty);
        }
    }

    /// A remainder may be the same by chance, so that a ring is taken for a quiet one that is not; but what is given
    /// back is empty.
    private void giveBack(int from, int end, long still, IntPredicate empty) {
        int begin = from;
        for (int socket = from; socket < end; socket++) {
            if ((still >>> socket - from & 1) != 0 && empty.test(socket)) {
                seen[socket] |= (byte) GIVEN;
            } else {
                giveBack(begin, socket);
                begin = socket + 1;
            }
        }
        giveBack(begin, end);
    }

    /// Gives back what lies in the rings of the sockets `from` to `end - 1`.
    private void giveBack(int from, int end) {
        if (from < end) {
            wholePages(layout.place(from, 0), layout.place(end, 0));
            wholePages(layout.place(from, SessionLayout.LOW), layout.place(end, SessionLayout.LOW));
        }
    }

    private void wholePages(long from, long end) {
        long at = rings + from + PAGE - 1 & -PAGE;
        long length = (rings + end & -PAGE) - at;
        if (length > 0) {
            pages.giveBack(at, length);
        }
    }
}
