package netkeep.ring;

import java.lang.invoke.VarHandle;

/// The taking end of a ring: see [Producer] for the layout.
public final class Consumer {
    /// What [#take] answers when nothing is there.
    public static final long EMPTY = -1;

    private final Region region;
    private final long ours;
    private final Region peer;
    private final long theirs;
    private final int capacity;
    private final int item;
    private long head;
    private long tailSeen;
    // As Producer.published.
    private long released = -1;

    /// @param ours where the consumer's side lies in its region; the others as for [Producer]
    /// @param head where to begin: 0, or the position that a predecessor committed
    public Consumer(Region region, long ours, Region peer, long theirs, int capacity, int item, long head) {
        this.region = region;
        this.ours = ours;
        this.peer = peer;
        this.theirs = theirs;
        this.capacity = capacity;
        this.item = item;
        this.head = head;
        this.tailSeen = head;
        // A predecessor may have died after its commit and before it released, or asleep.
        release();
        awake();
    }

    /// Takes the next item: its offset in the producer's region, or [#EMPTY]. What lies there is the peer's: read each
    /// word once. Publishes nothing: see [#release].
    ///
    /// @throws PeerViolation if the producer's position cannot be; the ring is then dead
    public long take() throws PeerViolation {
        if (head == tailSeen && !refresh()) {
            return EMPTY;
        }
        return theirs + Producer.ITEMS + (head++ & capacity - 1) * item;
    }

    /// Items taken, ever: what a commit keeps.
    public long position() {
        return head;
    }

    /// Items given by now, as the peer says, who may say anything.
    public long given() {
        return peer.i64Acquire(theirs);
    }

    /// Gives the slots of all that was taken back; called after the commit that covers it.
    public void release() {
        if (released != head) {
            released = head;
            region.i64Release(ours, head);
        }
    }

    /// Says that this side is about to sleep, then looks once more. Only a true answer allows the sleep: whatever is
    /// published from now on makes [Producer#mustWake] true. [#awake] ends it, either way.
    ///
    /// @throws PeerViolation as [#take]
    public boolean maySleep() throws PeerViolation {
        region.i32Release(ours + Producer.ASLEEP, 1);
        // The look below must not overtake the store above; the fence in mustWake is the other half.
        VarHandle.fullFence();
        return head == tailSeen && !refresh();
    }

    /// Says that this side is awake.
    public void awake() {
        region.i32Release(ours + Producer.ASLEEP, 0);
    }

    /// Looks again how far the producer is. Acquire: what lies before that position is there to be read.
    private boolean refresh() throws PeerViolation {
        long tail = peer.i64Acquire(theirs);
        long ready = tail - head;
        if (ready < 0 || ready > capacity) {
            throw new PeerViolation("tail " + tail + " with head " + head + " of " + capacity);
        }
        tailSeen = tail;
        return ready != 0;
    }
}
