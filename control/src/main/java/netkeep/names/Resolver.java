package netkeep.names;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import netkeep.wire.Address;
import netkeep.wire.DomainName;
import org.jspecify.annotations.Nullable;

/// Finds the addresses of names, and the names of addresses, for several who ask.
///
/// Each is an *account*: what it may have at a time is bounded, so that who asks much, or for what slow servers know,
/// is in nobody else's way. Several that ask the same wait for one query. Instants come from one clock that
/// never goes back; whoever runs it calls [#expire] at [#deadlineNs].
public final class Resolver {
    /// Questions of one account that wait for an answer; behind that it is told to try again.
    public static final int MOST_ASKED = 256;

    /// Entries of the cache.
    public static final int CACHED = 4096;

    /// The account of names that are refused: nobody's who asks.
    private static final int NOBODY = -1;

    /// Nothing is due.
    public static final long NEVER = Long.MAX_VALUE;

    private final Exchanges exchanges;
    private final Cache cache = new Cache(CACHED);
    private final Counts counts = new Counts();
    private final Map<Integer, Integer> asked = new HashMap<>();
    private NameSettings settings;
    private Hosts hosts;

    /// @param luck from which identifiers are drawn: where a peer could guess it, it could forge answers (RFC
    /// 5452 §4.3)
    public Resolver(NameSettings settings, Hosts hosts, Carrier carrier, RandomGenerator luck) {
        this.settings = settings;
        this.hosts = hosts;
        this.exchanges = new Exchanges(carrier, luck, counts, this::settled);
        exchanges.set(settings);
    }

    /// Whom to ask from now on, and how. What is under way goes on as it was begun; what servers have said stays.
    public void set(NameSettings next, Hosts known) {
        settings = next;
        hosts = known;
        exchanges.set(next);
    }

    public NameSettings settings() {
        return settings;
    }

    public Counts counts() {
        return counts;
    }

    /// Entries that the cache has, some of which may not hold any more.
    public int cached() {
        return cache.count();
    }

    /// Asks. The asker is called once, perhaps from within this.
    ///
    /// @param account who pays for it
    public void ask(int account, Question question, Consumer<Answer> asker, long nowNs) {
        counts.asked++;
        Answer known = known(question);
        if (known != null) {
            counts.hosts++;
            asker.accept(known);
            return;
        }
        if (asked.getOrDefault(account, 0) >= MOST_ASKED) {
            counts.overLimit++;
            asker.accept(Answer.none(Answer.Status.TRY_AGAIN, 0));
            return;
        }
        Consumer<Answer> once = answer -> {
            asked.computeIfPresent(account, (key, count) -> count == 1 ? null : count - 1);
            counts.tryAgain += answer.status() == Answer.Status.TRY_AGAIN ? 1 : 0;
            asker.accept(answer);
        };
        asked.merge(account, 1, Integer::sum);
        Search search = switch (question) {
            case Question.Forward forward ->
                Search.forward(
                        account,
                        DomainName.parse(forward.name()),
                        forward.name().endsWith("."),
                        forward.v4(),
                        forward.v6(),
                        settings,
                        once);
            case Question.Reverse reverse -> Search.reverse(account, DomainName.reverse(reverse.address()), once);
        };
        advance(search, nowNs);
    }

    private @Nullable Answer known(Question question) {
        if (question instanceof Question.Reverse(Address address)) {
            return Known.reverse(address, hosts);
        }
        Question.Forward forward = (Question.Forward) question;
        Answer literal = Known.literal(forward);
        if (literal != null) {
            return literal;
        }
        DomainName name;
        try {
            name = DomainName.parse(forward.name());
        } catch (IllegalArgumentException none) {
            return Answer.none(Answer.Status.NO_NAME, 0);
        }
        return name.equals(DomainName.ROOT)
                ? Answer.none(Answer.Status.NO_NAME, 0)
                : Known.forward(name, forward, hosts);
    }

    /// Tries a question's names one after the other, until one is not known yet.
    private void advance(Search search, long nowNs) {
        while (search.next(nowNs)) {
            boolean done = false;
            Cache.Key[] keys = new Cache.Key[search.types()];
            Arrays.setAll(keys, search::key);
            for (Cache.Key key : keys) {
                Result result = cached(key, nowNs);
                if (result != null) {
                    counts.hits++;
                    done = search.found(key, result);
                } else {
                    exchanges.wants(key, search, nowNs);
                }
            }
            if (!done || search.settle(nowNs)) {
                return;
            }
        }
    }

    private @Nullable Result cached(Cache.Key key, long nowNs) {
        Result result = cache.get(key, nowNs);
        return result != null ? result : cache.get(new Cache.Key(key.name(), Cache.ANY), nowNs);
    }

    /// A lookup is done.
    ///
    /// @param whole whether it says that the name itself is not there
    private void settled(Lookup lookup, Result result, boolean whole, long nowNs) {
        // RFC 1035 §3.2.1: what has a TTL of 0 serves who has asked, and is not kept.
        if (result.status() != Answer.Status.TRY_AGAIN && result.untilNs() > nowNs) {
            // RFC 2308 §5: that a name is not there holds for all types.
            cache.put(whole ? new Cache.Key(lookup.key.name(), Cache.ANY) : lookup.key, result, lookup.account);
        }
        for (Search search : List.copyOf(lookup.waiting)) {
            if (!search.over() && search.found(lookup.key, result) && !search.settle(nowNs)) {
                advance(search, nowNs);
            }
        }
    }

    /// Whoever has this account is gone: nothing that it asked is answered.
    public void forget(int account, long nowNs) {
        exchanges.forget(account, nowNs);
        asked.remove(account);
    }

    /// A message came over an exchange's socket.
    ///
    /// @param from   who sent it, and
    /// @param port   from which port, as far as the carrier knows
    /// @param octets the message; nothing of it is kept
    public void arrives(int exchange, Address from, int port, byte[] octets, long nowNs) {
        exchanges.arrives(exchange, from, port, octets, nowNs);
    }

    /// Which name an exchange was begun for, null if it is over.
    public @Nullable DomainName wanted(int exchange) {
        return exchanges.wanted(exchange);
    }

    /// Asks for no record of a name until an instant: who wants one is told to try again.
    public void refuse(DomainName name, long untilNs) {
        cache.put(new Cache.Key(name, Cache.ANY), Result.none(Answer.Status.TRY_AGAIN, name, untilNs), NOBODY);
    }

    /// An exchange's socket failed: refused, not reachable, closed before the answer.
    public void failed(int exchange, long nowNs) {
        exchanges.failed(exchange, nowNs);
    }

    /// Does what is due.
    public void expire(long nowNs) {
        exchanges.expire(nowNs);
    }

    /// When to call [#expire], or [#NEVER].
    public long deadlineNs() {
        return exchanges.deadlineNs();
    }
}
