package netkeep.engine.icmp;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import netkeep.engine.ip.Groups;
import netkeep.engine.ip.Ip;
import netkeep.engine.ip.Queriers;
import netkeep.engine.ledger.Luck;
import netkeep.engine.neighbor.Links;
import netkeep.wire.Address;
import netkeep.wire.GroupRecord;

/// Tells routers which groups are listened to: the machine of RFC 3376 §5 and §7.2, which is that of RFC 3810 §6 and
/// §8.2 too. One for each family.
final class Reports {
    /// RFC 3376 §8.11, RFC 3810 §9.11: Unsolicited Report Interval.
    static final long UNSOLICITED_NS = SECONDS.toNanos(1);
    /// The same in the older versions (RFC 2236 §8.10, RFC 2710 §7.10).
    static final long UNSOLICITED_OLD_NS = SECONDS.toNanos(10);

    /// Which sources of a group a record tells.
    private enum Which {
        /// All of its list.
        LISTED,
        /// Those that a query asks for and that are heard.
        ASKED,
        /// Those that are heard from now on.
        ALLOWED,
        /// Those that are heard no more.
        BLOCKED
    }

    private final Groups groups;
    private final Queriers queriers;
    private final Links links;
    private final Luck luck;
    private final ReportWriter writer;
    private final boolean v6;
    // Derived: no later than the earliest report that is due.
    private long nextNs = Long.MIN_VALUE;

    Reports(Ip ip, ReportWriter writer, boolean v6) {
        this.groups = ip.discovery().groups();
        this.queriers = ip.discovery().queriers();
        this.links = ip.discovery().links();
        this.luck = ip.discovery().luck();
        this.writer = writer;
        this.v6 = v6;
        await();
    }

    /// The state of a group has changed: it is told at once, and again after a while (RFC 3376 §5.1).
    void changed(int group, long nowNs) {
        if (reported(group)) {
            due(group, nowNs);
        }
    }

    /// Tells all groups of a link, as if it were asked for them: what was told so far no router believed, for it came
    /// from no address (RFC 3590 §4 (SHOULD)).
    void again(int link, long nowNs) {
        queried(link, v6 ? 2 : 3, 0, nowNs);
    }

    private void due(int group, long dueNs) {
        groups.changeNs(group, dueNs);
        nextNs = Math.min(nextNs, dueNs);
    }

    /// A general query arrived (RFC 3376 §5.2).
    ///
    /// @param version    of the query
    /// @param responseMs within which it is answered
    void queried(int link, int version, int responseMs, long nowNs) {
        long dueNs = nowNs + delay(responseMs);
        older(link, version, responseMs, nowNs);
        // An answer that is due sooner will do (rule 1).
        if (queriers.answerNs(link, v6) <= dueNs) {
            return;
        }
        if (newest(link, nowNs)) {
            queriers.answerNs(link, v6, dueNs);
            nextNs = Math.min(nextNs, dueNs);
            return;
        }
        // In the older versions each group has a timer of its own.
        for (int i = groups.after(0); i >= 0; i = groups.after(i + 1)) {
            if (groups.link(i) == link && reported(i) && !groups.silent(i)) {
                answer(i, nowNs + delay(responseMs));
            }
        }
    }

    /// A query for one group arrived; [#asked] follows for each source that it names.
    ///
    /// @param sources how many it names, 0 for all
    /// @return the group's record if sources are to be asked for, else -1
    int queried(int link, int version, long hi, long lo, int sources, int responseMs, long nowNs) {
        long dueNs = nowNs + delay(responseMs);
        if (v6 || version == 1) {
            // RFC 3376 §7.2.1: of version 2 of IGMP only a general query tells which version is spoken here; of MLD any
            // does (RFC 3810 §8.2.1).
            older(link, version, responseMs, nowNs);
        }
        int group = groups.find(link, hi, lo);
        if (group < 0 || !reported(group) || groups.silent(group) || queriers.answerNs(link, v6) <= dueNs) {
            return -1;
        }
        boolean pending = groups.answerNs(group) != Links.NEVER;
        boolean whole = pending && !groups.asking(group);
        if (sources == 0 && pending) {
            // Rule 4: now all of the group is asked for.
            long wasNs = groups.answerNs(group);
            groups.answered(group);
            groups.answerNs(group, wasNs);
        }
        answer(group, dueNs);
        return sources != 0 && !whole ? group : -1;
    }

