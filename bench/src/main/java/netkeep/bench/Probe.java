package netkeep.bench;

import java.io.IOException;

/// What a spinner saw on the clock.
///
/// @param spunNs    how long it looked, all cores together
/// @param gapsNs    of that, time in which it did not run
/// @param longestNs the longest such gap
record Probe(long spunNs, long gapsNs, long longestNs) {
    static final Probe NONE = new Probe(0, 0, 0);

    static Probe parse(String output) throws IOException {
        Figures figures = Figures.of(output);
        return new Probe(figures.get("spun_ns"), figures.get("gaps_ns"), figures.get("longest_ns"));
    }

    Probe and(Probe other) {
        return new Probe(spunNs + other.spunNs, gapsNs + other.gapsNs, Math.max(longestNs, other.longestNs));
    }

    Stolen stolen(double stealShare) {
        return new Stolen(spunNs == 0 ? 0 : (double) gapsNs / spunNs, longestNs / 1e6, stealShare);
    }
}
