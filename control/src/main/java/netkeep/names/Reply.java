package netkeep.names;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import netkeep.wire.Address;
import netkeep.wire.DnsMessage;
import netkeep.wire.DnsRecords;
import netkeep.wire.DomainName;
import netkeep.wire.Verdict;

/// What a server's answer means for one question.
sealed interface Reply {
    /// It is settled: found, not there, or of another type alone.
    ///
    /// @param whole whether the name itself is not there, for any type
    record Settled(Result result, boolean whole) implements Reply {}

    /// An alias of a name of which nothing more is told.
    ///
    /// @param untilNs when the alias does not hold any more
    record Alias(DomainName canonical, long untilNs) implements Reply {}

    /// Only the begin of it came.
    record Truncated() implements Reply {}

    /// The server does not understand OPT records.
    record Plain() implements Reply {}

    /// The server cannot say.
    record Unable() implements Reply {}

    /// It is malformed.
    record Malformed() implements Reply {}

    /// The longest chain of aliases in one answer.
    int CHAIN = 16;

    // RFC 2308 §5: one to three hours have been found to work well.
    long MOST_NEGATIVE = TimeUnit.HOURS.toSeconds(1);

    /// What is kept for longer, addresses seldom outlive.
    long MOST = TimeUnit.DAYS.toSeconds(1);

    /// Reads an answer to a query for `type` of `name`: its question was compared.
    ///
    /// @param extended whether the query had an OPT record
    static Reply of(MemorySegment bytes, long at, int length, DomainName name, int type, boolean extended, long nowNs) {
        // RFC 2181 §9: of what is truncated only that it is counts.
        if (DnsMessage.truncated(bytes, at)) {
            return new Truncated();
        }
        if (DnsRecords.check(bytes, at, length) != Verdict.OK) {
            return new Malformed();
        }
        int rcode = DnsMessage.rcode(bytes, at);
        DnsRecords options = new DnsRecords(bytes, at, length);
        while (options.next()) {
            if (options.type() == DnsMessage.OPT) {
                rcode |= options.extendedRcode() << 4;
            }
        }
        return switch (rcode) {
            case DnsMessage.NO_ERROR, DnsMessage.NAME_ERROR -> new Reading(bytes, at, length, nowNs).of(name, type);
            // RFC 6891 §7: who does not know OPT says one of these.
            case DnsMessage.FORMAT_ERROR, DnsMessage.NOT_IMPLEMENTED, DnsMessage.BAD_VERSION ->
                extended ? new Plain() : new Unable();
            default -> new Unable();
        };
    }

    /// The records of one answer that has no error.
    final class Reading {
        private final MemorySegment bytes;
        private final long at;
        private final int length;
        private final long nowNs;

        private record To(DomainName target, long endNs) {}

        /// What aliases stand for, and when they end.
        private final Map<DomainName, To> aliases = new HashMap<>();

        private final List<Address> addresses = new ArrayList<>();
        private final List<DomainName> names = new ArrayList<>();

        private Reading(MemorySegment bytes, long at, int length, long nowNs) {
            this.bytes = bytes;
            this.at = at;
            this.length = length;
            this.nowNs = nowNs;
        }

        private Reply of(DomainName name, int type) {
            aliases();
            DomainName owner = name;
            long untilNs = Long.MAX_VALUE;
            int hops = 0;
            for (To next = aliases.get(owner); next != null; next = aliases.get(owner)) {
                if (hops++ == CHAIN) {
                    return new Unable();
                }
                untilNs = Math.min(untilNs, next.endNs);
                owner = next.target;
            }
            untilNs = Math.min(untilNs, collect(owner, type));
            if (!addresses.isEmpty() || !names.isEmpty()) {
                return new Settled(new Result(Answer.Status.FOUND, owner, addresses, names, untilNs), false);
            }
            // RFC 6604 §2.1: NXDOMAIN is about the last name of the chain.
            boolean none = DnsMessage.rcode(bytes, at) == DnsMessage.NAME_ERROR;
            long negativeNs = negative(owner);
            boolean aliased = !owner.equals(name);
            if (!none && negativeNs == 0 && aliased) {
                return new Alias(owner, untilNs);
            }
            // RFC 2308 §2.2: servers of the zone's parents and no SOA is a referral, which only who does not
            // recurse gives.
            if (!none && negativeNs == 0 && !DnsMessage.recursionAvailable(bytes, at)) {
                return new Unable();
            }
            Answer.Status status = none ? Answer.Status.NO_NAME : Answer.Status.NO_DATA;
            // RFC 2308 §5: what comes without a SOA is not kept.
            long endNs = Math.min(untilNs, Math.max(nowNs, negativeNs));
            return new Settled(Result.none(status, owner, endNs), none && !aliased);
        }

        private void aliases() {
            DnsRecords records = new DnsRecords(bytes, at, length);
            while (records.next()) {
                if (records.section() == DnsRecords.ANSWER && is(records, DnsMessage.CNAME)) {
                    aliases.putIfAbsent(records.name(), new To(records.target(), endNs(records.ttl(), MOST)));
                }
            }
        }

        private static boolean is(DnsRecords records, int type) {
            return records.type() == type && records.recordClass() == DnsMessage.IN;
        }

        private long endNs(long ttl, long most) {
            return nowNs + TimeUnit.SECONDS.toNanos(Math.min(ttl, most));
        }

        /// Takes what is asked for. Other names' records are nobody's business, whoever put them there (RFC 5452 §6).
        ///
        /// @return when the first of them ends
        private long collect(DomainName owner, int type) {
            long untilNs = Long.MAX_VALUE;
            DnsRecords records = new DnsRecords(bytes, at, length);
            while (records.next()) {
                if (records.section() != DnsRecords.ANSWER
                        || !is(records, type)
                        || !records.name().equals(owner)) {
                    continue;
                }
                // RFC 2181 §5.2: of different TTLs in one set the least counts.
                untilNs = Math.min(untilNs, endNs(records.ttl(), MOST));
                if (type == DnsMessage.PTR) {
                    names.add(records.target());
                } else if (!addresses.contains(records.address())) {
                    addresses.add(records.address());
                }
            }
            return untilNs;
        }

        /// How long it holds that something is not there, 0 if nobody says so: a SOA of its zone does.
        private long negative(DomainName owner) {
            DnsRecords records = new DnsRecords(bytes, at, length);
            while (records.next()) {
                if (records.section() == DnsRecords.AUTHORITY
                        && is(records, DnsMessage.SOA)
                        && owner.within(records.name())) {
                    // RFC 2308 §5: the lesser of the record's TTL and its MINIMUM.
                    return endNs(Math.min(records.ttl(), records.minimum()), MOST_NEGATIVE);
                }
            }
            return 0;
        }
    }
}
