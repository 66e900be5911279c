package netkeep.bench;

/// What the probes saw that ran between the rounds of a row: time in which a spinner did not get its core.
///
/// @param share      share of the probes' time that was gone, 0 to 1
/// @param longestMs  the longest gap
/// @param stealShare what the host owned up to over the whole row (`steal` in `/proc/stat`), 0 to 1
record Stolen(double share, double longestMs, double stealShare) {}
