package netkeep.engine.dhcp;

import netkeep.engine.neighbor.Links;
import netkeep.ring.Ledger;
import netkeep.ring.Records;
import netkeep.ring.Region;

/// What a client of DHCP knows of each link.
///
/// ```text
/// slot:  0  tag u64
///        8  state u8 · tries u8 · prefix u8 · routers u8
///       12  xid       u32
///       16  begunNs   u64   when it began to ask, for the field secs
///       24  dueNs     u64   the next step, NEVER for none
///       32  askedNs   u64   when the request was sent that is to be answered
///       40  rebindNs  u64   T2
///       48  endNs     u64   of the lease, NEVER for one that has none
///       56  address   u32 · server u32
///       64  serverMac u64   who brings the server what is sent to it
///       72  router, three u32
///       84  secs      u16   that the DISCOVER sent last told
/// ```
final class Leases {
    static final int SLOT = 88;
    static final int ROUTERS = 3;

    private static final long STATE = 8;
    private static final long TRIES = 9;
    private static final long PREFIX = 10;
    private static final long ROUTER_COUNT = 11;
    private static final long XID = 12;
    private static final long BEGUN_NS = 16;
    private static final long DUE_NS = 24;
    private static final long ASKED_NS = 32;
    private static final long REBIND_NS = 40;
    private static final long END_NS = 48;
    private static final long ADDRESS = 56;
    private static final long SERVER = 60;
    private static final long SERVER_MAC = 64;
    private static final long ROUTER = 72;
    private static final long SECS = 84;

    private final Records records;
    private final Region region;

    /// @param links as many as there are
    Leases(Ledger ledger, int links) {
        this.records = ledger.table(links, SLOT);
        this.region = records.region();
        records.recover(0, links);
        for (int link = 0; link < links; link++) {
            if (!records.written(link)) {
                region.i64(records.fresh(link) + DUE_NS, Links.NEVER);
            }
        }
    }

    DhcpState state(int link) {
        return DhcpState.of(region.u8(records.read(link) + STATE));
    }

    /// How often the message of this state was sent.
    int tries(int link) {
        return region.u8(records.read(link) + TRIES);
    }

    /// Enters a state, or tries again in it.
    void enter(int link, DhcpState state, int tries, long dueNs) {
        long at = records.write(link);
        region.u8(at + STATE, state.number());
        region.u8(at + TRIES, Math.min(tries, 255));
        region.i64(at + DUE_NS, dueNs);
    }

    long dueNs(int link) {
        return region.i64(records.read(link) + DUE_NS);
    }

    long xid(int link) {
        return region.i32(records.read(link) + XID) & 0xFFFF_FFFFL;
    }

    /// Draws a transaction.
    void xid(int link, int xid) {
        region.i32(records.write(link) + XID, xid);
    }

    long begunNs(int link) {
        return region.i64(records.read(link) + BEGUN_NS);
    }

    void begunNs(int link, long nowNs) {
        region.i64(records.write(link) + BEGUN_NS, nowNs);
    }

    int secs(int link) {
        return region.u16(records.read(link) + SECS);
    }

    void secs(int link, int secs) {
        region.u16(records.write(link) + SECS, secs);
    }

    long askedNs(int link) {
        return region.i64(records.read(link) + ASKED_NS);
    }

    void askedNs(int link, long nowNs) {
        region.i64(records.write(link) + ASKED_NS, nowNs);
    }

    long rebindNs(int link) {
        return region.i64(records.read(link) + REBIND_NS);
    }

    long endNs(int link) {
        return region.i64(records.read(link) + END_NS);
    }

    void times(int link, long rebindNs, long endNs) {
        long at = records.write(link);
        region.i64(at + REBIND_NS, rebindNs);
        region.i64(at + END_NS, endNs);
    }

    /// The address that was offered or lent, in 32 bits.
    long address(int link) {
        return region.i32(records.read(link) + ADDRESS) & 0xFFFF_FFFFL;
    }

    long server(int link) {
        return region.i32(records.read(link) + SERVER) & 0xFFFF_FFFFL;
    }

    long serverMac(int link) {
        return region.i64(records.read(link) + SERVER_MAC);
    }

    void offered(int link, long address, long server, long mac) {
        long at = records.write(link);
        region.i32(at + ADDRESS, (int) address);
        region.i32(at + SERVER, (int) server);
        region.i64(at + SERVER_MAC, mac);
    }

    int prefix(int link) {
        return region.u8(records.read(link) + PREFIX);
    }

    int routers(int link) {
        return region.u8(records.read(link) + ROUTER_COUNT);
    }

    long router(int link, int index) {
        return region.i32(records.read(link) + ROUTER + 4L * index) & 0xFFFF_FFFFL;
    }

    void told(int link, int prefix, long[] routers, int count) {
        long at = records.write(link);
        region.u8(at + PREFIX, prefix);
        region.u8(at + ROUTER_COUNT, count);
        for (int i = 0; i < count; i++) {
            region.i32(at + ROUTER + 4L * i, (int) routers[i]);
        }
    }
}
