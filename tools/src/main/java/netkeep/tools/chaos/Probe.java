package netkeep.tools.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Looks at the clock all the time: what it misses, nobody on this machine could have done. Notes how far the load has
/// come, too.
final class Probe implements AutoCloseable {
    private static final long PAUSE_NS = TimeUnit.MICROSECONDS.toNanos(200);

    private static final long NOTE_NS = TimeUnit.MILLISECONDS.toNanos(20);

    private record Note(long atNs, long octets) {}

    private final Tally tally;
    private final List<Note> notes = new ArrayList<>();
    private final Gaps gaps = new Gaps();
    private final Thread thread = Thread.ofPlatform().name("netkeep-probe").unstarted(this::look);
    private volatile boolean ended;

    Probe(Tally tally) {
        this.tally = tally;
    }

    void start() {
        thread.start();
    }

    private void look() {
        long noteNs = 0;
        while (!ended) {
            long nowNs = System.nanoTime();
            gaps.on(nowNs);
            if (nowNs - noteNs >= NOTE_NS) {
                noteNs = nowNs;
                note(nowNs);
            }
            LockSupport.parkNanos(this, PAUSE_NS);
        }
    }

    private synchronized void note(long nowNs) {
        notes.add(new Note(nowNs, tally.octets.sum()));
    }

    /// Octets of a nanosecond between two instants, about.
    synchronized double rate(long fromNs, long untilNs) {
        Note first = firstFrom(fromNs);
        Note last = firstFrom(untilNs);
        if (first.atNs >= last.atNs) {
            return 0;
        }
        return (double) (last.octets - first.octets) / (last.atNs - first.atNs);
    }

    /// The first of an instant or later, else the last.
    private Note firstFrom(long atNs) {
        int low = 0;
        int high = notes.size() - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (notes.get(middle).atNs < atNs) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return notes.get(low);
    }

    Gaps gaps() {
        return gaps;
    }

    @Override
    public void close() {
        ended = true;
        try {
            thread.join();
        } catch (InterruptedException impatient) {
            Thread.currentThread().interrupt();
        }
    }
}
