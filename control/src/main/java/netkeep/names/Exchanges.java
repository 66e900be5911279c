package netkeep.names;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import netkeep.wire.Address;
import netkeep.wire.DnsMessage;
import netkeep.wire.DomainName;
import netkeep.wire.Verdict;
import org.jspecify.annotations.Nullable;

/// Lookups that servers are asked for: each waits for its turn, has one query under way, and goes from server to
/// server.
final class Exchanges {
    /// Under way at a time, but for what [#LEAST] gives.
    static final int MOST = 128;

    /// Of one account in any case.
    static final int LEAST = 4;

    // RFC 6891 §6.2.5: 1232 octets pass any path of IPv6 whole.
    static final int PAYLOAD = 1232;

    /// Aliases that are asked for by themselves.
    private static final int HOPS = 8;

    /// How long a server may take for a connection and an answer over it, at least.
    private static final long STREAM_NS = TimeUnit.SECONDS.toNanos(5);

    /// When to try again where the carrier has no room.
    private static final long ROOM_NS = TimeUnit.MILLISECONDS.toNanos(100);

    /// How often it is tried.
    private static final int MOST_ROOMLESS = 30;

    /// Hears of what is done.
    interface Settled {
        void settled(Lookup lookup, Result result, boolean whole, long nowNs);
    }

    private final Carrier carrier;
    private final RandomGenerator luck;
    private final Counts counts;
    private final Settled settled;
    private final Servers servers = new Servers();
    private final byte[] query = new byte[DnsMessage.LONGEST_QUERY];
    private final Map<Cache.Key, Lookup> lookups = new HashMap<>();

    /// Those under way by the exchange of each.
    private final Map<Integer, Lookup> running = new HashMap<>();

    /// How many of each account are under way; and those that are not yet, in the order of the accounts' turns.
    private final Map<Integer, Integer> loads = new HashMap<>();

    private final LinkedHashMap<Integer, Deque<Lookup>> queues = new LinkedHashMap<>();
    private NameSettings settings = NameSettings.DEFAULT;
    private int lastExchange;
    private long nextNs = Resolver.NEVER;

    Exchanges(Carrier carrier, RandomGenerator luck, Counts counts, Settled settled) {
        this.carrier = carrier;
        this.luck = luck;
        this.counts = counts;
        this.settled = settled;
    }

    void set(NameSettings next) {
        settings = next;
        servers.set(next.servers());
    }

    /// Something is to be looked up, if nobody does so already.
    void wants(Cache.Key key, Search search, long nowNs) {
        Lookup lookup = lookups.get(key);
        if (lookup != null) {
            counts.shared++;
            lookup.waiting.add(search);
            return;
        }
        lookup = new Lookup(key, search.account);
        lookup.waiting.add(search);
        lookups.put(key, lookup);
        queues.computeIfAbsent(search.account, none -> new ArrayDeque<>()).add(lookup);
        // Not from within: who asks may want more before it can be answered.
        nextNs = Math.min(nextNs, nowNs);
    }

    /// Begins what may: an account may have half of what others leave, and [#LEAST] in any case.
    private void begin(long nowNs) {
        for (int account : List.copyOf(queues.keySet())) {
            Deque<Lookup> queue = queues.remove(account);
            while (queue != null && !queue.isEmpty() && may(account)) {
                Lookup lookup = queue.remove();
                loads.merge(account, 1, Integer::sum);
                lookup.servers = servers.order(nowNs);
                tryNext(lookup, nowNs);
            }
            if (queue != null && !queue.isEmpty()) {
                queues.putIfAbsent(account, queue);
            }
        }
    }

    private boolean may(int account) {
        int own = loads.getOrDefault(account, 0);
        return own < LEAST || own < (MOST - (running.size() - own)) / 2;
    }

    /// Asks the next server.
    private void tryNext(Lookup lookup, long nowNs) {
        stop(lookup);
        if (!lookup.next(settings.attempts())) {
            settle(lookup, Result.none(Answer.Status.TRY_AGAIN, lookup.name, nowNs), false, nowNs);
            return;
        }
        lookup.stream = false;
        lookup.extended = lookup.server().extended(nowNs);
        open(lookup, settings.timeoutNs() << lookup.round(), nowNs);
    }

