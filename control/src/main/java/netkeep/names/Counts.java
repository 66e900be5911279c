package netkeep.names;

import java.util.LinkedHashMap;
import java.util.Map;

/// What a resolver has done, ever.
public final class Counts {
    long asked;
    long hosts;
    long hits;
    long shared;
    long queries;
    long streams;
    long answers;
    long truncated;
    long strange;
    long malformed;
    long timeouts;
    long unable;
    long tryAgain;
    long overLimit;

    Counts() {}

    /// By the names that `nstat` shows.
    public Map<String, Long> all() {
        Map<String, Long> all = new LinkedHashMap<>();
        all.put("NamesAsked", asked);
        all.put("NamesFromHosts", hosts);
        all.put("NamesFromCache", hits);
        all.put("NamesShared", shared);
        all.put("NamesQueries", queries);
        all.put("NamesQueriesOverTcp", streams);
        all.put("NamesAnswers", answers);
        all.put("NamesTruncated", truncated);
        all.put("NamesStrangeAnswers", strange);
        all.put("NamesMalformedAnswers", malformed);
        all.put("NamesTimeouts", timeouts);
        all.put("NamesServerFailures", unable);
        all.put("NamesTryAgain", tryAgain);
        all.put("NamesOverLimit", overLimit);
        return all;
    }
}
