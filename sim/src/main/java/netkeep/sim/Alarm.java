package netkeep.sim;

/// One deadline that moves often. Setting it later costs nothing: the entry in the agenda stays, and moves on when
/// its instant comes.
public final class Alarm {
    private final World world;
    private final Runnable action;
    // One object for every entry in the agenda; an entry whose instant is not `queuedNs` is an old one.
    private final Runnable entry = this::ring;
    private long deadlineNs = World.NEVER;
    private long queuedNs = World.NEVER;

    /// @param action what happens at the deadline, which is [World#NEVER] again by then
    public Alarm(World world, Runnable action) {
        this.world = world;
        this.action = action;
    }

    public long deadlineNs() {
        return deadlineNs;
    }

    /// Moves the deadline; one that has passed rings now, [World#NEVER] not at all.
    public void set(long newDeadlineNs) {
        deadlineNs = newDeadlineNs == World.NEVER ? World.NEVER : Math.max(newDeadlineNs, world.nowNs());
        if (deadlineNs < queuedNs) {
            queuedNs = deadlineNs;
            world.at(deadlineNs, entry);
        }
    }

    private void ring() {
        long nowNs = world.nowNs();
        if (nowNs != queuedNs) {
            return;
        }
        queuedNs = World.NEVER;
        if (deadlineNs > nowNs) {
            set(deadlineNs);
            return;
        }
        deadlineNs = World.NEVER;
        action.run();
    }
}
