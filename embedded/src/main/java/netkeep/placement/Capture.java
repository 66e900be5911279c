package netkeep.placement;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import netkeep.domain.Shared;
import netkeep.engine.socket.Endpoint;
import netkeep.engine.socket.Onlooker;
import netkeep.linux.Clock;
import netkeep.linux.Threads;
import netkeep.ring.CaptureWriter;
import netkeep.ring.Pieces;
import netkeep.session.SessionLayout;
import netkeep.stack.Witness;
import netkeep.wire.IpProtocol;
import netkeep.wire.Verdict;
import netkeep.wire.VirtioNetHeader;
import org.jspecify.annotations.Nullable;

/// Copies what crosses a domain's boundaries to its capture region, while somebody wishes to see it.
final class Capture implements Witness, Onlooker {
    private static final long WISH_NS = TimeUnit.SECONDS.toNanos(1);

    /// More readers at a time are not served.
    private static final int MOST = 16;

    /// A wish and when it ends.
    private record Held(CaptureWish wish, long untilNs) {}

    private final @Nullable CaptureWriter writer;
    private final Clock clock;
    private final Crossing crossing = new Crossing();
    private final Pieces pieces = new Pieces();
    private final MemorySegment head =
            Arena.ofAuto().allocate(Crossing.SESSION_HEAD + SessionLayout.REQUEST, Long.BYTES);
    private final List<Held> wishes = new ArrayList<>();

    /// @param grants which may have no region: then nothing is ever copied
    Capture(Grants grants, Clock clock, Arena arena) {
        this.clock = clock;
        boolean granted = grants.descriptors().containsKey(Grants.CAPTURE);
        this.writer = granted
                ? new CaptureWriter(
                        Shared.map(arena, grants.descriptor(Grants.CAPTURE), CaptureWriter.LENGTH, true),
                        Threads.processId())
                : null;
    }

    /// Takes a wish, anew or again.
    ///
    /// @param text which may be nonsense
    void wish(String text, long nowNs) {
        CaptureWish wish;
        try {
            wish = CaptureWish.parse(text);
        } catch (IllegalArgumentException nonsense) {
            return;
        }
        wishes.removeIf(held -> held.wish.reader() == wish.reader());
        if (writer != null && wishes.size() < MOST) {
            wishes.add(new Held(wish, nowNs + WISH_NS));
        }
    }

    /// Forgets wishes that were not said again.
    ///
    /// @return whether there were any
    boolean forget(long nowNs) {
        return !wishes.isEmpty() && wishes.removeIf(held -> nowNs > held.untilNs);
    }

    /// Itself while somebody looks at a boundary, else null.
    @Nullable
    Capture at(Boundary boundary) {
        for (Held held : wishes) {
            if (held.wish.boundary() == boundary) {
                return this;
            }
        }
        return null;
    }

    @Override
    public void came(int link, MemorySegment frames, long at, int length, Verdict verdict) {
        frame(Boundary.STACK, CaptureWriter.UP, link, frames, at, length, verdict);
    }

    @Override
    public void goes(int link, Pieces frame) {
        frame(Boundary.STACK, CaptureWriter.DOWN, link, frame, Verdict.OK);
    }

    /// A frame that lies in one piece.
    void frame(Boundary where, int way, int link, MemorySegment frames, long at, int length, Verdict verdict) {
        pieces.clear();
        pieces.add(frames, at, length);
        frame(where, way, link, pieces, verdict);
    }

    /// A frame, from its virtio header on, whose headers lie in its first piece.
    void frame(Boundary where, int way, int link, Pieces frame, Verdict verdict) {
        int virtio = VirtioNetHeader.LENGTH;
        crossing.frame(frame.memory[0], frame.at[0] + virtio, frame.length[0] - virtio);
        give(where, way, link, verdict, frame, virtio);
    }

    /// @param before octets that are kept besides those that were wished for, and not counted
    private void give(Boundary where, int way, int link, Verdict verdict, Pieces what, int before) {
        int most = -1;
        for (int i = 0; i < wishes.size(); i++) {
            CaptureWish wish = wishes.get(i).wish;
            if (wish.takes(where, crossing)) {
                most = Math.max(most, Math.min(wish.octets(), CaptureWriter.LONGEST - before));
            }
        }
        CaptureWriter to = writer;
        if (most >= 0 && to != null) {
            // A hostile link's frame may be shorter than what stands before it.
            int original = Math.max(0, what.total() - before);
            long instant = clock.realNs();
            to.give(where.number(), way, link, verdict.index(), instant, what, before + most, original);
        }
    }

    @Override
    public void request(int session, int socket, Endpoint at, MemorySegment slots, long where) {
        head(Crossing.REQUEST, session, socket, at, 0, SessionLayout.REQUEST);
        MemorySegment.copy(slots, where, head, Crossing.SESSION_HEAD, SessionLayout.REQUEST);
        session(false);
    }

    @Override
    public void event(int session, int socket, Endpoint at, long event) {
        head(Crossing.EVENT, session, socket, at, 0, Long.BYTES);
        head.set(ValueLayout.JAVA_LONG, Crossing.SESSION_HEAD, event);
        session(true);
    }

    @Override
    public void octets(int session, int socket, Endpoint at, boolean up, long position, Pieces octets) {
        head(Crossing.OCTETS, session, socket, at, position, 0);
        for (int i = 0; i < octets.count; i++) {
            pieces.add(octets.memory[i], octets.at[i], octets.length[i]);
        }
        session(up);
    }

    /// Lays down the head of [Crossing], behind which `more` octets follow at once.
    private void head(int what, int session, int socket, Endpoint at, long position, int more) {
        int protocol =
                at.kind() == Endpoint.DATAGRAMS ? IpProtocol.UDP : at.kind() == Endpoint.FREE ? 0 : IpProtocol.TCP;
        head.set(ValueLayout.JAVA_INT, 0, what | protocol << 8 | session << 16);
        head.set(ValueLayout.JAVA_INT, 4, socket);
        head.set(ValueLayout.JAVA_LONG, 8, position);
        head.set(ValueLayout.JAVA_LONG, 16, at.localHi());
        head.set(ValueLayout.JAVA_LONG, 24, at.localLo());
        head.set(ValueLayout.JAVA_LONG, 32, at.remoteHi());
        head.set(ValueLayout.JAVA_LONG, 40, at.remoteLo());
        head.set(ValueLayout.JAVA_INT, 48, at.localPort() | at.remotePort() << 16);
        pieces.clear();
        pieces.add(head, 0, Crossing.SESSION_HEAD + more);
    }

    private void session(boolean up) {
        crossing.session(head, 0, pieces.length[0], up);
        int way = up ? CaptureWriter.UP : CaptureWriter.DOWN;
        give(Boundary.SESSION, way, 0, Verdict.OK, pieces, Crossing.SESSION_HEAD);
    }
}
