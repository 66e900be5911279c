package netkeep.bench;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What wrk printed.
///
/// @param requests  answers that came
/// @param perSecond answers by the time that wrk took
/// @param slowestMs the longest time that an answer took
/// @param errors    what went wrong, in wrk's words, and how often; without what did not
public record WrkOutput(long requests, double perSecond, double slowestMs, Map<String, Long> errors) {
    private static final Pattern REQUESTS = Pattern.compile("(?m)^\\s*(\\d+) requests in ");
    private static final Pattern RATE = Pattern.compile("(?m)^Requests/sec:\\s+([0-9.]+)");
    private static final Pattern LATENCY =
            Pattern.compile("(?m)^\\s*Latency\\s+[0-9.]+\\w+\\s+[0-9.]+\\w+\\s+([0-9.]+)(us|ms|s|m|h)\\s");
    private static final Pattern SOCKETS =
            Pattern.compile("(?m)^\\s*Socket errors: connect (\\d+), read (\\d+), write (\\d+), timeout (\\d+)");
    private static final String[] KINDS = {"connect", "read", "write", "timeout"};
    private static final Pattern REFUSED = Pattern.compile("(?m)^\\s*Non-2xx or 3xx responses: (\\d+)");
    private static final Map<String, Double> MS = Map.of("us", 1e-3, "ms", 1.0, "s", 1e3, "m", 6e4, "h", 36e5);

    public WrkOutput {
        errors = Map.copyOf(errors);
    }

    /// @throws IOException if this is not a result
    public static WrkOutput parse(String output) throws IOException {
        Matcher requests = REQUESTS.matcher(output);
        Matcher rate = RATE.matcher(output);
        Matcher latency = LATENCY.matcher(output);
        if (!requests.find() || !rate.find() || !latency.find()) {
            throw new IOException("not a result of wrk: " + output);
        }
        Map<String, Long> errors = new TreeMap<>();
        Matcher sockets = SOCKETS.matcher(output);
        if (sockets.find()) {
            for (int i = 0; i < KINDS.length; i++) {
                errors.put(KINDS[i], Long.valueOf(sockets.group(i + 1)));
            }
        }
        Matcher refused = REFUSED.matcher(output);
        if (refused.find()) {
            errors.put("not 2xx or 3xx", Long.valueOf(refused.group(1)));
        }
        errors.values().removeIf(count -> count == 0);
        double slowestMs = Double.parseDouble(latency.group(1)) * MS.getOrDefault(latency.group(2), 0.0);
        return new WrkOutput(Long.parseLong(requests.group(1)), Double.parseDouble(rate.group(1)), slowestMs, errors);
    }

    /// This one.
    ///
    /// @throws IOException if something went wrong: then the rate is none either
    WrkOutput sound() throws IOException {
        if (!errors.isEmpty()) {
            throw new IOException("errors of wrk: " + new TreeMap<>(errors));
        }
        return this;
    }
}
