package netkeep.tools.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/// What the load has seen. Any thread adds to it.
final class Tally {
    /// The most faults that are told.
    private static final int MOST = 20;

    final LongAdder connections = new LongAdder();
    final LongAdder octets = new LongAdder();
    final LongAdder datagrams = new LongAdder();
    final LongAdder answers = new LongAdder();

    private final List<String> faults = new ArrayList<>();
    private long losses;

    /// Something was lost, changed, repeated or ended that should not have been.
    synchronized void fault(String what) {
        losses++;
        if (faults.size() < MOST) {
            faults.add(what);
        }
    }

    synchronized long losses() {
        return losses;
    }

    synchronized List<String> faults() {
        return List.copyOf(faults);
    }
}
