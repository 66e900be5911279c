package netkeep.client;

import java.io.IOException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.IllegalSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A selector over the channels of a session, and the platform's beside them.
///
/// Keys that something happened to are in a queue, and so are those that the last selection found ready: only these
/// are looked at. A key in which nothing happens costs nothing.
final class SessionSelector extends AbstractSelector {
    private static final long FOREVER = -1;

    private final Session session;
    private final SelectorProvider platform;
    private final Member waiter = new Member();
    private volatile boolean woken;
    private boolean selecting;

    private final MemberKeys members = new MemberKeys();

    private final SelectedKeys selected = new SelectedKeys();

    // Keys to look at at the next selection; guarded by `queueLock`.
    private final Object queueLock = new Object();
    private @Nullable MemberKey[] queue = new @Nullable MemberKey[64];
    private volatile int queued;

    /// What a selection found.
    private @Nullable MemberKey[] found = new @Nullable MemberKey[64];

    /// The operations that each of them is ready for.
    private int[] foundOps = new int[64];

    private volatile @Nullable ForeignKeys foreign;

    SessionSelector(SelectorProvider provider, Session session, SelectorProvider platform) {
        super(provider);
        this.session = session;
        this.platform = platform;
    }

    // Keys.

    @Override
    protected SelectionKey register(AbstractSelectableChannel channel, int ops, @Nullable Object attachment) {
        ensureOpen();
        MemberKey key;
        if (channel instanceof OpenChannel open) {
            key = open.sides().register(this, channel, ops);
        } else if (!(channel instanceof SessionChannel ours)) {
            key = foreign().register(channel, ops);
        } else if (ours.endpoint().session != session) {
            throw new IllegalSelectorException();
        } else {
            SessionKey sessionKey = new SessionKey(this, ours);
            ours.endpoint().add(sessionKey);
            key = sessionKey;
        }
        key.attach(attachment);
        members.put(key);
        key.begin(ops);
        return key;
    }

    /// The platform's channels in this selector.
    ForeignKeys foreign() {
        synchronized (members) {
            ForeignKeys known = foreign;
            if (known == null) {
                known = new ForeignKeys(this, platform);
                foreign = known;
            }
            return known;
        }
    }

    @Override
    public Set<SelectionKey> keys() {
        ensureOpen();
        return members;
    }

    @Override
    public Set<SelectionKey> selectedKeys() {
        ensureOpen();
        return selected;
    }

    /// Looks at a key at the next selection.
    ///
    /// @param wake whether one that is under way is to look at it, also if it was in the queue: who put it
    ///             there may have woken nobody
    void queue(MemberKey key, boolean wake) {
        synchronized (queueLock) {
            if (!key.queued) {
                key.queued = true;
                int count = queued;
                if (count == queue.length) {
                    queue = Arrays.copyOf(queue, 2 * count);
                }
                queue[count] = key;
                queued = count + 1;
            }
        }
        if (wake) {
            session.pump.wake(waiter);
        }
    }

    // Selection.

    @Override
    public int selectNow() throws IOException {
        return selection(null, 0);
    }

    @Override
    public int select() throws IOException {
        return selection(null, FOREVER);
    }

    @Override
    public int select(long timeout) throws IOException {
        return selection(null, nanos(timeout));
    }

    @Override
    public int selectNow(Consumer<SelectionKey> action) throws IOException {
        return selection(Objects.requireNonNull(action), 0);
    }

    @Override
    public int select(Consumer<SelectionKey> action) throws IOException {
        return selection(Objects.requireNonNull(action), FOREVER);
    }

    @Override
    public int select(Consumer<SelectionKey> action, long timeout) throws IOException {
        return selection(Objects.requireNonNull(action), nanos(timeout));
    }

    private static long nanos(long timeout) {
        if (timeout < 0) {
            throw new IllegalArgumentException("timeout " + timeout);
        }
        return timeout == 0 ? FOREVER : TimeUnit.MILLISECONDS.toNanos(timeout);
    }

    private int selection(@Nullable Consumer<SelectionKey> action, long timeoutNs) throws IOException {
        synchronized (this) {
            ensureOpen();
            // Of a stack that is broken or closed nothing comes: who selects over and over would never learn.
            session.check();
            if (selecting) {
                throw new IllegalStateException("select in progress");
            }
            selecting = true;
            try {
                synchronized (selected) {
                    forget();
                    int count = look(timeoutNs);
                    forget();
                    // What its thread held back since the last selection has gone by now, with the look.
                    session.pump.release();
                    session.pump.hold(count > 1);
                    return action == null ? select(count) : act(action, count);
                }
            } finally {
                selecting = false;
            }
        }
    }

