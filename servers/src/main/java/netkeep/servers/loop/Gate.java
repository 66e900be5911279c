package netkeep.servers.loop;

import java.util.ArrayList;
import java.util.List;

/// Bounds how many connections a server has open: at the bound its listeners rest, and further ones wait in the
/// backlog.
public final class Gate {
    private final int most;
    private final List<Listener> listeners = new ArrayList<>();
    private volatile int count;

    /// @param most connections at a time, 1 or more
    public Gate(int most) {
        if (most < 1) {
            throw new IllegalArgumentException("most " + most);
        }
        this.most = most;
    }

    /// Adds a listener that rests while the server is full.
    public void add(Listener listener) {
        listeners.add(listener);
        if (count == most) {
            listener.pause();
        }
    }

    /// One connection more.
    public void enter() {
        add(1);
        if (count == most) {
            listeners.forEach(Listener::pause);
        }
    }

    /// One connection less.
    public void leave() {
        if (count == most) {
            listeners.forEach(Listener::resume);
        }
        add(-1);
    }

    /// Only the server's thread writes the counter.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void add(int more) {
        count += more;
    }

    /// Connections that are open; from any thread.
    public int count() {
        return count;
    }
}
