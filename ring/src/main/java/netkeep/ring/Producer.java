package netkeep.ring;

import java.lang.invoke.VarHandle;

/// The giving end of a ring of fixed-size items between two domains.
///
/// ```text
/// the producer's region, from `ours`                the consumer's region, from `theirs`
///   0  tail   u64  items given, ever                  0  head   u64  items taken, ever
///  64  item 0, item 1 ...                            64  asleep u32  1 while the consumer sleeps; bits, if it is
///                                                                   several that share its side
/// ```
///
/// Positions only grow; masked by `capacity - 1` they are an item's index.
public final class Producer {
    /// Octets of the consumer's side.
    public static final long CONSUMER_LENGTH = 128;

    static final long ITEMS = 64;
    static final long ASLEEP = 64;

    private final Region region;
    private final long ours;
    private final Region peer;
    private final long theirs;
    private final int capacity;
    private final int item;
    private long tail;
    private long headSeen;
    // What stands in the region: a word that is stored to is taken from the cache of whoever reads it.
    private long published = -1;
    // Up to where the consumer was asked for.
    private long asked = -1;

    /// @param ours     where the producer's side lies in its region; a multiple of 8
    /// @param peer     the region that holds the consumer's side, from `theirs`
    /// @param capacity items, a power of two
    /// @param item     octets of an item, a multiple of 8
    /// @param tail     where to begin: 0, or the position that a predecessor committed
    public Producer(Region region, long ours, Region peer, long theirs, int capacity, int item, long tail) {
        this.region = region;
        this.ours = ours;
        this.peer = peer;
        this.theirs = theirs;
        this.capacity = capacity;
        this.item = item;
        this.tail = tail;
        this.headSeen = tail - capacity;
    }

    /// Octets of the producer's side.
    public static long length(int capacity, int item) {
        return ITEMS + (long) capacity * item;
    }

    /// Offset in the producer's region of the next free item, to be filled before [#give]; -1 while the ring is full.
    ///
    /// @throws PeerViolation if the consumer's position cannot be; the ring is then dead
    public long free() throws PeerViolation {
        if (tail - headSeen >= capacity) {
            long head = peer.i64Acquire(theirs);
            if (head > tail || tail - head > capacity) {
                throw new PeerViolation("head " + head + " with tail " + tail + " of " + capacity);
            }
            headSeen = head;
            if (tail - head == capacity) {
                return -1;
            }
        }
        return ours + ITEMS + (tail & capacity - 1) * item;
    }

    /// Hands over the item at [#free]; nobody sees it before [#publish].
    public void give() {
        tail++;
    }

    /// Items given, ever: what a commit keeps.
    public long position() {
        return tail;
    }

    /// Has the next [#mustWake] ask in any case: there is other news than items.
    public void remind() {
        asked = -1;
    }

    /// Shows the consumer all that was given.
    public void publish() {
        if (published != tail) {
            published = tail;
            region.i64Release(ours, tail);
        }
    }

    /// Whether the consumer sleeps and was not asked for since the last news. The fence keeps the question
    /// behind [#publish]: either the consumer's last look finds what was published, or this finds it asleep.
    /// To wake without news would be no harm but the cost: two that sleep would wake each other on and on.
    public boolean mustWake() {
        return asleep() != 0;
    }

    /// As [#mustWake], where several share the consumer's side: the bits of those who sleep. What else they have said
    /// before they slept is read behind this.
    public int asleep() {
        if (asked == published) {
            return 0;
        }
        asked = published;
        VarHandle.fullFence();
        return peer.i32Acquire(theirs + ASLEEP);
    }
}
