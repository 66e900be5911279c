package netkeep.link;

/// What goes wrong in one direction of a wire. Chances are 0..1, each drawn for each frame.
///
/// @param loss      of a frame
/// @param repeat    that it arrives twice
/// @param corrupt   that one bit of it is flipped
/// @param reorder   that it is held back by `reorderNs`, so that later ones overtake it
/// @param delayNs   that every frame takes
/// @param jitterNs  at most, on top of it; frames keep their order
/// @param reorderNs for which those are held back
/// @param rate      bits in a second, 0 for no limit
/// @param queue     frames on their way at most; what comes while there are as many is lost
public record Faults(
        double loss,
        double repeat,
        double corrupt,
        double reorder,
        long delayNs,
        long jitterNs,
        long reorderNs,
        long rate,
        int queue) {
    private static final int QUEUE = 1000;

    /// A wire without fault.
    public static final Faults NONE = new Faults(0, 0, 0, 0, 0, 0, 0, 0, QUEUE);

    public Faults {
        chance(loss, "loss");
        chance(repeat, "repeat");
        chance(corrupt, "corrupt");
        chance(reorder, "reorder");
        require(delayNs >= 0, "delayNs " + delayNs);
        require(jitterNs >= 0, "jitterNs " + jitterNs);
        require(reorderNs >= 0 && (reorder == 0 || reorderNs > 0), "reorderNs " + reorderNs);
        require(rate >= 0, "rate " + rate);
        require(queue >= 1, "queue " + queue);
    }

    public Faults withLoss(double chance) {
        return new Faults(chance, repeat, corrupt, reorder, delayNs, jitterNs, reorderNs, rate, queue);
    }

    public Faults withRepeat(double chance) {
        return new Faults(loss, chance, corrupt, reorder, delayNs, jitterNs, reorderNs, rate, queue);
    }

    public Faults withCorrupt(double chance) {
        return new Faults(loss, repeat, chance, reorder, delayNs, jitterNs, reorderNs, rate, queue);
    }

    public Faults withReorder(double chance, long heldNs) {
        return new Faults(loss, repeat, corrupt, chance, delayNs, jitterNs, heldNs, rate, queue);
    }

    public Faults withDelay(long everyNs, long atMostNs) {
        return new Faults(loss, repeat, corrupt, reorder, everyNs, atMostNs, reorderNs, rate, queue);
    }

    public Faults withRate(long bits, int frames) {
        return new Faults(loss, repeat, corrupt, reorder, delayNs, jitterNs, reorderNs, bits, frames);
    }

    private static void chance(double chance, String name) {
        require(chance >= 0 && chance <= 1, name + " " + chance + ": 0..1");
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(what);
        }
    }
}