    private void open(Lookup lookup, long patienceNs, long nowNs) {
        lookup.exchange = nextExchange();
        // RFC 5452 §4.3, §9.2: an identifier of 16 bits and a port, anew for each query.
        lookup.id = luck.nextInt(1 << 16);
        int payload = lookup.extended ? PAYLOAD : 0;
        int length =
                DnsMessage.write(MemorySegment.ofArray(query), 0, lookup.id, lookup.name, lookup.key.type(), payload);
        boolean opened =
                carrier.open(lookup.exchange, lookup.server().where, lookup.stream, Arrays.copyOf(query, length));
        if (opened) {
            counts.queries++;
            counts.streams += lookup.stream ? 1 : 0;
        }
        lookup.roomless = opened ? 0 : lookup.roomless + 1;
        running.put(lookup.exchange, lookup);
        lookup.deadlineNs = nowNs + (opened ? patienceNs : ROOM_NS);
        nextNs = Math.min(nextNs, lookup.deadlineNs);
    }

    private int nextExchange() {
        do {
            lastExchange = lastExchange + 1 & Integer.MAX_VALUE;
        } while (lastExchange == 0 || running.containsKey(lastExchange));
        return lastExchange;
    }

    private void stop(Lookup lookup) {
        if (lookup.exchange != 0) {
            carrier.close(lookup.exchange);
            running.remove(lookup.exchange);
            lookup.exchange = 0;
        }
    }

    /// As [Resolver#wanted].
    @Nullable
    DomainName wanted(int exchange) {
        Lookup lookup = running.get(exchange);
        return lookup == null ? null : lookup.key.name();
    }

    void arrives(int exchange, Address from, int port, byte[] octets, long nowNs) {
        Lookup lookup = running.get(exchange);
        if (lookup == null) {
            return;
        }
        MemorySegment bytes = MemorySegment.ofArray(octets);
        NameServer server = lookup.server().where;
        // RFC 5452 §9.1: question, identifier, address and port must be those of the query; else the answer is
        // still to come.
        boolean ours = from.equals(server.address())
                && port == server.port()
                && DnsMessage.check(bytes, 0, octets.length, lookup.name, lookup.key.type()) == Verdict.OK
                && DnsMessage.id(bytes, 0) == lookup.id;
        if (!ours) {
            counts.strange++;
            return;
        }
        counts.answers++;
        lookup.server().answered();
        Reply reply = Reply.of(bytes, 0, octets.length, lookup.name, lookup.key.type(), lookup.extended, nowNs);
        switch (reply) {
            case Reply.Settled(Result result, boolean whole) -> {
                Result all = new Result(
                        result.status(),
                        result.canonical(),
                        result.addresses(),
                        result.names(),
                        Math.min(result.untilNs(), lookup.untilNs));
                settle(lookup, all, whole && lookup.hops == 0, nowNs);
            }
            case Reply.Alias alias -> follow(lookup, alias, nowNs);
            case Reply.Truncated _ -> truncated(lookup, nowNs);
            case Reply.Plain _ -> {
                // RFC 6891 §6.2.2: the same without OPT.
                lookup.server().plain(nowNs);
                stop(lookup);
                lookup.extended = false;
                open(lookup, settings.timeoutNs() << lookup.round(), nowNs);
            }
            case Reply.Unable _ -> {
                counts.unable++;
                cannot(lookup, nowNs);
            }
            case Reply.Malformed _ -> {
                counts.malformed++;
                cannot(lookup, nowNs);
            }
        }
    }

    private void cannot(Lookup lookup, long nowNs) {
        lookup.cannot();
        tryNext(lookup, nowNs);
    }

    /// RFC 7766 §5: the same over TCP. Who truncates there, too, cannot be helped.
    private void truncated(Lookup lookup, long nowNs) {
        counts.truncated++;
        if (lookup.stream) {
            cannot(lookup, nowNs);
            return;
        }
        stop(lookup);
        lookup.stream = true;
        open(lookup, Math.max(STREAM_NS, settings.timeoutNs()), nowNs);
    }

