package netkeep.engine.ip;

import netkeep.engine.neighbor.Links;
import netkeep.ring.Ledger;
import netkeep.ring.Records;
import netkeep.ring.Region;

/// What each link's routers that ask for groups are like, for IPv4 and IPv6 apart (RFC 3376 §7.2.1, RFC 3810 §8.2.1).
///
/// ```text
/// slot:  0  tag u64
///        8  answerNs u64     when a general query is answered
///       16  oneNs    u64     until when a querier of version 1 is believed to be there
///       24  twoNs    u64     the same of version 2, of IGMP
///       32  robustness u8
///       36  intervalS  u32   seconds between general queries
/// ```
public final class Queriers {
    static final int SLOT = 40;

    private static final long ANSWER_NS = 8;
    private static final long ONE_NS = 16;
    private static final long TWO_NS = 24;
    private static final long ROBUSTNESS = 32;
    private static final long INTERVAL_S = 36;

    // RFC 3376 §8.1, §8.2.
    private static final int DEFAULT_ROBUSTNESS = 2;
    private static final int DEFAULT_INTERVAL_S = 125;

    private final Records records;
    private final Region region;

    Queriers(Ledger ledger, int links) {
        this.records = ledger.table(2 * links, SLOT);
        this.region = records.region();
        records.recover(0, 2 * links);
        for (int i = 0; i < 2 * links; i++) {
            if (!records.written(i)) {
                long at = records.fresh(i);
                region.i64(at + ANSWER_NS, Links.NEVER);
                region.i64(at + ONE_NS, Long.MIN_VALUE);
                region.i64(at + TWO_NS, Long.MIN_VALUE);
                region.u8(at + ROBUSTNESS, DEFAULT_ROBUSTNESS);
                region.i32(at + INTERVAL_S, DEFAULT_INTERVAL_S);
            }
        }
    }

    public long answerNs(int link, boolean v6) {
        return region.i64(records.read(place(link, v6)) + ANSWER_NS);
    }

    public void answerNs(int link, boolean v6, long dueNs) {
        region.i64(records.write(place(link, v6)) + ANSWER_NS, dueNs);
    }

    /// How often a change is told.
    public int robustness(int link, boolean v6) {
        return region.u8(records.read(place(link, v6)) + ROBUSTNESS);
    }

    public int intervalS(int link, boolean v6) {
        return region.i32(records.read(place(link, v6)) + INTERVAL_S);
    }

    /// Takes what a query of the newest version says; 0 means the default (RFC 3376 §4.1.6, §4.1.7).
    public void told(int link, boolean v6, int robustness, int intervalS) {
        long at = records.write(place(link, v6));
        region.u8(at + ROBUSTNESS, robustness == 0 ? DEFAULT_ROBUSTNESS : robustness);
        region.i32(at + INTERVAL_S, intervalS == 0 ? DEFAULT_INTERVAL_S : intervalS);
    }

    /// The version to speak on a link: 1 or 2 while such a querier is there, else the newest, which is 3 for IGMP and 2
    /// for MLD.
    public int version(int link, boolean v6, long nowNs) {
        long at = records.read(place(link, v6));
        if (nowNs < region.i64(at + ONE_NS)) {
            return 1;
        }
        return v6 || nowNs < region.i64(at + TWO_NS) ? 2 : 3;
    }

    /// Notes a querier of an older version.
    public void older(int link, boolean v6, int version, long untilNs) {
        region.i64(records.write(place(link, v6)) + (version == 1 ? ONE_NS : TWO_NS), untilNs);
    }

    private static int place(int link, boolean v6) {
        return 2 * link + (v6 ? 1 : 0);
    }
}
