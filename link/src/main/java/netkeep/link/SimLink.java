package netkeep.link;

import java.lang.foreign.MemorySegment;
import netkeep.linux.Bell;
import netkeep.linux.Descriptors;
import netkeep.ring.Pieces;

/// One end of a wire in memory, for tests, demonstrations and rehearsals: what one end sends the other receives, in
/// order, at once, unless the wire is full. The ends may be on two threads; each is closed by itself.
public final class SimLink implements Link {
    private final Settings settings;
    private final long mac;
    private final SimWire arriving;
    private final SimWire leaving;

    /// Rung for each frame that arrives; and the other end's.
    private final Bell arrives;

    private final Bell leaves;
    private final int maxFrame;
    private boolean closed;
    private final LinkCounters counters = new LinkCounters();

    /// What both ends of a wire have in common.
    ///
    /// @param capacity octets that are on their way in one direction at most
    public record Settings(int mtu, boolean checksum, boolean segmentation, boolean udpSegmentation, int capacity) {
        /// An MTU of 1500, all offloads, 4 MiB.
        public static final Settings DEFAULT = new Settings(1500, true, true, true, 1 << 22);

        public Settings {
            if (mtu < 68 || mtu > LONGEST_PACKET) {
                throw new IllegalArgumentException("mtu " + mtu + ": 68..65535");
            }
            if (!checksum && (segmentation || udpSegmentation)) {
                throw new IllegalArgumentException("segmentation needs checksum offload");
            }
            if (capacity < 1 << 17) {
                throw new IllegalArgumentException("capacity " + capacity + ": at least 128 KiB");
            }
        }
    }

    /// Both ends of a wire.
    public record Pair(SimLink left, SimLink right) {}

    private SimLink(Settings settings, long mac, SimWire arriving, Bell arrives, SimWire leaving, Bell leaves) {
        this.settings = settings;
        this.mac = mac;
        this.arriving = arriving;
        this.arrives = arrives;
        this.leaving = leaving;
        this.leaves = new Bell(Descriptors.duplicate(leaves.descriptor()));
        boolean supers = settings.segmentation() || settings.udpSegmentation();
        this.maxFrame = OVERHEAD + (supers ? LONGEST_PACKET : settings.mtu());
    }

    /// Makes a wire.
    ///
    /// @param leftMac  the left end's hardware address
    /// @param rightMac the right end's
    public static Pair pair(Settings settings, long leftMac, long rightMac) {
        SimWire toLeft = new SimWire(settings.capacity());
        SimWire toRight = new SimWire(settings.capacity());
        Bell left = new Bell();
        Bell right = new Bell();
        return new Pair(
                new SimLink(settings, leftMac, toLeft, left, toRight, right),
                new SimLink(settings, rightMac, toRight, right, toLeft, left));
    }

    @Override
    public int mtu() {
        return settings.mtu();
    }

    @Override
    public long mac() {
        return mac;
    }

    @Override
    public boolean checksumOffload() {
        return settings.checksum();
    }

    @Override
    public boolean segmentationOffload() {
        return settings.segmentation();
    }

    @Override
    public boolean udpSegmentation() {
        return settings.udpSegmentation();
    }

    @Override
    public int maxFrame() {
        return maxFrame;
    }

    @Override
    public int receive(MemorySegment frames, long at, int room) {
        if (room < maxFrame) {
            throw new IllegalArgumentException("room " + room + " for frames of " + maxFrame);
        }
        int length = arriving.take(frames, at);
        if (length == 0 && arrives.silence()) {
            length = arriving.take(frames, at); // it came before the silence
        }
        if (length != 0) {
            counters.received(length);
        }
        return length;
    }

    @Override
    public boolean transmit(Pieces frame) {
        int length = frame.total();
        if (length > maxFrame) {
            counters.sentDrops++;
            return true;
        }
        if (!leaving.give(frame, length)) {
            counters.sentWaits++;
            return false;
        }
        leaves.ring();
        counters.sent(length);
        return true;
    }

    @Override
    public int descriptor() {
        return arrives.descriptor();
    }

    @Override
    public LinkCounters counters() {
        return counters;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            arrives.close();
            leaves.close();
        }
    }

    @Override
    public String toString() {
        return "sim:" + Long.toHexString(mac);
    }
}
