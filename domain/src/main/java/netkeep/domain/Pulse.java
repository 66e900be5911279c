package netkeep.domain;

import java.lang.foreign.Arena;
import netkeep.ring.Region;

/// A domain's sign of life: a word in a region of its own, which its keeper reads.
///
/// ```text
///  0  rounds u64  how often the domain's loop went round
/// ```
public final class Pulse {
    /// Octets of its region.
    public static final long LENGTH = 4096;

    /// Where the word lies.
    public static final long ROUNDS = 0;

    private final Region region;
    private long rounds;

    /// @param region which nobody else writes; the next one goes on where a predecessor was
    public Pulse(Region region) {
        this.region = region;
        this.rounds = region.i64(ROUNDS);
    }

    /// For whoever has no keeper.
    public static Pulse unseen(Arena arena) {
        return new Pulse(new Region(arena.allocate(LENGTH, Long.BYTES)));
    }

    /// How often it went round, under whomever.
    public long rounds() {
        return rounds;
    }

    /// The loop went round, or heard one thing of several.
    public void beat() {
        region.i64Release(ROUNDS, ++rounds);
    }
}