    /// The query that was told last names a source.
    ///
    /// @return whether others may follow
    boolean asked(int group, long sourceHi, long sourceLo) {
        if (groups.ask(group, sourceHi, sourceLo)) {
            return true;
        }
        long dueNs = groups.answerNs(group);
        groups.answered(group);
        groups.answerNs(group, dueNs);
        return false;
    }

    private void answer(int group, long dueNs) {
        if (dueNs < groups.answerNs(group)) {
            groups.answerNs(group, dueNs);
            nextNs = Math.min(nextNs, dueNs);
        }
    }

    /// Another member has reported a group in an older version: ours need not (RFC 2236 §3, RFC 2710 §4).
    void heard(int link, long hi, long lo, long nowNs) {
        int group = groups.find(link, hi, lo);
        if (group >= 0 && !newest(link, nowNs)) {
            groups.answered(group);
        }
    }

    /// RFC 3376 §7.2.1, RFC 3810 §8.2.1: while an older querier is there, its version is spoken. A change of version
    /// cancels what was waiting.
    private void older(int link, int version, int responseMs, long nowNs) {
        if (version == (v6 ? 2 : 3)) {
            return;
        }
        int before = queriers.version(link, v6, nowNs);
        long presentNs = SECONDS.toNanos((long) queriers.robustness(link, v6) * queriers.intervalS(link, v6))
                + MILLISECONDS.toNanos(responseMs);
        queriers.older(link, v6, version, nowNs + presentNs);
        if (queriers.version(link, v6, nowNs) != before) {
            queriers.answerNs(link, v6, Links.NEVER);
            for (int i = groups.after(0); i >= 0; i = groups.after(i + 1)) {
                if (groups.link(i) == link && isV6(i) == v6) {
                    quiet(i);
                    if (groups.mode(i) != 0) {
                        groups.answered(i);
                    }
                }
            }
        }
    }

    private void quiet(int group) {
        groups.changeNs(group, Links.NEVER);
        while (groups.mode(group) != 0 && groups.telling(group)) {
            groups.told(group);
        }
    }

    long deadlineNs() {
        return nextNs;
    }

    void expire(long nowNs) {
        if (nowNs < nextNs) {
            return;
        }
        for (int link = 1; link < links.count(); link++) {
            if (nowNs >= queriers.answerNs(link, v6)) {
                queriers.answerNs(link, v6, Links.NEVER);
                tellAll(link);
            }
        }
        for (int i = groups.after(0); i >= 0; i = groups.after(i + 1)) {
            if (isV6(i) != v6) {
                continue;
            }
            if (nowNs >= groups.answerNs(i)) {
                tellState(i, nowNs);
            }
            if (groups.mode(i) != 0 && nowNs >= groups.changeNs(i)) {
                tellChange(i, nowNs);
            }
        }
        await();
    }

    private void await() {
        nextNs = Links.NEVER;
        for (int link = 1; link < links.count(); link++) {
            nextNs = Math.min(nextNs, queriers.answerNs(link, v6));
        }
        for (int i = groups.after(0); i >= 0; i = groups.after(i + 1)) {
            if (isV6(i) == v6) {
                nextNs = Math.min(nextNs, Math.min(groups.answerNs(i), groups.changeNs(i)));
            }
        }
    }

    /// Answers a general query: a record for each group.
    private void tellAll(int link) {
        if (!writer.begin(link)) {
            return;
        }
        for (int i = groups.after(0); i >= 0; i = groups.after(i + 1)) {
            if (groups.link(i) == link && reported(i) && !groups.silent(i)) {
                state(i, link);
            }
        }
        writer.end();
    }

    /// Answers a query for one group.
    private void tellState(int group, long nowNs) {
        int link = groups.link(group);
        if (!newest(link, nowNs)) {
            writer.report(link, queriers.version(link, v6, nowNs), groups.hi(group), groups.lo(group));
        } else if (writer.begin(link)) {
            if (groups.asking(group)) {
                // RFC 3376 §5.2 (3): of the sources asked for, those that are wanted.
                record(group, link, GroupRecord.MODE_IS_INCLUDE, Which.ASKED);
            } else {
                state(group, link);
            }
            writer.end();
        }
        groups.answered(group);
    }

