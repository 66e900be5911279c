package netkeep.placement;

import netkeep.ring.Region;

/// What a link has in hand, in a region of its own: frames that were read from the device, and that the stack does
/// not see yet. A successor gives them, but for the one that its predecessor was looking at when it died of itself.
///
/// ```text
/// 0  read   u64  behind the last frame that was read: a position of the link's ring
/// 8  looked u64  behind the last one that was looked at
/// ```
///
/// One thread calls it.
public final class LinkHand {
    /// Octets of its region.
    public static final long LENGTH = 4096;

    private static final long READ = 0;
    private static final long LOOKED = 8;

    private final Region region;
    private final int link;

    /// @param region a predecessor's, or all zeros
    /// @param link   its number, for people
    LinkHand(Region region, int link) {
        this.region = region;
        this.link = link;
    }

    /// A frame was read, which ends at a position; nothing of it was looked at.
    void read(long position) {
        region.i64Release(READ, position);
    }

    /// It was looked at.
    void looked(long position) {
        region.i64Release(LOOKED, position);
    }

    long read() {
        return region.i64(READ);
    }

    long looked() {
        return region.i64(LOOKED);
    }

    /// Whether a frame was being looked at.
    boolean full() {
        return read() != looked();
    }

    /// The frame that was being looked at is none.
    void drop() {
        read(looked());
    }

    /// For people, empty for nothing.
    @Override
    public String toString() {
        return full() ? "a frame of link " + link + ", at " + looked() : "";
    }
}
