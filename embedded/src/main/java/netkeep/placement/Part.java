package netkeep.placement;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import netkeep.domain.Word;

/// One part of the running subsystem, in the loop of the domain that hosts it: [Domain].
interface Part {
    /// How long a stack without a keeper answers peers whose connections it has reset: longer than their next segment
    /// takes that a reset has crossed or has not hit.
    long LAST_NS = TimeUnit.MILLISECONDS.toNanos(200);

    /// Takes a word if it is for this part.
    ///
    /// @param descriptors which came with it, and are this part's if it takes it
    /// @return whether it did
    default boolean heard(Word word, int[] descriptors) throws IOException {
        return false;
    }

    /// Nobody else has what was granted: goes on where a predecessor was. Nothing has come from outside yet.
    ///
    /// @return how far a predecessor was, and what it had in hand, for people; empty if nothing shows it
    default String begin() throws IOException {
        return "";
    }

    /// Something came over a descriptor that this part had [Watch] watch.
    default void ready(int descriptor) throws IOException {}

    /// Copies what crosses its boundaries to where somebody captures it, or no more.
    default void show(Capture capture) {}

    /// One pass of the part's loop.
    ///
    /// @return how much there was to do
    default int turn(long nowNs) throws IOException {
        return 0;
    }

    /// The keeper is gone, and nobody comes after this process: one pass, instead of a turn, of what is still owed to
    /// others than clients, who are told by the end of their sessions' connections.
    ///
    /// @param goneNs when that was seen
    /// @return whether there is more to do, after a short while
    default boolean ends(long nowNs, long goneNs) throws IOException {
        return false;
    }

    /// When to call [#turn] although nothing comes, [Long#MAX_VALUE] for never.
    default long deadlineNs() {
        return Long.MAX_VALUE;
    }

    /// The domain is about to sleep: says so to whom it concerns, then looks once more. [#awake] ends it, either way.
    ///
    /// @return whether there is nothing to do
    default boolean maySleep() {
        return true;
    }

    default void awake() {}
}
