package netkeep.sim;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/// What passed a point, with the virtual instants, as a pcap file with nanoseconds: the same seed gives the
/// same octets, and Wireshark opens them.
public final class Capture {
    private static final int MAGIC_NANOSECONDS = 0xa1b23c4d;
    private static final int VERSION = 2 | 4 << 16;
    private static final int ETHERNET = 1;
    private static final int SNAP_LENGTH = 1 << 18;
    private static final int FILE_HEADER = 24;
    private static final int FRAME_HEADER = 16;
    private static final long SECOND_NS = 1_000_000_000;
    private static final ValueLayout.OfInt WORD = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final int snap;
    private byte[] octets = new byte[1 << 12];
    private MemorySegment memory = MemorySegment.ofArray(octets);
    private int length;
    private long frames;

    public Capture() {
        this(SNAP_LENGTH);
    }

    /// @param snap octets of each frame that are kept
    public Capture(int snap) {
        this.snap = snap;
        word(0, MAGIC_NANOSECONDS);
        word(4, VERSION);
        word(16, snap);
        word(20, ETHERNET);
        length = FILE_HEADER;
    }

    /// Notes a frame down, without the [Wire#PREFIX] before it.
    public void frame(MemorySegment from, long at, int frameLength, long nowNs) {
        int original = Math.max(0, frameLength - Wire.PREFIX);
        int kept = Math.min(original, snap);
        reserve(FRAME_HEADER + kept);
        word(length, (int) (nowNs / SECOND_NS));
        word(length + 4, (int) (nowNs % SECOND_NS));
        word(length + 8, kept);
        word(length + 12, original);
        MemorySegment.copy(from, at + Wire.PREFIX, memory, length + FRAME_HEADER, kept);
        length += FRAME_HEADER + kept;
        frames++;
    }

    /// What notes down all that arrives and passes it on.
    public Receiver before(Receiver next) {
        return (from, at, frameLength, nowNs) -> {
            frame(from, at, frameLength, nowNs);
            next.arrives(from, at, frameLength, nowNs);
        };
    }

    public long frames() {
        return frames;
    }

    public byte[] octets() {
        return Arrays.copyOf(octets, length);
    }

    public void write(Path file) throws IOException {
        Files.write(file, octets());
    }

    /// Two captures are equal if their octets are.
    @Override
    public boolean equals(Object other) {
        return other instanceof Capture that && Arrays.equals(octets, 0, length, that.octets, 0, that.length);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(octets());
    }

    @Override
    public String toString() {
        return frames + " frames, " + length + " octets, hash " + Integer.toHexString(hashCode());
    }

    private void reserve(int more) {
        if (octets.length - length < more) {
            octets = Arrays.copyOf(octets, Math.max(Math.addExact(length, more), 2 * octets.length));
            memory = MemorySegment.ofArray(octets);
        }
    }

    private void word(long at, int value) {
        memory.set(WORD, at, value);
    }
}
