package netkeep.placement;

import java.lang.foreign.MemorySegment;
import netkeep.ring.FrameProducer;
import org.jspecify.annotations.Nullable;

/// Lets a link look again at the frames that it had read and not shown.
final class LinkAgain implements Again {
    private final FrameProducer up;
    private final LinkHand hand;
    private final int longest;
    private int before;
    private @Nullable MemorySegment frame;

    /// @param number of the link
    LinkAgain(Recording recording, int number) {
        this.up = new LinkRing(recording.region(Grants.UP + number), recording.region(Grants.DOWN + number)).gives();
        this.hand = new LinkHand(recording.region(Grants.LINK_HAND + number), number);
        this.longest = recording.settings().devices().get(number - 1).longest();
    }

    @Override
    public String hand() {
        return hand.toString();
    }

    @Override
    public @Nullable MemorySegment frame() {
        return frame;
    }

    @Override
    public boolean same() {
        return reached();
    }

    @Override
    public boolean reached() {
        return frame != null;
    }

    @Override
    public int inputs() {
        return before;
    }

    @Override
    public void run() {
        for (int length = laid(); length != 0; length = laid()) {
            long at = up.at();
            boolean looked = up.before(hand.looked());
            up.give(length);
            before++;
            frame = looked ? null : up.memory().asSlice(at, length);
            if (Poison.on()) {
                Poison.look(up.memory(), at, length);
            }
        }
    }

    private int laid() {
        return up.before(hand.read()) ? up.laid(longest) : 0;
    }
}
