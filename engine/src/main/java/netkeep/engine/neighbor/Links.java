package netkeep.engine.neighbor;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.MINUTES;

import netkeep.engine.ledger.Luck;
import netkeep.ring.Ledger;
import netkeep.ring.Records;

/// The links: their settings, and what routers told of them (RFC 4861 §6.3.2).
///
/// ```text
/// slot:  0  tag u64
///        8  reachable.baseMs u32 · retransMs u32
///       16  reachableNs u64    drawn from the base
///       24  redrawNs    u64    when it is drawn again
///       32  mtu         u32    for IPv6, 0 if no router told one
///       36  hops        u8 · flags u8 (1 takes router advertisements, 2 managed, 4 other configuration)
///       38  solicited   u8     router solicitations sent
///       40  solicitNs   u64    when the next one is due, NEVER for none
///       48  mtu4        u32    for IPv4, 0 if no server told one
/// ```
public final class Links {
    /// The deadline of what waits for nothing.
    public static final long NEVER = Long.MAX_VALUE;

    /// Octets of a slot.
    public static final int SLOT = 56;

    private static final long BASE_MS = 8;
    private static final long RETRANS_MS = 12;
    private static final long REACHABLE_NS = 16;
    private static final long REDRAW_NS = 24;
    private static final long MTU = 32;
    private static final long HOPS = 36;
    private static final long FLAGS = 37;
    private static final long SOLICITED = 38;
    private static final long SOLICIT_NS = 40;
    private static final long MTU_4 = 48;

    private static final int ACCEPTS = 1;

    /// RFC 4861 §10: REACHABLE_TIME and RETRANS_TIMER.
    private static final int DEFAULT_REACHABLE_MS = 30_000;

    private static final int DEFAULT_RETRANS_MS = 1_000;
    private static final int DEFAULT_HOPS = 64;
    // RFC 4861 §6.3.4: a new value is drawn at least every few hours, even if the base stays.
    private static final long REDRAW_EVERY_NS = MINUTES.toNanos(120);

    private final LinkSettings[] settings;
    private final Records records;
    private final Luck luck;
    // As the records say: asked for after every turn.
    private final long[] solicits;

    public Links(Ledger ledger, Luck luck, LinkSettings[] settings) {
        this.settings = settings.clone();
        this.luck = luck;
        this.solicits = new long[settings.length];
        this.records = ledger.table(settings.length, SLOT);
        records.recover(0, settings.length);
        for (int link = 0; link < settings.length; link++) {
            if (settings[link].number() != link) {
                throw new IllegalArgumentException("link " + settings[link].number() + " at place " + link);
            }
            if (!records.written(link)) {
                long at = records.fresh(link);
                records.region().i32(at + BASE_MS, DEFAULT_REACHABLE_MS);
                records.region().i32(at + RETRANS_MS, DEFAULT_RETRANS_MS);
                records.region().i64(at + REDRAW_NS, Long.MIN_VALUE);
                records.region().u8(at + HOPS, DEFAULT_HOPS);
                records.region().i64(at + SOLICIT_NS, NEVER);
            }
            solicits[link] = records.region().i64(records.read(link) + SOLICIT_NS);
        }
    }

    public int count() {
        return settings.length;
    }

    public LinkSettings settings(int link) {
        return settings[link];
    }

    /// Octets of the longest frame that holds one packet, virtio header included; 0 if there are no links but the
    /// loopback.
    public int longest() {
        int longest = 0;
        for (int link = 1; link < settings.length; link++) {
            longest = Math.max(longest, settings[link].headerLength() + settings[link].mtu());
        }
        return longest;
    }

    /// How long a confirmation lasts on that link.
    public long reachableNs(int link, long nowNs) {
        long at = records.read(link);
        if (nowNs >= records.region().i64(at + REDRAW_NS)) {
            redraw(link, nowNs);
            at = records.read(link);
        }
        return records.region().i64(at + REACHABLE_NS);
    }

    /// How long a solicitation waits for its answer.
    public long retransNs(int link) {
        return MILLISECONDS.toNanos(records.region().i32(records.read(link) + RETRANS_MS) & 0xFFFF_FFFFL);
    }

    /// The MTU that a router told for IPv6, not above the link's; the link's if none did.
    public int mtu6(int link) {
        int told = records.region().i32(records.read(link) + MTU);
        int mtu = settings[link].mtu();
        return told == 0 ? mtu : Math.min(told, mtu);
    }

    /// The MTU that a server told for IPv4, which is not above the link's; the link's if none did.
    public int mtu4(int link) {
        int told = records.region().i32(records.read(link) + MTU_4);
        return told == 0 ? settings[link].mtu() : told;
    }

    /// Takes the MTU that a server told, 0 for none; the caller has checked it.
    public void lentMtu(int link, int mtu) {
        records.region().i32(records.write(link) + MTU_4, mtu);
    }

    /// The hop limit of what we send over IPv6.
    public int hops(int link) {
        return records.region().u8(records.read(link) + HOPS);
    }

    public boolean acceptsAdvertisements(int link) {
        return (records.region().u8(records.read(link) + FLAGS) & ACCEPTS) != 0;
    }

    public void acceptAdvertisements(int link, boolean accepts) {
        long at = records.write(link);
        int flags = records.region().u8(at + FLAGS);
        records.region().u8(at + FLAGS, accepts ? flags | ACCEPTS : flags & ~ACCEPTS);
    }

    /// Takes what a router advertisement says of the link; 0 leaves a value as it is (RFC 4861 §6.3.4).
    ///
    /// @param baseMs reachable time in milliseconds
    public void advertised(int link, int hops, long baseMs, long retransMs, long nowNs) {
        long at = records.write(link);
        if (hops != 0) {
            records.region().u8(at + HOPS, hops);
        }
        if (retransMs != 0) {
            records.region().i32(at + RETRANS_MS, (int) retransMs);
        }
        if (baseMs != 0 && baseMs != (records.region().i32(at + BASE_MS) & 0xFFFF_FFFFL)) {
            records.region().i32(at + BASE_MS, (int) baseMs);
            redraw(link, nowNs);
        }
    }

    /// Takes the MTU that a router told; the caller has checked it.
    public void advertisedMtu(int link, int mtu) {
        records.region().i32(records.write(link) + MTU, mtu);
    }

    public int solicited(int link) {
        return records.region().u8(records.read(link) + SOLICITED);
    }

    /// When a router solicitation is due, [#NEVER] for none.
    public long solicitNs(int link) {
        return solicits[link];
    }

    public void solicit(int link, int solicited, long dueNs) {
        long at = records.write(link);
        records.region().u8(at + SOLICITED, solicited);
        records.region().i64(at + SOLICIT_NS, dueNs);
        solicits[link] = dueNs;
    }

    /// RFC 4861 §6.3.2: uniform between 0.5 and 1.5 times the base.
    private void redraw(int link, long nowNs) {
        long at = records.write(link);
        long baseMs = records.region().i32(at + BASE_MS) & 0xFFFF_FFFFL;
        long drawn = MILLISECONDS.toNanos(baseMs) / 1024 * (512 + luck.below(1025));
        records.region().i64(at + REACHABLE_NS, drawn);
        records.region().i64(at + REDRAW_NS, nowNs + REDRAW_EVERY_NS);
    }
}
