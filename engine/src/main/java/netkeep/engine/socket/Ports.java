package netkeep.engine.socket;

import java.util.Arrays;

/// Which sockets are bound to a local port of one protocol. Derived from the records.
///
/// A chain per port, linked by arrays that grow with the highest socket bound. A connection that a listener accepted
/// is not bound: its flow is all it has.
public final class Ports {
    public static final int NONE = -1;

    private final int[] first = new int[1 << 16];
    private int[] next = new int[64];

    public Ports() {
        Arrays.fill(first, NONE);
    }

    /// The first socket bound to `port`, or [#NONE].
    public int first(int port) {
        return first[port];
    }

    /// The one behind `index` on the same port, or [#NONE].
    public int next(int index) {
        return next[index];
    }

    public void bind(int port, int index) {
        if (index >= next.length) {
            next = Arrays.copyOf(next, Math.max(index + 1, 2 * next.length));
        }
        next[index] = first[port];
        first[port] = index;
    }

    public void unbind(int port, int index) {
        int before = NONE;
        for (int at = first[port]; at != NONE; at = next[at]) {
            if (at == index) {
                if (before == NONE) {
                    first[port] = next[index];
                } else {
                    next[before] = next[index];
                }
                return;
            }
            before = at;
        }
    }
}
