package netkeep.link;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.List;
import netkeep.linux.Epoll;
import netkeep.ring.Pieces;

/// All queues of a device as one link, for a stack that takes them all.
///
/// What arrives is taken from the queues in turns. What leaves goes to a queue by its flow, so that its frames keep
/// their order; a TAP then sends the flow's other direction to the same queue.
public final class QueuesLink implements Link {
    /// Frames that are taken from one queue before the next is looked at.
    private static final int TURN = 16;

    private static final int ETHER_TYPE = VIRTIO + 12;
    private static final int TAG = 4;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final short TAGGED = wire(0x8100);
    private static final short IPV4 = wire(0x0800);
    private static final short IPV6 = wire(0x86DD);

    private final List<? extends Link> queues;
    private final Link first;
    private final Epoll epoll;
    /// The queue that frames are taken from, and how many were.
    private int turn;

    private int taken;
    private boolean closed;

    /// @param queues two or more of one device; closed with this object
    public QueuesLink(List<? extends Link> queues) {
        this.queues = List.copyOf(queues);
        this.first = queues.getFirst();
        this.epoll = new Epoll(1);
        for (Link queue : queues) {
            epoll.add(queue.descriptor(), Epoll.EPOLLIN, 0);
        }
    }

    private static short wire(int number) {
        return Short.reverseBytes((short) number);
    }

    /// The queues, in the device's order.
    public List<? extends Link> queues() {
        return queues;
    }

    @Override
    public int mtu() {
        return first.mtu();
    }

    @Override
    public long mac() {
        return first.mac();
    }

    @Override
    public boolean checksumOffload() {
        return first.checksumOffload();
    }

    @Override
    public boolean segmentationOffload() {
        return first.segmentationOffload();
    }

    @Override
    public boolean udpSegmentation() {
        return first.udpSegmentation();
    }

    @Override
    public int maxFrame() {
        return first.maxFrame();
    }

    @Override
    public int receive(MemorySegment frames, long at, int room) {
        for (int looked = 0; looked < queues.size(); looked++) {
            int length = queue().receive(frames, at, room);
            if (length != 0) {
                taken++;
                return length;
            }
            next();
        }
        return 0;
    }

    @Override
    public boolean scatters() {
        return first.scatters();
    }

    @Override
    public int receive(Pieces to) {
        for (int looked = 0; looked < queues.size(); looked++) {
            int length = queue().receive(to);
            if (length != 0) {
                taken++;
                return length;
            }
            next();
        }
        return 0;
    }

    /// The queue whose turn it is.
    private Link queue() {
        if (taken == TURN) {
            next();
        }
        return queues.get(turn);
    }

    private void next() {
        taken = 0;
        turn = turn + 1 == queues.size() ? 0 : turn + 1;
    }

    @Override
    public boolean transmit(Pieces frame) {
        return queues.get(queue(frame.memory[0], frame.at[0], frame.length[0])).transmit(frame);
    }

    /// The queue of a frame's flow; the first for a frame of none.
    ///
    /// @param length of its first piece, which has all headers
    int queue(MemorySegment bytes, long frame, int length) {
        long at = frame + ETHER_TYPE;
        long end = frame + length;
        if (at + 2 + TAG > end) {
            return 0;
        }
        if (bytes.get(JAVA_SHORT_UNALIGNED, at) == TAGGED) {
            at += TAG;
        }
        short type = bytes.get(JAVA_SHORT_UNALIGNED, at);
        long ip = at + 2;
        if (type == IPV4 && ip + 20 <= end) {
            long hash = mix(mix(0, bytes, ip + 12), bytes, ip + 16);
            // Fragments go by their addresses: the later ones have no ports.
            boolean whole = (bytes.get(JAVA_BYTE, ip + 6) & 0x3F) == 0 && bytes.get(JAVA_BYTE, ip + 7) == 0;
            long upper = ip + 4L * (bytes.get(JAVA_BYTE, ip) & 15);
            return choose(whole ? ports(hash, bytes, bytes.get(JAVA_BYTE, ip + 9), upper, end) : hash);
        }
        if (type == IPV6 && ip + 40 <= end) {
            long hash = 0;
            for (int word = 8; word < 40; word += Integer.BYTES) {
                hash = mix(hash, bytes, ip + word);
            }
            return choose(ports(hash, bytes, bytes.get(JAVA_BYTE, ip + 6), ip + 40, end));
        }
        return 0;
    }

    private static long ports(long hash, MemorySegment bytes, int protocol, long upper, long end) {
        boolean has = (protocol == TCP || protocol == UDP) && upper + Integer.BYTES <= end;
        return has ? mix(hash, bytes, upper) : hash;
    }

    private static long mix(long hash, MemorySegment bytes, long at) {
        return (hash ^ bytes.get(JAVA_INT_UNALIGNED, at)) * 0x9E37_79B9_7F4A_7C15L;
    }

    private int choose(long hash) {
        return (int) ((hash >>> 32) * queues.size() >>> 32);
    }

    @Override
    public int descriptor() {
        return epoll.descriptor();
    }

    /// Of all queues together.
    @Override
    public LinkCounters counters() {
        LinkCounters sum = new LinkCounters();
        for (Link queue : queues) {
            sum.add(queue.counters());
        }
        return sum;
    }

    @Override
    public long deadlineNs() {
        long deadlineNs = NEVER;
        for (Link queue : queues) {
            deadlineNs = Math.min(deadlineNs, queue.deadlineNs());
        }
        return deadlineNs;
    }

    @Override
    public void dropped(String reason) {
        queues.get(turn).dropped(reason);
    }

    @Override
    public void close() {
        queues.forEach(Link::close);
        if (!closed) {
            closed = true;
            epoll.close();
        }
    }

    @Override
    public String toString() {
        return first.toString();
    }
}
