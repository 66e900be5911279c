package netkeep.link;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.PriorityQueue;
import java.util.random.RandomGenerator;
import netkeep.wire.Verdict;
import netkeep.wire.VirtioNetHeader;

/// One direction of a wire with faults: frames go in, and come out when their time has come, or never.
///
/// All luck is drawn from one generator, so the same seed, frames and instants give the same story.
final class FaultyWire {
    private static final long SECOND = 1_000_000_000L;

    /// What [#judge] says of a frame that is to pass at once.
    static final int PASS = 0;
    /// Lost: the caller forgets it.
    static final int LOST = 1;
    /// Kept here until its time.
    static final int HELD = 2;

    private final Faults faults;
    private final RandomGenerator luck;
    private final int room;
    private final PriorityQueue<Held> held = new PriorityQueue<>(Held::order);
    private final Deque<MemorySegment> free = new ArrayDeque<>();
    private long busyUntilNs = Long.MIN_VALUE;
    private long lastDueNs = Long.MIN_VALUE;
    private long number;

    /// A frame on its way.
    record Held(long dueNs, long number, MemorySegment memory, int length) {
        private static int order(Held a, Held b) {
            int byTime = Long.compare(a.dueNs, b.dueNs);
            return byTime != 0 ? byTime : Long.compare(a.number, b.number);
        }
    }

    /// @param room octets of the longest frame
    FaultyWire(Faults faults, RandomGenerator luck, int room) {
        this.faults = faults;
        this.luck = luck;
        this.room = room;
    }

    /// Decides what becomes of the frame at `at`, spoils it where it lies if that is its lot, and keeps a copy of
    /// what arrives later or twice.
    int judge(MemorySegment frames, long at, int length, long nowNs) {
        // All draws are made for every frame, so that one setting does not shift the luck of another.
        boolean lost = luck.nextDouble() < faults.loss();
        boolean twice = luck.nextDouble() < faults.repeat();
        boolean spoilt = luck.nextDouble() < faults.corrupt();
        boolean late = luck.nextDouble() < faults.reorder();
        double jitter = luck.nextDouble();
        long bit = luck.nextLong(Math.max(1, (length - Link.VIRTIO) * 8L));
        if (lost || held.size() >= faults.queue()) {
            return LOST;
        }
        if (spoilt) {
            spoil(frames, at, length, bit);
        }
        long dueNs = due(length, (long) (jitter * faults.jitterNs()), late, nowNs);
        boolean now = dueNs <= nowNs && held.isEmpty();
        if (!now) {
            hold(frames, at, length, dueNs);
        }
        if (twice) {
            hold(frames, at, length, dueNs);
        }
        return now ? PASS : HELD;
    }

    /// Keeps a copy of a frame until `dueNs`.
    void hold(MemorySegment frames, long at, int length, long dueNs) {
        MemorySegment memory = free.isEmpty() ? Arena.ofAuto().allocate(room, Long.BYTES) : free.pop();
        MemorySegment.copy(frames, at, memory, 0, length);
        held.add(new Held(dueNs, number++, memory, length));
    }

    /// Whether a frame is due.
    boolean due(long nowNs) {
        Held first = held.peek();
        return first != null && first.dueNs() <= nowNs;
    }

    /// The frame that is due first; it stays until [#done]. Only after [#due] was true.
    Held first() {
        return held.element();
    }

    /// Takes the first frame off the wire.
    void done() {
        free.push(held.remove().memory());
    }

    long deadlineNs() {
        Held first = held.peek();
        return first == null ? Link.NEVER : first.dueNs();
    }

    private long due(int length, long jitterNs, boolean late, long nowNs) {
        long sentNs = nowNs;
        if (faults.rate() != 0) {
            long bits = (length - Link.VIRTIO) * 8L;
            busyUntilNs = Math.max(busyUntilNs, nowNs) + bits * SECOND / faults.rate();
            sentNs = busyUntilNs;
        }
        long dueNs = sentNs + faults.delayNs() + jitterNs;
        if (late) {
            return dueNs + faults.reorderNs();
        }
        lastDueNs = Math.max(lastDueNs, dueNs);
        return lastDueNs;
    }

    /// Flips one bit behind the virtio net header. A checksum that was left to the device is completed first: no
    /// wire carries an open one, and nobody could find the fault. Nor may a device cut what was to become several
    /// segments: each would get a checksum that holds.
    private static void spoil(MemorySegment frames, long at, int length, long bit) {
        boolean open = (VirtioNetHeader.flags(frames, at) & VirtioNetHeader.NEEDS_CSUM) != 0;
        if (open && VirtioNetHeader.check(frames, at, length) == Verdict.OK) {
            OpenChecksum.complete(frames, at, length);
        }
        VirtioNetHeader.clear(frames, at);
        long octet = at + Link.VIRTIO + bit / 8;
        frames.set(JAVA_BYTE, octet, (byte) (frames.get(JAVA_BYTE, octet) ^ 1 << bit % 8));
    }
}
