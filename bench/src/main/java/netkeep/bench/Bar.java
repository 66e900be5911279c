package netkeep.bench;

import java.util.Locale;

/// What a job has to reach.
///
/// @param kind  how the figure is held against the value
/// @param value the ratio to the kernel, or for the limits the bound itself
record Bar(Kind kind, double value) {
    enum Kind {
        /// The ratio to the kernel is at least the value: for rates.
        RATIO_AT_LEAST(">="),
        /// The ratio to the kernel is at most the value: for times.
        RATIO_AT_MOST("<="),
        /// Our own figure is at most the value, whatever the kernel's is.
        OURS_AT_MOST("ours <=");

        private final String sign;

        Kind(String sign) {
            this.sign = sign;
        }
    }

    static Bar atLeast(double ratio) {
        return new Bar(Kind.RATIO_AT_LEAST, ratio);
    }

    static Bar atMost(double ratio) {
        return new Bar(Kind.RATIO_AT_MOST, ratio);
    }

    static Bar limit(double ours) {
        return new Bar(Kind.OURS_AT_MOST, ours);
    }

    /// Whether the bar is a ratio to the kernel, so that it can be drawn beside others.
    boolean isRatio() {
        return kind != Kind.OURS_AT_MOST;
    }

    boolean met(double ours, double ratio) {
        return switch (kind) {
            case RATIO_AT_LEAST -> ratio >= value;
            case RATIO_AT_MOST -> ratio <= value;
            case OURS_AT_MOST -> ours <= value;
        };
    }

    @Override
    public String toString() {
        return kind.sign + " "
                + (value == Math.rint(value)
                        ? String.valueOf((long) value)
                        : String.format(Locale.ROOT, "%.2f", value));
    }
}
