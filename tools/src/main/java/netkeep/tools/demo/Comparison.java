package netkeep.tools.demo;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Measures one client against two servers, in turns within the same seconds.
final class Comparison {
    private static final int ROUNDS = 5;
    private static final int WARM_UP = 1_000;
    private static final int REQUESTS = 1_000;
    private static final int BULKS = 4;
    private static final long MOST_NS = 25_000_000_000L;

    private final Fetcher fetcher;
    private final String ours;
    private final String kernel;

    /// @param ours   the beginning of the URLs of our server
    /// @param kernel the same for the kernel's
    Comparison(Fetcher fetcher, String ours, String kernel) {
        this.fetcher = fetcher;
        this.ours = ours;
        this.kernel = kernel;
    }

    /// @param small the file for which latency is measured
    /// @param big   the file for which throughput is
    List<Figure> measure(Exhibit small, Exhibit big) throws IOException {
        long endNs = System.nanoTime() + MOST_NS;
        for (String server : List.of(ours, kernel)) {
            fetcher.seconds(server + small.path(), WARM_UP);
            fetcher.seconds(server + big.path(), 1);
        }
        List<double[]> latencies = new ArrayList<>();
        List<double[]> rates = new ArrayList<>();
        for (int round = 0; round < ROUNDS && (round == 0 || System.nanoTime() - endNs < 0); round++) {
            latencies.add(new double[] {latency(ours, small), latency(kernel, small)});
            rates.add(new double[] {rate(ours, big), rate(kernel, big)});
        }
        return List.of(
                figure("file of " + big.name() + ", one after another", "Gbit/s", rates, 8e-9 * big.length()),
                figure("file of " + small.name() + " octets, keep-alive", "us", latencies, 1e6));
    }

    private double latency(String server, Exhibit small) throws IOException {
        return Figure.median(fetcher.seconds(server + small.path(), REQUESTS));
    }

    /// Files a second.
    private double rate(String server, Exhibit big) throws IOException {
        return BULKS
                / Arrays.stream(fetcher.seconds(server + big.path(), BULKS)).sum();
    }

    private static Figure figure(String what, String unit, List<double[]> rounds, double factor) {
        return new Figure(what, unit, factor * median(rounds, 0), factor * median(rounds, 1));
    }

    private static double median(List<double[]> rounds, int side) {
        return Figure.median(rounds.stream().mapToDouble(round -> round[side]).toArray());
    }
}
