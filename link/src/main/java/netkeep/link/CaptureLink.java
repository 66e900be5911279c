package netkeep.link;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import netkeep.ring.Pieces;
import netkeep.wire.Verdict;

/// A link around a link that writes down what goes through, both ways, with the stack's reasons for dropping a frame.
///
/// A received frame is written once it is known what became of it: when the next one is taken or sent. In the capture a
/// checksum that was left to the device is complete, or the reader would call every frame of ours broken; the block's
/// flags tell that it was open.
public final class CaptureLink extends AroundLink {
    private static final long FLUSH_NS = 100_000_000L;

    private final PcapngWriter writer;
    private final int point;
    private final int most;
    private final LongSupplier epochNs;
    private final MemorySegment frame;
    private final List<String> comments = new ArrayList<>();
    private int waiting;
    private int flags;
    private long instantNs;
    private long flushedNs;
    private boolean unflushed;

    /// @param writer  not closed with this object: others may write there
    /// @param name    of this place, as the capture's reader sees it
    /// @param most    octets of a frame that are kept; [PcapngWriter#WHOLE] for all
    /// @param epochNs nanoseconds since 1970, of a clock or of the simulation
    public CaptureLink(Link link, PcapngWriter writer, String name, int most, LongSupplier epochNs) {
        super(link);
        this.writer = writer;
        this.point = writer.point(name, most);
        this.most = most;
        this.epochNs = epochNs;
        this.frame = Arena.ofAuto().allocate(link.maxFrame(), Long.BYTES);
    }

    @Override
    public int receive(MemorySegment frames, long at, int room) {
        write();
        int length = link.receive(frames, at, room);
        if (length == 0) {
            idle();
            return 0;
        }
        MemorySegment.copy(frames, at, frame, 0, length);
        note(length, PcapngWriter.INBOUND);
        return length;
    }

    @Override
    public boolean transmit(Pieces pieces) {
        write();
        if (!link.transmit(pieces)) {
            return false;
        }
        note(pieces.gather(frame, 0), PcapngWriter.OUTBOUND);
        write();
        return true;
    }

    @Override
    public void dropped(String reason) {
        if (waiting != 0) {
            comments.add("dropped: " + reason);
        }
        link.dropped(reason);
    }

    /// As [#dropped(String)], in the words of the counters.
    public void dropped(Verdict verdict) {
        dropped(verdict.name());
    }

    /// Writes all that went through until now to the capture's channel.
    public void flush() {
        write();
        writer.flush();
        unflushed = false;
    }

    @Override
    public void close() {
        flush();
        link.close();
    }

    @Override
    public String toString() {
        return "capture of " + link;
    }

    /// Keeps the frame that lies in [#frame] until it is known what became of it.
    private void note(int length, int direction) {
        waiting = length;
        instantNs = epochNs.getAsLong();
        flags = PcapngWriter.settle(frame, length, length, direction);
    }

    private void write() {
        if (waiting == 0) {
            return;
        }
        int original = waiting - VIRTIO;
        writer.frame(point, instantNs, frame, VIRTIO, Math.min(original, most), original, flags, comments);
        comments.clear();
        waiting = 0;
        unflushed = true;
    }

    /// Lets a reader who looks on see what there is.
    private void idle() {
        if (unflushed) {
            long nowNs = epochNs.getAsLong();
            if (nowNs - flushedNs >= FLUSH_NS) {
                flushedNs = nowNs;
                unflushed = false;
                writer.flush();
            }
        }
    }
}
