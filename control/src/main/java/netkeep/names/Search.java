package netkeep.names;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import netkeep.wire.Address;
import netkeep.wire.DnsMessage;
import netkeep.wire.DomainName;
import org.jspecify.annotations.Nullable;

/// One question of one asker: which names are tried for it, and what was found of the one that is tried now.
final class Search {
    final int account;
    private final Consumer<Answer> asker;

    /// Types of records that are wanted, one or two.
    private final int[] types;

    private final List<DomainName> candidates;
    private final @Nullable Result[] results;
    private int candidate = -1;
    private Answer.Status worst = Answer.Status.NO_NAME;
    private long untilNs = Long.MAX_VALUE;
    private boolean over;

    private Search(int account, int[] types, List<DomainName> candidates, Consumer<Answer> asker) {
        this.account = account;
        this.types = types;
        this.candidates = candidates;
        this.results = new @Nullable Result[types.length];
        this.asker = asker;
    }

    /// @param name  as it was asked
    /// @param whole whether nothing is put behind it
    static Search forward(
            int account,
            DomainName name,
            boolean whole,
            boolean v4,
            boolean v6,
            NameSettings settings,
            Consumer<Answer> asker) {
        int[] types =
                v4 && v6 ? new int[] {DnsMessage.A, DnsMessage.AAAA} : new int[] {v4 ? DnsMessage.A : DnsMessage.AAAA};
        return new Search(account, types, candidates(name, whole, settings), asker);
    }

    static Search reverse(int account, DomainName name, Consumer<Answer> asker) {
        return new Search(account, new int[] {DnsMessage.PTR}, List.of(name), asker);
    }

    private static List<DomainName> candidates(DomainName name, boolean whole, NameSettings settings) {
        List<DomainName> all = new ArrayList<>();
        if (!whole) {
            for (DomainName behind : settings.search()) {
                DomainName both = name.append(behind);
                if (both != null) {
                    all.add(both);
                }
            }
        }
        // RFC 1535 §6: a name with dots is meant as it is, before anything is put behind it.
        boolean first = whole || name.labels() > settings.ndots();
        all.add(first ? 0 : all.size(), name);
        return all;
    }

    /// Goes on to the next name.
    ///
    /// @return false if there is none: then it is answered
    boolean next(long nowNs) {
        if (over || ++candidate >= candidates.size()) {
            answer(Answer.none(worst, ttl(nowNs)));
            return false;
        }
        Arrays.fill(results, null);
        return true;
    }

    int types() {
        return types.length;
    }

    /// What is to be looked up of the name.
    Cache.Key key(int index) {
        return new Cache.Key(candidates.get(candidate), types[index]);
    }

    /// Something was found out.
    ///
    /// @return whether the name is done with
    boolean found(Cache.Key key, Result result) {
        boolean done = true;
        for (int i = 0; i < types.length; i++) {
            if (results[i] == null && key(i).equals(key)) {
                results[i] = result;
            }
            done &= results[i] != null;
        }
        return done;
    }

    /// Answers if the name that is done with has what was asked.
    ///
    /// @return whether it did
    boolean settle(long nowNs) {
        List<Address> addresses = new ArrayList<>();
        List<DomainName> names = new ArrayList<>();
        DomainName canonical = null;
        boolean failed = false;
        for (Result result : results) {
            Result one = Objects.requireNonNull(result);
            addresses.addAll(one.addresses());
            names.addAll(one.names());
            failed |= one.status() == Answer.Status.TRY_AGAIN;
            untilNs = Math.min(untilNs, one.untilNs());
            if (one.status() == Answer.Status.FOUND && canonical == null) {
                canonical = one.canonical();
            }
            if (one.status() == Answer.Status.NO_DATA && worst == Answer.Status.NO_NAME) {
                worst = Answer.Status.NO_DATA;
            }
        }
        if (canonical != null) {
            // Half of what was asked is better than nothing; but it holds for this once.
            answer(new Answer(Answer.Status.FOUND, canonical, addresses, names, failed ? 0 : ttl(nowNs)));
            return true;
        }
        if (failed) {
            // With something behind it, it would be another's name.
            answer(Answer.none(Answer.Status.TRY_AGAIN, 0));
            return true;
        }
        return false;
    }

    private int ttl(long nowNs) {
        long leftNs = untilNs == Long.MAX_VALUE ? 0 : untilNs - nowNs;
        return (int) Math.max(0, TimeUnit.NANOSECONDS.toSeconds(leftNs));
    }

    private void answer(Answer answer) {
        if (!over) {
            over = true;
            asker.accept(answer);
        }
    }

    /// Whoever asked is gone.
    void forget() {
        over = true;
    }

    boolean over() {
        return over;
    }
}
