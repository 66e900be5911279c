package netkeep.bench;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What several rounds gave, in the order of the rounds.
final class Samples {
    private final double[] values;

    Samples(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("values is empty");
        }
        this.values = values.clone();
    }

    int count() {
        return values.length;
    }

    /// The middle value; of an even count the mean of the two in the middle.
    double median() {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    double min() {
        return Arrays.stream(values).min().orElseThrow();
    }

    double max() {
        return Arrays.stream(values).max().orElseThrow();
    }

    /// These by those, round by round: the two runs of one round had the same weather.
    Samples over(Samples other) {
        if (values.length != other.values.length) {
            throw new IllegalArgumentException(values.length + " rounds over " + other.values.length);
        }
        double[] ratios = new double[values.length];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = values[i] / other.values[i];
        }
        return new Samples(ratios);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Samples that && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return Arrays.toString(values);
    }
}
