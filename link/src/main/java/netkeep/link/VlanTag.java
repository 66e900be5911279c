package netkeep.link;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Puts back the VLAN tag (IEEE 802.1Q) that the kernel had taken out of a frame and kept beside it.
final class VlanTag {
    /// Octets of a tag.
    static final int LENGTH = 4;

    /// Octets before it: virtio net header and both hardware addresses.
    static final int BEFORE = Link.VIRTIO + 12;

    private static final ValueLayout.OfShort NETWORK = JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int NEEDS_CSUM = 1;
    private static final long HEADERS_LENGTH = 2;
    private static final long CHECKSUM_START = 6;

    private VlanTag() {}

    /// Writes the tag behind the addresses of a frame that has left room for it, and moves what its virtio header says
    /// of the octets behind it.
    ///
    /// @param protocol the tag's own, 0x8100 unless told otherwise
    static void write(MemorySegment frames, long at, int protocol, int tag) {
        frames.set(NETWORK, at + BEFORE, (short) protocol);
        frames.set(NETWORK, at + BEFORE + 2, (short) tag);
        if ((frames.get(JAVA_BYTE, at) & NEEDS_CSUM) != 0) {
            later(frames, at + CHECKSUM_START);
        }
        if (frames.get(JAVA_SHORT_UNALIGNED, at + HEADERS_LENGTH) != 0) {
            later(frames, at + HEADERS_LENGTH);
        }
    }

    private static void later(MemorySegment frames, long field) {
        frames.set(JAVA_SHORT_UNALIGNED, field, (short) (frames.get(JAVA_SHORT_UNALIGNED, field) + LENGTH));
    }
}
