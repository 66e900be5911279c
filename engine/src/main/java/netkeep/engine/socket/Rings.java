package netkeep.engine.socket;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import netkeep.ring.Pieces;
import netkeep.session.SessionLayout;
import org.jspecify.annotations.Nullable;

/// Where the octets of all sockets lie: those to send, which are read there, and those that arrived, which are put
/// there.
public final class Rings {
    /// Octets of a line of the caches: copies that begin on one are faster.
    private static final int LINE = 64;

    private final @Nullable Attachment[] attachments;

    Rings(@Nullable Attachment[] attachments) {
        this.attachments = attachments;
    }

    /// Adds where `length` octets from stream position `position` on lie in the send ring.
    public void pieces(Endpoint at, long position, int length, Pieces pieces) {
        Attachment attachment = attachment(at);
        SessionLayout layout = attachment.layout;
        MemorySegment memory = attachment.client().memory();
        int offset = layout.offset(position, at.sndBase());
        int left = length;
        while (left > 0) {
            int run = Math.min(left, layout.contiguous(offset));
            pieces.add(memory, layout.sendRings() + layout.place(at.index() - attachment.first, offset), run);
            left -= run;
            offset = offset + run & layout.capacity() - 1;
        }
    }

    /// Copies octets into the receive ring, at stream position `position`.
    public void store(Endpoint at, long position, MemorySegment from, long fromAt, int length) {
        Attachment attachment = attachment(at);
        SessionLayout layout = attachment.layout;
        int offset = layout.offset(position, at.rcvBase());
        int done = 0;
        while (done < length) {
            int run = Math.min(length - done, layout.contiguous(offset));
            attachment.stack().copy(place(attachment, at, offset), from, fromAt + done, run);
            done += run;
            offset = offset + run & layout.capacity() - 1;
        }
    }

    /// The ring offset of a stream position to receive, counted from a base.
    public int offset(Endpoint at, long position, long base) {
        return attachment(at).layout.offset(position, base);
    }

    /// Octets from a ring offset on to the next line of the caches.
    public int toNextLine(Endpoint at, int offset) {
        return (int) -place(attachment(at), at, offset) & LINE - 1;
    }

    /// Adds where `length` octets from a ring offset on lie in the receive ring: for the kernel to write them there,
    /// which must be free of any that arrived.
    public void free(Endpoint at, int from, int length, Pieces pieces) {
        Attachment attachment = attachment(at);
        SessionLayout layout = attachment.layout;
        int offset = from & layout.capacity() - 1;
        int left = length;
        while (left > 0) {
            int run = Math.min(left, layout.contiguous(offset));
            pieces.add(attachment.stack().memory(), place(attachment, at, offset), run);
            left -= run;
            offset = offset + run & layout.capacity() - 1;
        }
    }

    private static long place(Attachment attachment, Endpoint at, int offset) {
        return attachment.layout.receiveRings() + attachment.layout.place(at.index() - attachment.first, offset);
    }

    private Attachment attachment(Endpoint of) {
        return Objects.requireNonNull(attachments[of.session()]);
    }
}
