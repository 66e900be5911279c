package netkeep.tools.demo;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Measures one client against servers on several stacks, in turns within the same seconds.
final class Comparison {
    private static final int WARM_UP = 1_000;
    private static final int REQUESTS = 500;
    private static final int BULKS = 2;
    private static final long MOST_NS = 20_000_000_000L;

    /// A server, and where it is to be found.
    ///
    /// @param url       the beginning of its URLs
    /// @param rates     files a second, round by round
    /// @param latencies in seconds, round by round
    private record Side(String server, Where where, String url, List<Double> rates, List<Double> latencies) {}

    private final Fetcher fetcher;
    private final List<Side> sides = new ArrayList<>();

    Comparison(Fetcher fetcher) {
        this.fetcher = fetcher;
    }

    /// @param server what it calls itself
    void add(String server, Where where, int port) {
        sides.add(
                new Side(server, where, "http://" + where.server() + ":" + port, new ArrayList<>(), new ArrayList<>()));
    }

    /// Of each server throughput and latency.
    ///
    /// @param rounds at most; the median counts
    /// @param small  the file for which latency is measured
    /// @param big    the file for which throughput is
    List<Figure> measure(int rounds, Exhibit small, Exhibit big) throws IOException {
        long endNs = System.nanoTime() + MOST_NS;
        for (Side side : sides) {
            fetcher.seconds(side.url() + small.path(), WARM_UP);
            fetcher.seconds(side.url() + big.path(), 1);
        }
        for (int round = 0; round < rounds && (round == 0 || System.nanoTime() - endNs < 0); round++) {
            for (Side side : sides) {
                side.latencies().add(latency(side, small));
                side.rates().add(rate(side, big));
            }
        }
        List<Figure> figures = new ArrayList<>();
        for (String server : sides.stream().map(Side::server).distinct().toList()) {
            double gigabits = 8e-9 * big.length();
            figures.add(figure(server, server + ", " + big.name(), "Gbit/s", Side::rates, gigabits));
            figures.add(figure(server, server + ", " + small.name() + " octets", "us", Side::latencies, 1e6));
        }
        return figures;
    }

    private double latency(Side side, Exhibit small) throws IOException {
        return Figure.median(fetcher.seconds(side.url() + small.path(), REQUESTS));
    }

    /// Files a second.
    private double rate(Side side, Exhibit big) throws IOException {
        return BULKS
                / Arrays.stream(fetcher.seconds(side.url() + big.path(), BULKS)).sum();
    }

    private Figure figure(String server, String what, String unit, Function<Side, List<Double>> which, double factor) {
        Map<Where, Double> values = new EnumMap<>(Where.class);
        for (Side side : sides) {
            if (side.server().equals(server)) {
                double[] rounds = which.apply(side).stream()
                        .mapToDouble(Double::doubleValue)
                        .toArray();
                values.put(side.where(), factor * Figure.median(rounds));
            }
        }
        return new Figure(what, unit, values);
    }
}
