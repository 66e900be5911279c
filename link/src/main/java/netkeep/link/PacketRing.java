package netkeep.link;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import netkeep.linux.Call;
import netkeep.linux.Errno;
import netkeep.linux.PacketSocket;

/// A packet socket's frames, from a ring of version 2 that the kernel fills: no system call for a frame.
///
/// ```text
/// slot:  0 status u32   4 length u32   8 taken u32   12 offset u16 of the Ethernet header
///       24 tag u16     26 tag's protocol u16
/// ```
///
/// The virtio net header lies just before the Ethernet header. A slot is ours while bit 0 of its status is set;
/// storing 0 gives it back.
final class PacketRing implements PacketSource {
    private static final VarHandle STATUS = JAVA_INT.varHandle();
    private static final ValueLayout.OfShort U16 = JAVA_SHORT;
    private static final long LENGTH = 4;
    private static final long TAKEN = 8;
    private static final long OFFSET = 12;
    private static final long TAG = 24;
    private static final long TAG_PROTOCOL = 26;
    private static final int USER = 1;

    private final int descriptor;
    private final int slots;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment ring;
    private final Call call = new Call();
    private int next;

    PacketRing(PacketSocket socket) {
        this.descriptor = socket.descriptor();
        this.slots = socket.slots();
        this.ring = socket.ring(arena);
    }

    @Override
    public int receive(MemorySegment frames, long at, int room) {
        long slot = (long) next * PacketSocket.SLOT;
        // Acquire: the frame was written before the status says that it is ours.
        int status = (int) STATUS.getAcquire(ring, slot);
        if ((status & USER) == 0) {
            return 0;
        }
        int length = copy(frames, at, room, slot, status);
        // Release: we have read the frame before the kernel may write there again.
        STATUS.setRelease(ring, slot, 0);
        next = next + 1 == slots ? 0 : next + 1;
        return length;
    }

    /// An empty ring says nothing of a device that is gone: the socket does.
    @Override
    public int error(MemorySegment frames, long at, int room) {
        int answer = call.read(descriptor, frames, at, room);
        return answer == -Errno.EAGAIN || answer == -Errno.EINTR ? 0 : answer;
    }

    @Override
    public void close() {
        arena.close();
    }

    private int copy(MemorySegment frames, long at, int room, long slot, int status) {
        int told = ring.get(JAVA_INT, slot + LENGTH);
        int taken = ring.get(JAVA_INT, slot + TAKEN);
        boolean tagged = (status & PacketSocket.VLAN_VALID) != 0 && taken >= VlanTag.BEFORE - Link.VIRTIO;
        int length = Link.VIRTIO + taken + (tagged ? VlanTag.LENGTH : 0);
        if (taken < told || length > room) {
            return -Errno.EMSGSIZE;
        }
        long from = slot + Short.toUnsignedInt(ring.get(U16, slot + OFFSET)) - Link.VIRTIO;
        if (!tagged) {
            MemorySegment.copy(ring, from, frames, at, length);
            return length;
        }
        MemorySegment.copy(ring, from, frames, at, VlanTag.BEFORE);
        long behind = at + VlanTag.BEFORE + VlanTag.LENGTH;
        MemorySegment.copy(ring, from + VlanTag.BEFORE, frames, behind, taken + Link.VIRTIO - VlanTag.BEFORE);
        int protocol = PacketSocket.tagProtocol(status, ring.get(U16, slot + TAG_PROTOCOL));
        VlanTag.write(frames, at, protocol, ring.get(U16, slot + TAG));
        return length;
    }
}
