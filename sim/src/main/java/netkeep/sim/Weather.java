package netkeep.sim;

/// What a pipe does to frames. Made from [#CALM] by the `with` methods.
///
/// @param loss        share of frames that are lost, 0..1
/// @param lossRun     how many frames in a row a loss takes on average, at least 1; 1 for losses that know nothing of
///                    each other
/// @param delayNs     how long each frame is under way
/// @param jitterNs    what is added to that, up to this; frames keep their order
/// @param reordering  share of frames that are held back, so that later ones pass them, 0..1
/// @param holdNs      how long a frame is held back at most
/// @param repetition  share of frames that arrive twice, 0..1
/// @param corruption  share of frames of which one bit is turned over, 0..1
/// @param rate        bits per second, or 0 for a pipe without a queue
/// @param queueLength octets that may wait at the pipe's beginning, the frame under way included; a frame that finds
///                    no room is dropped
/// @param markAbove   octets in the queue above which frames are marked, by whoever knows how
public record Weather(
        double loss,
        double lossRun,
        long delayNs,
        long jitterNs,
        double reordering,
        long holdNs,
        double repetition,
        double corruption,
        long rate,
        long queueLength,
        long markAbove) {
    /// A wire that does nothing to anybody, and takes no time for it.
    public static final Weather CALM = new Weather(0, 1, 0, 0, 0, 0, 0, 0, 0, Long.MAX_VALUE, Long.MAX_VALUE);

    public Weather {
        share(loss, "loss");
        require(lossRun >= 1, "lossRun", lossRun);
        require(delayNs >= 0, "delayNs", delayNs);
        require(jitterNs >= 0, "jitterNs", jitterNs);
        share(reordering, "reordering");
        require(holdNs >= 0, "holdNs", holdNs);
        share(repetition, "repetition");
        share(corruption, "corruption");
        require(rate >= 0, "rate", rate);
        require(queueLength > 0, "queueLength", queueLength);
        require(markAbove >= 0, "markAbove", markAbove);
    }

    public Weather withLoss(double share) {
        return withLoss(share, 1);
    }

    /// Losses that come in runs of `run` frames on average and take `share` of all frames together.
    public Weather withLoss(double share, double run) {
        return new Weather(
                share,
                run,
                delayNs,
                jitterNs,
                reordering,
                holdNs,
                repetition,
                corruption,
                rate,
                queueLength,
                markAbove);
    }

    public Weather withDelayNs(long delay) {
        return withDelayNs(delay, jitterNs);
    }

    public Weather withDelayNs(long delay, long jitter) {
        return new Weather(
                loss, lossRun, delay, jitter, reordering, holdNs, repetition, corruption, rate, queueLength, markAbove);
    }

    public Weather withReordering(double share, long hold) {
        return new Weather(
                loss, lossRun, delayNs, jitterNs, share, hold, repetition, corruption, rate, queueLength, markAbove);
    }

    public Weather withRepetition(double share) {
        return new Weather(
                loss, lossRun, delayNs, jitterNs, reordering, holdNs, share, corruption, rate, queueLength, markAbove);
    }

    public Weather withCorruption(double share) {
        return new Weather(
                loss, lossRun, delayNs, jitterNs, reordering, holdNs, repetition, share, rate, queueLength, markAbove);
    }

    public Weather withRate(long bitsPerSecond, long queue) {
        return new Weather(
                loss,
                lossRun,
                delayNs,
                jitterNs,
                reordering,
                holdNs,
                repetition,
                corruption,
                bitsPerSecond,
                queue,
                markAbove);
    }

    public Weather withMarkAbove(long octets) {
        return new Weather(
                loss,
                lossRun,
                delayNs,
                jitterNs,
                reordering,
                holdNs,
                repetition,
                corruption,
                rate,
                queueLength,
                octets);
    }

    private static void share(double value, String name) {
        require(value >= 0 && value <= 1, name, value);
    }

    private static void require(boolean holds, String name, Object value) {
        if (!holds) {
            throw new IllegalArgumentException(name + " " + value);
        }
    }
}
