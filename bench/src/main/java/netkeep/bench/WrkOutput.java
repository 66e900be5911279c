package netkeep.bench;

import java.io.IOException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What wrk printed.
///
/// @param requests  answers that came
/// @param perSecond answers by the time that wrk took
record WrkOutput(long requests, double perSecond) {
    private static final Pattern REQUESTS = Pattern.compile("(?m)^\\s*(\\d+) requests in ");
    private static final Pattern RATE = Pattern.compile("(?m)^Requests/sec:\\s+([0-9.]+)");
    private static final Pattern ERRORS =
            Pattern.compile("(?m)^\\s*Socket errors: connect (\\d+), read (\\d+), write (\\d+), timeout (\\d+)");
    private static final Pattern REFUSED = Pattern.compile("(?m)^\\s*Non-2xx or 3xx responses: (\\d+)");

    /// @throws IOException if this is not a result, or one with errors in it: then the rate is none either
    static WrkOutput parse(String output) throws IOException {
        Matcher requests = REQUESTS.matcher(output);
        Matcher rate = RATE.matcher(output);
        if (!requests.find() || !rate.find()) {
            throw new IOException("not a result of wrk: " + output);
        }
        Matcher errors = ERRORS.matcher(output);
        if (errors.find()) {
            throw new IOException(errors.group().strip().toLowerCase(Locale.ROOT));
        }
        Matcher refused = REFUSED.matcher(output);
        if (refused.find()) {
            throw new IOException(refused.group(1) + " answers were not of 2xx or 3xx");
        }
        return new WrkOutput(Long.parseLong(requests.group(1)), Double.parseDouble(rate.group(1)));
    }
}