    private void state(int group, int link) {
        boolean include = groups.mode(group) == Groups.INCLUDE;
        record(group, link, include ? GroupRecord.MODE_IS_INCLUDE : GroupRecord.MODE_IS_EXCLUDE, Which.LISTED);
    }

    /// Adds a record, in another report if this one is full. What no report holds goes in several, but of a list of
    /// those to block only its begin (RFC 3376 §4.2.16, RFC 3810 §5.2.15).
    private void record(int group, int link, int type, Which which) {
        int left = 0;
        for (int i = 0; i < groups.count(group); i++) {
            left += chosen(group, i, which) ? 1 : 0;
        }
        int most = writer.most(link);
        if (left == 0 ? which != Which.LISTED : most <= 0) {
            return;
        }
        boolean blocks = type == GroupRecord.MODE_IS_EXCLUDE || type == GroupRecord.CHANGE_TO_EXCLUDE;
        int next = 0;
        do {
            int here = Math.min(left, most);
            if (!writer.record(type, groups.hi(group), groups.lo(group), here)) {
                writer.end();
                if (!writer.begin(link) || !writer.record(type, groups.hi(group), groups.lo(group), here)) {
                    return;
                }
            }
            left -= here;
            for (; here > 0; next++) {
                if (chosen(group, next, which)) {
                    writer.source(groups.sourceHi(group, next), groups.sourceLo(group, next));
                    here--;
                }
            }
        } while (left > 0 && !blocks);
    }

    private boolean chosen(int group, int source, Which which) {
        boolean listed = groups.listed(group, source);
        boolean heard = listed == (groups.mode(group) == Groups.INCLUDE);
        return switch (which) {
            case LISTED -> listed;
            case ASKED -> heard && groups.asked(group, source);
            case ALLOWED -> heard && groups.tell(group, source) != 0;
            case BLOCKED -> !heard && groups.tell(group, source) != 0;
        };
    }

    /// Tells a change (RFC 3376 §5.1), and when it is told again.
    private void tellChange(int group, long nowNs) {
        int link = groups.link(group);
        boolean newest = newest(link, nowNs);
        groups.changeNs(group, Links.NEVER);
        if (!newest) {
            tellOld(group, link, nowNs);
        } else if (writer.begin(link)) {
            if (groups.tell(group) != 0) {
                boolean include = groups.mode(group) == Groups.INCLUDE;
                int type = include ? GroupRecord.CHANGE_TO_INCLUDE : GroupRecord.CHANGE_TO_EXCLUDE;
                record(group, link, type, Which.LISTED);
            } else {
                record(group, link, GroupRecord.ALLOW_NEW_SOURCES, Which.ALLOWED);
                record(group, link, GroupRecord.BLOCK_OLD_SOURCES, Which.BLOCKED);
            }
            writer.end();
        }
        groups.told(group);
        if (groups.mode(group) != 0 && groups.telling(group)) {
            long mostNs = newest ? UNSOLICITED_NS : UNSOLICITED_OLD_NS;
            due(group, nowNs + delay((int) (mostNs / 1_000_000)));
        }
    }

    private void tellOld(int group, int link, long nowNs) {
        int version = queriers.version(link, v6, nowNs);
        if (groups.silent(group)) {
            writer.leave(link, version, groups.hi(group), groups.lo(group));
            quiet(group);
        } else {
            writer.report(link, version, groups.hi(group), groups.lo(group));
        }
    }

    private boolean newest(int link, long nowNs) {
        return queriers.version(link, v6, nowNs) == (v6 ? 2 : 3);
    }

    /// Whether a group is told at all: not all hosts, all nodes, nor what never leaves its link's interface (RFC 3376
    /// §5, RFC 3810 §6).
    private boolean reported(int group) {
        long hi = groups.hi(group);
        long lo = groups.lo(group);
        if (isV6(group) != v6 || groups.link(group) == 0) {
            return false;
        }
        return v6
                ? Address.scope(hi, lo) > Address.INTERFACE_LOCAL
                        && (hi != Address.LINK_GROUP_HI || lo != Address.ALL_NODES_LO)
                : lo != Address.ALL_HOSTS_V4;
    }

    private boolean isV6(int group) {
        return groups.hi(group) != 0;
    }

    /// Uniform between 0 and a time, which it does not reach.
    private long delay(int mostMs) {
        return MILLISECONDS.toNanos(luck.below(Math.max(1, mostMs)));
    }
}
