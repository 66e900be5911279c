package netkeep.drive;

import netkeep.client.Waiter;
import org.jspecify.annotations.Nullable;

/// Threads that wait and do not lead, in the order in which they came. The links are the waiters' own: nothing is
/// allocated.
final class Parked {
    private volatile @Nullable Waiter head;
    private @Nullable Waiter tail;

    Parked() {}

    synchronized void add(Waiter waiter) {
        waiter.previous = tail;
        waiter.next = null;
        waiter.listed = true;
        if (tail == null) {
            head = waiter;
        } else {
            tail.next = waiter;
        }
        tail = waiter;
    }

    synchronized void remove(Waiter waiter) {
        if (!waiter.listed) {
            return;
        }
        waiter.listed = false;
        if (waiter.previous == null) {
            head = waiter.next;
        } else {
            waiter.previous.next = waiter.next;
        }
        if (waiter.next == null) {
            tail = waiter.previous;
        } else {
            waiter.next.previous = waiter.previous;
        }
        waiter.previous = null;
        waiter.next = null;
    }

    /// Whether there are any.
    boolean any() {
        return head != null;
    }

    /// The thread that has waited longest.
    synchronized @Nullable Thread first() {
        Waiter first = head;
        return first == null ? null : first.thread;
    }

    synchronized void unparkAll() {
        for (Waiter waiter = head; waiter != null; waiter = waiter.next) {
            java.util.concurrent.locks.LockSupport.unpark(waiter.thread);
        }
    }
}