    /// Finds keys that are ready, and waits for one if it may.
    ///
    /// @return how many are in `found`
    private int look(long timeoutNs) throws IOException {
        // Whoever selects lets the stack take a turn, also while it is kept busy by keys that stay ready.
        if (queued != 0 || timeoutNs == 0 || woken) {
            session.pump.glance();
        }
        int count = collect(foreignNow(0, timeoutNs == 0));
        if (count == 0 && timeoutNs != 0 && !woken) {
            long nowNs = session.pump.nowNs();
            boolean ends = timeoutNs != FOREVER && timeoutNs < Long.MAX_VALUE - nowNs;
            long deadlineNs = ends ? nowNs + timeoutNs : Long.MAX_VALUE;
            begin();
            try {
                boolean ready = true;
                while (count == 0 && ready && !woken && isOpen() && !session.broken()) {
                    ForeignKeys others = foreign;
                    if (others != null) {
                        others.watch();
                    }
                    ready = session.pump.await(waiter, deadlineNs);
                    count = collect(foreignNow(0, false));
                }
            } finally {
                end();
            }
        }
        woken = false;
        if (count == 0) {
            session.check();
        }
        return count;
    }

    /// Adds the platform's channels that are ready to `found`.
    private int foreignNow(int count, boolean certain) throws IOException {
        ForeignKeys others = foreign;
        return others == null ? count : others.collect(count, certain);
    }

    /// Makes room for one more in `found`, and puts it there.
    int found(int count, MemberKey key, int ready) {
        if (count == found.length) {
            found = Arrays.copyOf(found, 2 * count);
            foundOps = Arrays.copyOf(foundOps, 2 * count);
        }
        found[count] = key;
        foundOps[count] = ready;
        return count + 1;
    }

    /// Looks at all keys in the queue. Those that are ready stay there: they may still be so the next time.
    private int collect(int already) {
        int count = already;
        if (queued == 0) {
            return count;
        }
        synchronized (queueLock) {
            int before = queued;
            int kept = 0;
            for (int i = 0; i < before; i++) {
                MemberKey key = Objects.requireNonNull(queue[i]);
                int ready = key.isValid() ? key.look() : 0;
                if (ready == 0) {
                    key.queued = false;
                    continue;
                }
                queue[kept++] = key;
                count = found(count, key, ready);
            }
            Arrays.fill(queue, kept, before, null);
            queued = kept;
        }
        return count;
    }

    /// Hands what was found to the caller.
    ///
    /// @return how many keys it was called for
    private int act(Consumer<SelectionKey> action, int count) {
        int told = 0;
        try {
            for (int i = 0; i < count; i++) {
                MemberKey key = Objects.requireNonNull(found[i]);
                // What the action did for a key before this one may have changed what this one is interested in.
                int ops = foundOps[i] & key.interest();
                if (ops != 0 && key.isValid()) {
                    key.ready(ops);
                    told++;
                    action.accept(key);
                    ensureOpen();
                }
            }
        } finally {
            session.pump.release();
            Arrays.fill(found, 0, count, null);
        }
        return told;
    }

    /// Puts what was found into the set.
    ///
    /// @return how many keys are ready in a way that they were not before
    private int select(int count) {
        int updated = 0;
        for (int i = 0; i < count; i++) {
            MemberKey key = Objects.requireNonNull(found[i]);
            int ops = foundOps[i];
            found[i] = null;
            if (!key.isValid()) {
                continue;
            }
            if (!selected.holds(key)) {
                key.ready(ops);
                selected.put(key);
                updated++;
            } else if ((ops & ~key.ready()) != 0) {
                key.ready(ops | key.ready());
                updated++;
            }
        }
        return updated;
    }

    /// Drops the keys that were cancelled.
    private void forget() {
        Set<SelectionKey> cancelled = cancelledKeys();
        if (cancelled.isEmpty()) {
            return; // what this thread knows of is in it; what another cancels just now is found the next time
        }
        synchronized (cancelled) {
            for (SelectionKey key : cancelled) {
                drop((MemberKey) key);
            }
            cancelled.clear();
        }
    }

    private void drop(MemberKey key) {
        if (members.take(key)) {
            selected.remove(key);
            key.gone();
            deregister(key);
        }
    }

    @Override
    public Selector wakeup() {
        woken = true;
        session.pump.wake(waiter);
        return this;
    }

    /// Whether it selects channels of that session.
    boolean over(Session other) {
        return session == other;
    }

    /// The platform's channels may be ready.
    void foreignReady() {
        session.pump.wake(waiter);
    }

    @Override
    protected void implCloseSelector() throws IOException {
        wakeup();
        synchronized (this) {
            synchronized (selected) {
                for (MemberKey key : members.all()) {
                    key.cancel();
                    drop(key);
                }
                selected.clear();
                session.pump.release();
                ForeignKeys others = foreign;
                if (others != null) {
                    others.close();
                }
            }
        }
    }

    private void ensureOpen() {
        if (!isOpen()) {
            throw new ClosedSelectorException();
        }
    }

    /// The selecting thread's waiter.
    private final class Member extends Waiter {
        @Override
        public boolean ready() {
            ForeignKeys others = foreign;
            return woken || queued != 0 || !isOpen() || session.broken() || others != null && others.ready();
        }
    }
}