    private void follow(Lookup lookup, Reply.Alias alias, long nowNs) {
        lookup.untilNs = Math.min(lookup.untilNs, alias.untilNs());
        // RFC 1034 §3.6.2: aliases may lead in a circle.
        if (++lookup.hops > HOPS) {
            counts.unable++;
            settle(lookup, Result.none(Answer.Status.TRY_AGAIN, lookup.name, nowNs), false, nowNs);
            return;
        }
        lookup.name = alias.canonical();
        lookup.tries = -1;
        lookup.unable = 0;
        tryNext(lookup, nowNs);
    }

    void failed(int exchange, long nowNs) {
        Lookup lookup = running.get(exchange);
        if (lookup != null) {
            counts.unable++;
            lookup.server().silent(nowNs);
            tryNext(lookup, nowNs);
        }
    }

    private void settle(Lookup lookup, Result result, boolean whole, long nowNs) {
        stop(lookup);
        lookups.remove(lookup.key);
        loads.computeIfPresent(lookup.account, (account, count) -> count == 1 ? null : count - 1);
        if (!queues.isEmpty()) {
            nextNs = Math.min(nextNs, nowNs);
        }
        settled.settled(lookup, result, whole, nowNs);
    }

    void expire(long nowNs) {
        if (nowNs < nextNs) {
            return;
        }
        nextNs = Resolver.NEVER;
        List<Lookup> due = new ArrayList<>();
        for (Lookup lookup : running.values()) {
            if (lookup.deadlineNs <= nowNs) {
                due.add(lookup);
            } else {
                nextNs = Math.min(nextNs, lookup.deadlineNs);
            }
        }
        // By number: which comes first must not depend on a table.
        due.sort((one, other) -> Integer.compare(one.exchange, other.exchange));
        for (Lookup lookup : due) {
            // One that another has answered meanwhile is done.
            if (running.get(lookup.exchange) != lookup) {
                continue;
            }
            if (lookup.roomless > 0) {
                again(lookup, nowNs);
            } else {
                counts.timeouts++;
                lookup.server().silent(nowNs);
                tryNext(lookup, nowNs);
            }
        }
        begin(nowNs);
    }

    /// There was no room to ask.
    private void again(Lookup lookup, long nowNs) {
        stop(lookup);
        if (lookup.roomless == MOST_ROOMLESS) {
            settle(lookup, Result.none(Answer.Status.TRY_AGAIN, lookup.name, nowNs), false, nowNs);
        } else {
            open(lookup, settings.timeoutNs() << lookup.round(), nowNs);
        }
    }

    long deadlineNs() {
        return running.isEmpty() && queues.isEmpty() ? Resolver.NEVER : nextNs;
    }

    /// Nobody of this account waits any more. What only it has asked for ends; the others pay for the rest.
    void forget(int account, long nowNs) {
        for (Lookup lookup : List.copyOf(lookups.values())) {
            lookup.waiting.removeIf(search -> {
                if (search.account == account) {
                    search.forget();
                }
                return search.account == account;
            });
            if (lookup.waiting.isEmpty()) {
                end(lookup);
            } else if (lookup.account == account) {
                bequeath(lookup);
            }
        }
        queues.remove(account);
        loads.remove(account);
        if (!queues.isEmpty()) {
            nextNs = Math.min(nextNs, nowNs);
        }
    }

    private void end(Lookup lookup) {
        lookups.remove(lookup.key);
        if (lookup.exchange == 0) {
            Deque<Lookup> queue = queues.get(lookup.account);
            if (queue != null) {
                queue.remove(lookup);
            }
        } else {
            stop(lookup);
            loads.computeIfPresent(lookup.account, (account, count) -> count == 1 ? null : count - 1);
        }
    }

    private void bequeath(Lookup lookup) {
        int heir = lookup.waiting.getFirst().account;
        Deque<Lookup> queue = queues.get(lookup.account);
        if (lookup.exchange != 0) {
            loads.merge(heir, 1, Integer::sum);
        } else if (queue != null && queue.remove(lookup)) {
            queues.computeIfAbsent(heir, none -> new ArrayDeque<>()).add(lookup);
        }
        lookup.account = heir;
    }
}
