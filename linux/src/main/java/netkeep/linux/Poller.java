package netkeep.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// A few descriptors that one thread waits for with `ppoll`. For many, see [Epoll].
public final class Poller {
    public static final int POLLIN = 1;
    public static final int POLLOUT = 4;
    public static final int POLLERR = 8;
    public static final int POLLHUP = 16;

    /// The timeout that never comes.
    public static final long NEVER = Long.MAX_VALUE;

    private static final long LENGTH = 8;
    private static final long EVENTS = 4;
    private static final long RETURNED = 6;

    private final Call call = new Call();
    private final Timespan timeout = new Timespan();
    private final MemorySegment entries;
    private final int capacity;
    private int count;

    public Poller(int capacity) {
        this.capacity = capacity;
        this.entries = Arena.ofAuto().allocate(LENGTH * capacity, Integer.BYTES);
    }

    /// Adds a descriptor.
    ///
    /// @return its index
    public int add(int descriptor, int events) {
        if (count == capacity) {
            throw new IllegalStateException("poller of " + capacity + " descriptors is full");
        }
        entries.set(JAVA_INT, LENGTH * count, descriptor);
        events(count, events);
        return count++;
    }

    /// Changes what is waited for.
    public void events(int index, int events) {
        entries.set(JAVA_SHORT, LENGTH * index + EVENTS, (short) events);
    }

    /// Waits until a descriptor is ready or `timeoutNs` have gone by.
    ///
    /// @param timeoutNs 0 to look only, [#NEVER] to wait for ever
    /// @return how many are ready, or `-errno`
    public int await(long timeoutNs) {
        long until = timeoutNs == NEVER ? 0 : timeout.ns(timeoutNs).address();
        return (int) call.raw(Architecture.PPOLL, entries.address(), count, until, 0, 0, 0);
    }

    /// What the last [#await] found at a descriptor: `POLLIN` and so on, 0 for nothing.
    public int ready(int index) {
        return entries.get(JAVA_SHORT, LENGTH * index + RETURNED);
    }
}
