package netkeep.engine.socket;

import java.util.Arrays;

/// Which sockets are bound to a local port of one protocol. Derived from the records.
///
/// A chain per port, linked by arrays that grow with the highest socket bound. The heads of the chains lie in pages,
/// each made when the first socket is bound in it. A connection that a listener accepted is not bound: its flow is
/// all it has.
public final class Ports {
    public static final int NONE = -1;

    private static final int PAGE_BITS = 8;
    private static final int PAGE = 1 << PAGE_BITS;
    /// The page of ports to which nobody is bound; never written.
    private static final int[] NOBODY = page();

    private final int[][] first = new int[1 << 16 - PAGE_BITS][];
    private int[] next = new int[64];

    public Ports() {
        Arrays.fill(first, NOBODY);
    }

    private static int[] page() {
        int[] page = new int[PAGE];
        Arrays.fill(page, NONE);
        return page;
    }

    /// The first socket bound to `port`, or [#NONE].
    public int first(int port) {
        return first[port >>> PAGE_BITS][port & PAGE - 1];
    }

    /// The one behind `index` on the same port, or [#NONE].
    public int next(int index) {
        return next[index];
    }

    @SuppressWarnings("ReferenceEquality") // it is that page itself that must not be written
    public void bind(int port, int index) {
        if (index >= next.length) {
            next = Arrays.copyOf(next, Math.max(index + 1, 2 * next.length));
        }
        int[] page = first[port >>> PAGE_BITS];
        if (page == NOBODY) {
            page = page();
            first[port >>> PAGE_BITS] = page;
        }
        next[index] = page[port & PAGE - 1];
        page[port & PAGE - 1] = index;
    }

    /// @return whether it was bound
    public boolean unbind(int port, int index) {
        int before = NONE;
        for (int at = first(port); at != NONE; at = next[at]) {
            if (at == index) {
                if (before == NONE) {
                    first[port >>> PAGE_BITS][port & PAGE - 1] = next[index];
                } else {
                    next[before] = next[index];
                }
                return true;
            }
            before = at;
        }
        return false;
    }
}
