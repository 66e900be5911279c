package netkeep.link;

import java.lang.foreign.MemorySegment;
import netkeep.linux.Call;
import netkeep.linux.Descriptors;
import netkeep.linux.Errno;
import netkeep.linux.Vector;
import netkeep.ring.Pieces;

/// One queue of a TAP device.
///
/// A write runs the kernel's receive path in the writing thread: nothing is lost on the way, and what the peer does
/// with the frame is charged to us.
public final class TapLink implements Link {
    private final String name;
    private final int descriptor;
    private final int mtu;
    private final long mac;
    private final boolean checksum;
    private final boolean segmentation;
    private final boolean udpSegmentation;
    private final int maxFrame;
    private final Call call = new Call();
    private final FrameWriter writer;
    private final Vector room = new Vector(Pieces.MOST);
    private final LinkCounters counters = new LinkCounters();
    private boolean closed;

    /// @param descriptor of an open queue with a virtio net header of 10 octets; closed with this object
    public TapLink(
            String name,
            int descriptor,
            int mtu,
            long mac,
            boolean checksum,
            boolean segmentation,
            boolean udpSegmentation) {
        this.name = name;
        this.descriptor = descriptor;
        this.mtu = mtu;
        this.mac = mac;
        this.checksum = checksum;
        this.segmentation = segmentation;
        this.udpSegmentation = udpSegmentation;
        this.writer = new FrameWriter(call, descriptor);
        this.maxFrame = OVERHEAD + (segmentation || udpSegmentation ? LONGEST_PACKET : mtu);
    }

    @Override
    public int mtu() {
        return mtu;
    }

    @Override
    public long mac() {
        return mac;
    }

    @Override
    public boolean checksumOffload() {
        return checksum;
    }

    @Override
    public boolean segmentationOffload() {
        return segmentation;
    }

    @Override
    public boolean udpSegmentation() {
        return udpSegmentation;
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
        return received(call.read(descriptor, frames, at, room));
    }

    @Override
    public boolean scatters() {
        return true;
    }

    @Override
    public int receive(Pieces to) {
        if (to.total() < maxFrame) {
            throw new IllegalArgumentException("room " + to.total() + " for frames of " + maxFrame);
        }
        room.clear();
        for (int piece = 0; piece < to.count; piece++) {
            room.addWritable(to.memory[piece], to.at[piece], to.length[piece]);
        }
        return received(call.readv(descriptor, room));
    }

    /// @param length octets read, or `-errno`
    private int received(int length) {
        if (length > 0) {
            counters.received(length);
            return length;
        }
        return length == -Errno.EAGAIN ? 0 : nothing(-length);
    }

    @Override
    public boolean transmit(Pieces frame) {
        int length = writer.write(frame);
        if (length >= 0) {
            counters.sent(length);
            return true;
        }
        return refused(-length);
    }

    @Override
    public int descriptor() {
        return descriptor;
    }

    @Override
    public LinkCounters counters() {
        return counters;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Descriptors.close(descriptor);
        }
    }

    @Override
    public String toString() {
        return "tap:" + name;
    }

    private int nothing(int errno) {
        if (errno == Errno.EINTR) {
            return 0;
        }
        throw new LinkGone(toString(), "read", errno);
    }

    /// What to do with a frame that was not sent.
    private boolean refused(int errno) {
        switch (errno) {
            case Errno.EAGAIN, Errno.EINTR -> {
                counters.sentWaits++;
                return false;
            }
            // The interface is down, or has no memory for it, or the frame is none that it takes.
            case Errno.EIO, Errno.ENOMEM, Errno.ENOBUFS, Errno.EINVAL, Errno.EMSGSIZE -> {
                counters.sentDrops++;
                return true;
            }
            default -> throw new LinkGone(toString(), "write", errno);
        }
    }
}
