package netkeep.tools.demo;

import java.util.Arrays;

/// What was measured on both stacks.
///
/// @param ours   of Netkeep, a median
/// @param kernel of the kernel's stack, a median
record Figure(String what, String unit, double ours, double kernel) {
    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    double ratio() {
        return ours / kernel;
    }
}
