package netkeep.engine.tcp;

import java.util.concurrent.TimeUnit;
import netkeep.engine.ledger.Luck;

/// Initial sequence numbers that hold what a half-open connection would, RFC 4987 §3.6: for when the table is full.
///
/// ```text
/// 31    27 26   24 23                                0
/// +--------+-------+----------------------------------+
/// | minute |  mss  |              hash                |   added to the peer's sequence number
/// +--------+-------+----------------------------------+
/// ```
///
/// What the options offered is in the low six bits of the timestamp that is sent with it: scale 4, SACK 1, ECN 1.
final class SynCookies {
    private static final int[] SIZES = {536, 1220, 1300, 1400, 1440, 1460, 4312, 8960};
    private static final int HASH = 0xFFFFFF;
    private static final int NO_SCALE = 15;

    /// RFC 4987: a cookie is good for one to two minutes.
    private static final long PERIOD_NS = TimeUnit.SECONDS.toNanos(64);

    private final Luck luck;

    SynCookies(Luck luck) {
        this.luck = luck;
    }

    /// The initial sequence number that answers the SYN in `half`.
    int make(HalfOpen half, long nowNs) {
        int size = SIZES.length - 1;
        while (size > 0 && SIZES[size] > Math.max(half.mss(), SIZES[0])) {
            size--;
        }
        int minute = (int) (nowNs / PERIOD_NS) & 31;
        return half.irs() + (minute << 27 | size << 24 | hash(half, nowNs / PERIOD_NS));
    }

    /// The maximum segment size that the cookie `iss` holds, or 0 if we did not make it of late.
    int check(HalfOpen half, int iss, long nowNs) {
        int cookie = iss - half.irs();
        long now = nowNs / PERIOD_NS;
        for (long period = now; period >= now - 1; period--) {
            if ((cookie >>> 27) == (period & 31) && (cookie & HASH) == hash(half, period)) {
                return SIZES[cookie >>> 24 & 7];
            }
        }
        return 0;
    }

    private int hash(HalfOpen half, long period) {
        long ports = (long) half.localPort() << 16 | half.remotePort();
        long hash = luck.hash(
                half.localHi() ^ Long.rotateLeft(half.remoteHi(), 17),
                half.localLo(),
                half.remoteLo(),
                ports << 32 | Integer.toUnsignedLong(half.irs()),
                period);
        return (int) hash & HASH;
    }

    /// The timestamp to send with a cookie, near `clock`.
    static int timestamp(HalfOpen half, int clock) {
        int bits = half.has(HalfOpen.SCALE) ? half.sndScale() : NO_SCALE;
        bits |= half.has(HalfOpen.SACK) ? 16 : 0;
        bits |= half.has(HalfOpen.ECN) ? 32 : 0;
        int stamp = clock & ~63 | bits;
        return stamp - clock > 0 ? stamp - 64 : stamp;
    }

    /// Takes the options out of a timestamp that came back.
    static void options(HalfOpen half, int echoed) {
        int scale = echoed & 15;
        int options = HalfOpen.TIMESTAMPS;
        if (scale != NO_SCALE) {
            half.sndScale(scale);
            options |= HalfOpen.SCALE;
        }
        options |= (echoed & 16) != 0 ? HalfOpen.SACK : 0;
        options |= (echoed & 32) != 0 ? HalfOpen.ECN : 0;
        half.options(options);
    }
}
