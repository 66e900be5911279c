package netkeep.client;

/// How a program's threads let the stack work, and wait for it: what a placement gives to its sessions.
///
/// After each turn of the stack the pump calls [Session#dispatch], from one thread at a time.
public interface Pump {
    /// Requests were published: the stack takes them at once, on this thread if nobody else is at it.
    void submitted();

    /// Requests were published that nobody waits for: the stack takes them with what it does next.
    void soon();

    /// The calling thread is about to handle ready channels: what it submits from now on may wait for what it
    /// submits next, a few requests long if there are `several` channels and it is quick, until [#release].
    /// Should it not come back, what waits is taken all the same.
    void hold(boolean several);

    /// Ends [#hold]: what waits is taken at once, what was put with [#soon] when the thread comes back.
    void release();

    /// Lets the stack take one turn, if nobody else is at it: what has arrived is seen.
    void glance();

    /// Waits until the waiter is ready, and lets the stack work meanwhile. An interrupt does not end it: whoever is
    /// interruptible makes the waiter ready.
    ///
    /// @param deadlineNs when to give up, by [#nowNs]; `Long.MAX_VALUE` for never
    /// @return whether the waiter is ready
    boolean await(Waiter waiter, long deadlineNs);

    /// The waiter may have become ready: whoever awaits it looks again.
    void wake(Waiter waiter);

    /// CLOCK_MONOTONIC.
    long nowNs();
}
