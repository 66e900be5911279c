package netkeep.placement;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import netkeep.domain.Doorbell;
import netkeep.domain.Shared;
import netkeep.link.Link;
import netkeep.link.LinkGone;
import netkeep.ring.CaptureWriter;
import netkeep.ring.FrameProducer;
import netkeep.ring.PeerViolation;
import netkeep.ring.Region;
import netkeep.wire.Verdict;
import org.jspecify.annotations.Nullable;

/// A link in a domain without a stack: reads frames from the device to a ring. The stack sends by itself.
final class LinkPart implements Part {
    private static final Logger LOG = System.getLogger(LinkPart.class.getName());

    /// The most frames of a turn.
    private static final int FRAMES = 64;

    /// Octets that a turn reads: more would be out of the nearest cache before the stack has seen it.
    private static final int SHARE = 256 << 10;

    private final Link link;
    private final LinkHand hand;
    private final boolean blamed;
    private final Region own;
    private final FrameProducer up;
    private final Doorbell bell;
    private final Watch watch;
    private final int number;
    private @Nullable Capture capture;
    private final boolean poisoned = Poison.on();
    private boolean gone;

    /// Whether the ring to the stack had no room for what the device may have.
    private boolean full;

    /// Whether the device is not looked at.
    private boolean blind;

    /// Whether it was poisoned: it writes nonsense for ever.
    private boolean mad;

    LinkPart(Settings.Device device, int number, Grants grants, Watch watch, Arena arena) {
        this.number = number;
        this.link = device.link(grants.descriptor(Grants.DEVICE + number));
        this.hand = new LinkHand(grants.hand(Grants.LINK_HAND + number, LinkHand.LENGTH, arena), number);
        this.blamed = grants.blamed();
        this.own = Shared.map(arena, grants.descriptor(Grants.UP + number), LinkRing.UP, true);
        this.up = new LinkRing(own, Shared.map(arena, grants.descriptor(Grants.DOWN + number), LinkRing.DOWN, false))
                .gives();
        this.bell = grants.bell(number);
        this.watch = watch;
        watch.hear(bell);
        watch.add(link.descriptor());
    }

    /// Gives what a predecessor had read and not published.
    @Override
    public String begin() {
        // If a predecessor left what this one dies of, the stack sees it, and has both get another ring.
        bell.ring();
        String found = hand.toString();
        if (blamed && hand.full()) {
            hand.drop();
        }
        for (int length = laid(); length != 0; length = laid()) {
            long at = up.at();
            boolean looked = up.before(hand.looked());
            up.give(length);
            if (!looked) {
                look(at, length);
            }
        }
        hand.looked(up.position());
        hand.read(up.position());
        up.publish();
        // A predecessor may have died between what it published and its ring.
        bell.ring();
        return found.isEmpty() ? "" : "in hand: " + found;
    }

    /// Octets of the next frame that a predecessor had read, 0 if there is none.
    private int laid() {
        return up.before(hand.read()) ? up.laid(link.maxFrame()) : 0;
    }

    @Override
    public void show(Capture to) {
        capture = to.at(Boundary.LINK);
    }

    @Override
    public int turn(long nowNs) {
        if (mad) {
            own.i64Release(0, -1);
            bell.ring();
            return 0;
        }
        int done;
        try {
            done = receive();
        } catch (LinkGone why) {
            leave(why);
            return 0;
        } catch (PeerViolation broken) {
            // A stack that writes this is no stack any more; whoever comes next finds what it committed.
            throw new IllegalStateException(broken);
        }
        if (done != 0) {
            up.publish();
            if (up.mustWake()) {
                bell.ring();
            }
        }
        return done;
    }

    /// The stack needs to hear for so long, and may see later than this domain that the keeper is gone.
    @Override
    public boolean ends(long nowNs, long goneNs) {
        turn(nowNs);
        return nowNs < goneNs + 2 * LAST_NS;
    }

    private int receive() throws PeerViolation {
        int room = link.maxFrame();
        int octets = 0;
        for (int received = 0; received < FRAMES; received++) {
            if (gone || octets >= SHARE) {
                return received;
            }
            long at = up.free(room);
            full = at < 0;
            int length = full ? 0 : link.receive(up.memory(), at, room);
            if (length == 0) {
                return received;
            }
            up.give(length);
            hand.read(up.position());
            look(at, length);
            octets += length;
        }
        return FRAMES;
    }

    /// Looks at the frame that was given last, and notes that it lived through it.
    private void look(long at, int length) {
        if (poisoned) {
            Poison.look(up.memory(), at, length);
            mad |= Poison.breaks(up.memory(), at, length);
        }
        if (capture != null) {
            capture.frame(Boundary.LINK, CaptureWriter.UP, number, up.memory(), at, length, Verdict.OK);
        }
        hand.looked(up.position());
    }

    private void leave(LinkGone why) {
        gone = true;
        watch.remove(link.descriptor());
        LOG.log(Level.ERROR, why.getMessage());
    }

    @Override
    public long deadlineNs() {
        return gone ? Link.NEVER : link.deadlineNs();
    }

    @Override
    public boolean maySleep() {
        try {
            if (full && !gone) {
                blind = true;
                watch.look(link.descriptor(), false);
                return up.mayWait(link.maxFrame());
            }
            return true;
        } catch (PeerViolation broken) {
            throw new IllegalStateException(broken);
        }
    }

    @Override
    public void awake() {
        if (blind) {
            blind = false;
            watch.look(link.descriptor(), true);
            up.enough();
        }
    }
}
