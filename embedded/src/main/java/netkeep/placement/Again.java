package netkeep.placement;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import netkeep.control.Taken;
import netkeep.engine.socket.Ask;
import org.jspecify.annotations.Nullable;

/// What a part that died did last, done once more on copies of what it left. Nothing reaches anybody else.
public interface Again {
    /// What can be done again of a domain that died: what control had in hand, or a stack's last turn, or what a link
    /// had read and not shown.
    ///
    /// @param arena that it lives in
    /// @return null if it had nothing in hand
    /// @throws IllegalArgumentException if the recording lacks something
    static @Nullable Again of(Recording recording, Arena arena) {
        if (recording.has(Grants.CONTROL_HAND)
                && new Taken(recording.region(Grants.CONTROL_HAND)).kind() != Taken.NOTHING) {
            return new ControlAgain(recording);
        }
        if (recording.parts().contains("stack")) {
            return new Replay(recording, arena);
        }
        for (int number = 1; number <= recording.settings().devices().size(); number++) {
            if (recording.has(Grants.LINK_HAND + number)
                    && new LinkHand(recording.region(Grants.LINK_HAND + number), number).full()) {
                return new LinkAgain(recording, number);
            }
        }
        return null;
    }

    /// The turn that a stack died in; -1 of other parts.
    default long turn() {
        return -1;
    }

    /// What it had in hand.
    String hand();

    /// The frame that it had in hand, with its virtio header; null if it had none, or [#run] did not come to it.
    default @Nullable MemorySegment frame() {
        return null;
    }

    /// The request that a stack had in hand, or null.
    default @Nullable Ask request() {
        return null;
    }

    /// The message that control had in hand, or null.
    default byte @Nullable [] message() {
        return null;
    }

    /// Whether what is in hand now is what was then.
    boolean same();

    /// Whether it took what was in hand then, or came to its end where all was taken or nothing was.
    boolean reached();

    /// How many inputs it took until then, this one counted.
    int inputs();

    /// Does what the part did, for better or worse.
    void run() throws IOException;
}
