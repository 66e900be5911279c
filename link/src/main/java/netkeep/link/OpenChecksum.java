package netkeep.link;

import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import netkeep.wire.Checksum;
import netkeep.wire.VirtioNetHeader;

/// Checksums that a stack left to a device, finished without one.
final class OpenChecksum {
    private static final ValueLayout.OfShort NETWORK = JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private OpenChecksum() {}

    /// Completes the checksum of a frame whose virtio net header was checked and says that it is open (virtio 1.3
    /// §5.1.6.2). The header stays as it is.
    static void complete(MemorySegment frames, long at, int length) {
        long start = at + VirtioNetHeader.LENGTH + VirtioNetHeader.csumStart(frames, at);
        long field = start + VirtioNetHeader.csumOffset(frames, at);
        int checksum = Checksum.fold(Checksum.add(0, frames, start, at + length - start));
        // RFC 768: a computed zero is sent as all ones, its equal in one's complement.
        frames.set(NETWORK, field, (short) (checksum == 0 ? 0xFFFF : checksum));
    }
}
