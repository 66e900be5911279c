package netkeep.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Many descriptors that one thread waits for.
public final class Epoll implements AutoCloseable {
    public static final int EPOLLIN = 1;
    public static final int EPOLLOUT = 4;
    public static final int EPOLLERR = 8;
    public static final int EPOLLHUP = 16;
    public static final int EPOLLET = 1 << 31;

    private static final int CLOEXEC = 0x80000;
    private static final int ADD = 1;
    private static final int DELETE = 2;
    private static final int MODIFY = 3;
    private static final int EVENT = Architecture.epollEventLength();
    private static final int TOKEN = EVENT - Long.BYTES;

    private final Call call = new Call();
    private final Timespan timeout = new Timespan();
    private final int descriptor;
    private final int capacity;
    private final MemorySegment events;
    private final MemorySegment change = Arena.ofAuto().allocate(EVENT, Long.BYTES);

    /// @param capacity most descriptors that one [#await] tells of
    public Epoll(int capacity) {
        this(create(), capacity);
    }

    /// @param descriptor of an epoll instance; closed with this object
    public Epoll(int descriptor, int capacity) {
        this.descriptor = descriptor;
        this.capacity = capacity;
        this.events = Arena.ofAuto().allocate((long) EVENT * capacity, Long.BYTES);
    }

    private static int create() {
        return (int) LinuxException.check(
                Call.own().raw(Architecture.EPOLL_CREATE1, CLOEXEC, 0, 0, 0, 0, 0), "epoll_create1");
    }

    /// @param token what [#token] answers for it
    public void add(int target, int events, long token) {
        control(ADD, target, events, token);
    }

    public void modify(int target, int events, long token) {
        control(MODIFY, target, events, token);
    }

    public void remove(int target) {
        control(DELETE, target, 0, 0);
    }

    /// Waits until a descriptor is ready or `timeoutNs` have gone by.
    ///
    /// @param timeoutNs 0 to look only, [Poller#NEVER] to wait for ever
    /// @return how many are ready, or `-errno`
    public int await(long timeoutNs) {
        long until = timeoutNs == Poller.NEVER ? 0 : timeout.ns(timeoutNs).address();
        return (int) call.raw(Architecture.EPOLL_PWAIT2, descriptor, events.address(), capacity, until, 0, 0);
    }

    /// What is ready at the `index`th of those that the last [#await] found.
    public int ready(int index) {
        return events.get(JAVA_INT, (long) EVENT * index);
    }

    /// The token of the `index`th.
    public long token(int index) {
        return events.get(JAVA_LONG_UNALIGNED, (long) EVENT * index + TOKEN);
    }

    public int descriptor() {
        return descriptor;
    }

    @Override
    public void close() {
        Descriptors.close(descriptor);
    }

    private void control(int operation, int target, int wanted, long token) {
        change.set(JAVA_INT, 0, wanted);
        change.set(JAVA_LONG_UNALIGNED, TOKEN, token);
        LinuxException.check(
                call.raw(Architecture.EPOLL_CTL, descriptor, operation, target, change.address(), 0, 0), "epoll_ctl");
    }
}
