package netkeep.tools.serve;

import java.lang.foreign.MemorySegment;
import netkeep.link.AroundLink;
import netkeep.link.Link;
import netkeep.link.LinkGone;
import netkeep.ring.Pieces;
import org.jspecify.annotations.Nullable;

/// A link around a link that remembers why its device went away, and tells somebody: what lies above finds a link on
/// which nothing comes and all is lost.
final class WatchedLink extends AroundLink {
    private volatile @Nullable LinkGone gone;
    private volatile @Nullable Runnable action;

    WatchedLink(Link link) {
        super(link);
    }

    /// Why there is no device any more; null while there is.
    @Nullable
    LinkGone gone() {
        return gone;
    }

    /// What to do when the device goes, or at once if it went. On the stack's thread: it must not wait.
    void whenGone(Runnable wanted) {
        action = wanted;
        if (gone != null) {
            wanted.run();
        }
    }

    private void leave(LinkGone why) {
        gone = why;
        Runnable wanted = action;
        if (wanted != null) {
            wanted.run();
        }
    }

    @Override
    public int receive(MemorySegment frames, long at, int room) {
        if (gone != null) {
            return 0;
        }
        try {
            return link.receive(frames, at, room);
        } catch (LinkGone why) {
            leave(why);
            return 0;
        }
    }

    @Override
    public boolean scatters() {
        return link.scatters();
    }

    @Override
    public int receive(Pieces to) {
        if (gone != null) {
            return 0;
        }
        try {
            return link.receive(to);
        } catch (LinkGone why) {
            leave(why);
            return 0;
        }
    }

    @Override
    public boolean transmit(Pieces frame) {
        if (gone != null) {
            return true;
        }
        try {
            return link.transmit(frame);
        } catch (LinkGone why) {
            leave(why);
            return true;
        }
    }

    @Override
    public int descriptor() {
        // That of a device which is gone would be ready for ever.
        return gone == null ? link.descriptor() : -1;
    }

    @Override
    public long deadlineNs() {
        return gone == null ? link.deadlineNs() : NEVER;
    }
}
