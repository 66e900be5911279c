package netkeep.tools.chaos;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What came of it under programs that know nothing of us.
///
/// @param chains deaths, each with those in the takeovers that it began
/// @param stacks what successors reported
/// @param lost   what the wire was to lose, and what was sent again: names and values
record ProgramOutcome(
        String placement,
        long seed,
        Map<Guest.Kind, Account> accounts,
        Tally tally,
        List<List<Deaths.Death>> chains,
        Deaths.Reported stacks,
        Map<String, Object> lost)
        implements Told {
    /// What load generators called an error, and all that was otherwise than it should be.
    @Override
    public long losses() {
        return tally.losses()
                + accounts.values().stream().mapToLong(Account::losses).sum();
    }

    @Override
    public Map<String, Object> values() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("placement", placement.toLowerCase(Locale.ROOT));
        values.put("seed", seed);
        accounts.forEach((kind, account) -> values.put(kind.id(), account.values()));
        values.putAll(Outcome.deaths(chains, stacks));
        values.put("losses", losses());
        values.put("faults", tally.faults());
        values.putAll(lost);
        return values;
    }
}
