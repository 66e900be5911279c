package netkeep.placement;

import java.io.IOException;
import java.lang.foreign.Arena;
import netkeep.domain.Line;
import netkeep.domain.Shared;
import netkeep.domain.Word;
import netkeep.engine.socket.Share;
import netkeep.ring.Region;
import netkeep.stack.Stack;

/// Who has the same addresses on the same links as a daemon's stack: nobody, other stacks of the daemon
/// ([Siblings]), or a program's own ([BesideSeat]).
interface Others {
    /// As the settings say it.
    static Others of(Line keeper, Settings settings, Grants grants, Watch watch, Arena arena) {
        if (settings.besideTerms() != null) {
            int ports = grants.descriptor(Grants.PORTS);
            Region own = Shared.map(arena, ports, BesideRings.PORTS_LENGTH, true);
            return new BesideSeat(keeper, settings, own, watch);
        }
        Share share = settings.share();
        return share.stacks() == 1 ? new Others() {} : new Siblings(PeerRings.of(share, grants, arena), grants, watch);
    }

    /// What is this stack's, for its engine.
    default Share share() {
        return Share.ALL;
    }

    /// The stack, before anything is heard.
    default void join(Stack stack) {}

    /// Takes a word if it is about one of them.
    ///
    /// @return whether it is
    default boolean heard(Word word, int[] descriptors) throws IOException {
        return false;
    }

    /// Before a turn.
    default void settle() {}

    /// Behind a turn.
    ///
    /// @param done how much there was to do
    default void turned(int done, long nowNs) throws IOException {}

    /// What is told of one of them, if it is that session.
    default String status(int session) {
        return "";
    }

    /// When to call [#turned] although nothing comes, [Long#MAX_VALUE] for never.
    default long deadlineNs() {
        return Long.MAX_VALUE;
    }

    /// As [Part#maySleep], and
    default boolean maySleep() {
        return true;
    }

    /// as [Part#awake].
    default void awake() {}
}
