package netkeep.client;

import org.jspecify.annotations.Nullable;

/// What one thread waits for. One thread at a time awaits a waiter.
public abstract class Waiter {
    /// Who awaits it now; the pump sets and clears it.
    public volatile @Nullable Thread thread;

    /// Neighbours in a list of the pump's of those that are parked, and whether it is there.
    public @Nullable Waiter previous;

    public @Nullable Waiter next;

    public boolean listed;

    protected Waiter() {}

    /// Whether there is nothing to wait for any more; asked by the thread that waits.
    public abstract boolean ready();
}
