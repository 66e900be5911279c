package netkeep.names;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import netkeep.ring.Region;
import netkeep.session.SessionLayout;

/// The two regions of a session, from its client's side.
final class Words {
    final Region ours;
    final Region theirs;
    final SessionLayout layout;

    Words(Region ours, Region theirs, SessionLayout layout) {
        this.ours = ours;
        this.theirs = theirs;
        this.layout = layout;
    }

    long client(int socket) {
        return layout.clientWords(socket);
    }

    long stack(int socket) {
        return layout.stackWords(socket);
    }

    /// Copies octets of a socket's receive ring.
    ///
    /// @param base position at ring offset 0
    void read(int socket, long position, long base, MemorySegment to, long at, int length) {
        ByteBuffer buffer = to.asByteBuffer();
        int offset = layout.offset(position, base);
        for (int done = 0; done < length; ) {
            int run = Math.min(length - done, layout.contiguous(offset));
            theirs.read(layout.receiveRings() + layout.place(socket, offset), buffer, (int) at + done, run);
            done += run;
            offset = offset + run & layout.capacity() - 1;
        }
    }

    /// Copies octets to a socket's send ring.
    void write(int socket, long position, long base, MemorySegment from, int length) {
        int offset = layout.offset(position, base);
        for (int done = 0; done < length; ) {
            int run = Math.min(length - done, layout.contiguous(offset));
            ours.copy(layout.sendRings() + layout.place(socket, offset), from, done, run);
            done += run;
            offset = offset + run & layout.capacity() - 1;
        }
    }
}
