package netkeep.link;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import netkeep.linux.Call;
import netkeep.linux.Errno;
import netkeep.linux.Message;
import netkeep.linux.PacketSocket;
import netkeep.linux.Sockets;

/// A packet socket's frames, read one by one. Each comes with `struct tpacket_auxdata`, which tells of a VLAN tag.
///
/// ```text
/// 0 status u32   4 length u32   8 taken u32   12 mac u16   14 net u16   16 tag u16   18 tag's protocol u16
/// ```
final class PacketReads implements PacketSource {
    private static final int CONTROL = 64;
    private static final long TAG = 16;
    private static final long TAG_PROTOCOL = 18;

    private final int descriptor;
    private final Call call = new Call();
    private final Message message = new Message(1, CONTROL);

    PacketReads(int descriptor) {
        this.descriptor = descriptor;
    }

    @Override
    public int receive(MemorySegment frames, long at, int room) {
        message.vector().clear();
        message.vector().add(frames, at, room);
        int length = call.recvmsg(descriptor, message, Sockets.MSG_DONTWAIT);
        if (length <= 0) {
            return length == -Errno.EAGAIN || length == -Errno.EINTR ? 0 : length;
        }
        if ((message.flags() & Sockets.MSG_TRUNC) != 0) {
            return -Errno.EMSGSIZE;
        }
        long aside = message.find(Sockets.SOL_PACKET, PacketSocket.AUXDATA);
        if (aside < 0) {
            return length;
        }
        int status = message.control().get(JAVA_INT, aside);
        if ((status & PacketSocket.VLAN_VALID) == 0 || length < VlanTag.BEFORE) {
            return length;
        }
        return tagged(frames, at, length, room, aside, status);
    }

    @Override
    public int error(MemorySegment frames, long at, int room) {
        return 0;
    }

    @Override
    public void close() {}

    /// Makes room for the tag in the middle of the frame. Only tagged frames pay for it.
    private int tagged(MemorySegment frames, long at, int length, int room, long aside, int status) {
        if (length + VlanTag.LENGTH > room) {
            return -Errno.EMSGSIZE;
        }
        long from = at + VlanTag.BEFORE;
        MemorySegment.copy(frames, from, frames, from + VlanTag.LENGTH, length - VlanTag.BEFORE);
        int protocol = PacketSocket.tagProtocol(status, message.control().get(JAVA_SHORT, aside + TAG_PROTOCOL));
        VlanTag.write(frames, at, protocol, message.control().get(JAVA_SHORT, aside + TAG));
        return length + VlanTag.LENGTH;
    }
}
