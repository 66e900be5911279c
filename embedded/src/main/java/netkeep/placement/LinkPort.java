package netkeep.placement;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import netkeep.engine.neighbor.LinkSettings;
import netkeep.link.Link;
import netkeep.link.LinkGone;
import netkeep.ring.CaptureWriter;
import netkeep.ring.Pieces;
import netkeep.stack.FramePort;
import netkeep.wire.Verdict;
import org.jspecify.annotations.Nullable;

/// A link as the stack sees it. Once its device is gone, it is a link on which nothing comes and all is lost.
public final class LinkPort implements FramePort {
    private static final Logger LOG = System.getLogger(LinkPort.class.getName());

    private final Link link;
    private final boolean poisoned = Poison.on();
    private volatile boolean gone;
    private @Nullable Capture capture;
    private int number;

    public LinkPort(Link link) {
        this.link = link;
    }

    /// What the engine has to know of it.
    public LinkSettings settings(int number, int vlan) {
        return new LinkSettings(
                number,
                link.mac(),
                link.mtu(),
                Math.max(link.maxFrame(), link.mtu() + Link.OVERHEAD),
                link.checksumOffload(),
                link.segmentationOffload(),
                link.udpSegmentation(),
                vlan,
                false);
    }

    /// Copies what the device gives and takes to where somebody captures it, or no more.
    ///
    /// @param as the link's number
    void show(@Nullable Capture to, int as) {
        capture = to;
        number = as;
    }

    /// What to sleep on; -1 for nothing.
    public int descriptor() {
        return gone ? -1 : link.descriptor();
    }

    @Override
    public int receive(MemorySegment frames, long at, int room) {
        if (gone) {
            return 0;
        }
        try {
            return link.receive(frames, at, room);
        } catch (LinkGone e) {
            leave(e);
            return 0;
        }
    }

    @Override
    public void came(MemorySegment frames, long at, int length) {
        if (poisoned) {
            Poison.look(frames, at, length);
        }
        if (capture != null) {
            capture.frame(Boundary.LINK, CaptureWriter.UP, number, frames, at, length, Verdict.OK);
        }
    }

    @Override
    public boolean scatters() {
        // Captured frames lie in one piece.
        return capture == null && link.scatters();
    }

    @Override
    public int receive(Pieces to) {
        if (gone) {
            return 0;
        }
        try {
            return link.receive(to);
        } catch (LinkGone e) {
            leave(e);
            return 0;
        }
    }

    @Override
    public boolean transmit(Pieces frame) {
        if (gone) {
            return false;
        }
        try {
            boolean taken = link.transmit(frame);
            if (capture != null && taken) {
                capture.frame(Boundary.LINK, CaptureWriter.DOWN, number, frame, Verdict.OK);
            }
            return taken;
        } catch (LinkGone e) {
            leave(e);
            return false;
        }
    }

    private void leave(LinkGone why) {
        gone = true;
        LOG.log(Level.ERROR, why.getMessage());
    }

    @Override
    public int maxFrame() {
        return link.maxFrame();
    }

    @Override
    public long deadlineNs() {
        return gone ? Link.NEVER : link.deadlineNs();
    }

    @Override
    public void dropped(String reason) {
        link.dropped(reason);
    }
}
