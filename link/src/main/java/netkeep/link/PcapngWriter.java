package netkeep.link;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import netkeep.wire.Verdict;
import netkeep.wire.VirtioNetHeader;

/// Writes a capture in the pcapng format (IETF draft-ietf-opsawg-pcapng): one section, an interface description for
/// each tap point, frames as enhanced packet blocks with instants in nanoseconds.
///
/// ```text
/// every block:   0 type u32   4 length u32   8 body ...   length u32 once more
/// packet's body: 0 point u32   4 instant, high u32   8 low u32   12 captured u32   16 original u32   20 frame ...
/// option:        0 code u16   2 length u16   4 value, padded to 4
/// ```
///
/// Links of several threads may share one. Only whole blocks are ever handed to the channel, so what lies there can be
/// read at any time. When the channel fails the capture ends and the traffic goes on: see [#failure].
public final class PcapngWriter implements AutoCloseable {
    /// Frames are kept to this length unless a point says less.
    public static final int WHOLE = 1 << 18;

    /// What a point's frames are: Ethernet, or packets of IP.
    public static final int ETHERNET = 1;

    public static final int RAW = 101;

    /// Bits of a frame's flags word.
    public static final int INBOUND = 1;

    public static final int OUTBOUND = 2;

    private static final int CHECKSUM_NOT_READY = 1 << 9;
    private static final int CHECKSUM_VALID = 1 << 10;
    private static final int SEGMENTATION_OFFLOADED = 1 << 11;

    private static final int SECTION = 0x0A0D0D0A;
    private static final int INTERFACE = 1;
    private static final int STATISTICS = 5;
    private static final int PACKET = 6;
    private static final int BYTE_ORDER = 0x1A2B3C4D;
    private static final int END = 0;
    private static final int COMMENT = 1;
    private static final int NAME = 2;
    private static final int FLAGS = 2;
    private static final int RESOLUTION = 9;
    private static final int RECEIVED = 4;
    private static final int DROPPED = 5;
    private static final int APPLICATION = 4;
    private static final int NANOSECONDS = 9;
    private static final int LONGEST_TEXT = 1000;
    private static final int BUFFER = 1 << 20;

    private final WritableByteChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
    private final MemorySegment memory = MemorySegment.ofBuffer(buffer);
    private String failure = "";
    private int points;

    /// @param channel closed with this object
    public PcapngWriter(WritableByteChannel channel) {
        this.channel = channel;
        int start = begin(SECTION);
        buffer.putInt(BYTE_ORDER).putShort((short) 1).putShort((short) 0);
        // The section's length: not known yet.
        buffer.putLong(-1);
        option(APPLICATION, text("Netkeep"));
        end(start);
    }

    /// Describes one more place where frames are taken.
    ///
    /// @param name as it is to be shown
    /// @param most octets of a frame that are kept
    /// @return its number, for [#frame]
    public int point(String name, int most) {
        return point(name, ETHERNET, most);
    }

    /// As above, of other frames.
    ///
    /// @param type [#ETHERNET] or [#RAW]
    public synchronized int point(String name, int type, int most) {
        room(2 * LONGEST_TEXT);
        int start = begin(INTERFACE);
        buffer.putShort((short) type).putShort((short) 0).putInt(most);
        option(NAME, text(name));
        option(RESOLUTION, new byte[] {NANOSECONDS});
        end(start);
        return points++;
    }

    /// The flags word of a captured frame, which begins with its virtio header. A checksum that was left to the
    /// device is completed, or the reader would call every frame of ours broken; the flags tell that it was
    /// open.
    ///
    /// @param length    octets of the frame that are there
    /// @param original  octets that it had
    /// @param direction [#INBOUND] or [#OUTBOUND]
    public static int settle(MemorySegment frame, int length, int original, int direction) {
        int flags = direction;
        int virtio = VirtioNetHeader.flags(frame, 0);
        if ((virtio & VirtioNetHeader.DATA_VALID) != 0) {
            flags |= CHECKSUM_VALID;
        }
        if (VirtioNetHeader.gsoType(frame, 0) != VirtioNetHeader.GSO_NONE) {
            flags |= SEGMENTATION_OFFLOADED;
        }
        if ((virtio & VirtioNetHeader.NEEDS_CSUM) != 0) {
            flags |= CHECKSUM_NOT_READY;
            if (length == original && VirtioNetHeader.check(frame, 0, length) == Verdict.OK) {
                OpenChecksum.complete(frame, 0, length);
            }
        }
        return flags;
    }

    /// Says how many frames there were at a point: at the end.
    ///
    /// @param dropped those that were not written
    public synchronized void statistics(int point, long epochNs, long received, long dropped) {
        room(128);
        int start = begin(STATISTICS);
        buffer.putInt(point).putInt((int) (epochNs >>> 32)).putInt((int) epochNs);
        buffer.putShort((short) RECEIVED).putShort((short) Long.BYTES).putLong(received);
        buffer.putShort((short) DROPPED).putShort((short) Long.BYTES).putLong(dropped);
        end(start);
    }

    /// Writes one frame.
    ///
    /// @param epochNs  nanoseconds since 1970
    /// @param captured octets of it that lie at `at`
    /// @param original octets that it had
    /// @param flags    the flags word of its block
    /// @param comments about it
    public synchronized void frame(
            int point,
            long epochNs,
            MemorySegment frames,
            long at,
            int captured,
            int original,
            int flags,
            List<String> comments) {
        if (!failure.isEmpty()) {
            return;
        }
        room(captured + 128 + comments.size() * 2 * LONGEST_TEXT);
        int start = begin(PACKET);
        buffer.putInt(point).putInt((int) (epochNs >>> 32)).putInt((int) epochNs);
        buffer.putInt(captured).putInt(original);
        MemorySegment.copy(frames, at, memory, buffer.position(), captured);
        buffer.position(buffer.position() + captured);
        pad();
        buffer.putShort((short) FLAGS).putShort((short) 4).putInt(flags);
        for (String comment : comments) {
            option(COMMENT, text(comment));
        }
        end(start);
    }

    /// Hands all that was written to the channel.
    public synchronized void flush() {
        buffer.flip();
        try {
            while (failure.isEmpty() && buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } catch (IOException broken) {
            failure = broken.toString();
        }
        buffer.clear();
    }

    /// Why the capture ended before its time; empty while it goes on.
    public synchronized String failure() {
        return failure;
    }

    /// Flushes, then closes the channel.
    @Override
    public synchronized void close() {
        if (!channel.isOpen()) {
            return;
        }
        flush();
        try {
            channel.close();
        } catch (IOException broken) {
            failure = broken.toString();
        }
    }

    private void room(int length) {
        if (buffer.remaining() < length) {
            flush();
        }
    }

    private int begin(int type) {
        int start = buffer.position();
        buffer.putInt(type).putInt(0);
        return start;
    }

    private void end(int start) {
        buffer.putShort((short) END).putShort((short) 0);
        int length = buffer.position() + 4 - start;
        buffer.putInt(length);
        buffer.putInt(start + 4, length);
    }

    private void option(int code, byte[] value) {
        buffer.putShort((short) code).putShort((short) value.length);
        buffer.put(value);
        pad();
    }

    private static byte[] text(String text) {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        return octets.length <= LONGEST_TEXT ? octets : Arrays.copyOf(octets, LONGEST_TEXT);
    }

    private void pad() {
        while (buffer.position() % 4 != 0) {
            buffer.put((byte) 0);
        }
    }
}
