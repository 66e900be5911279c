package netkeep.engine.tcp;

import static netkeep.wire.TcpHeader.ACK;
import static netkeep.wire.TcpHeader.RST;

import java.util.concurrent.TimeUnit;
import netkeep.engine.ip.Packet;
import netkeep.engine.ip.Path;
import netkeep.engine.ledger.Counter;
import netkeep.ring.Ledger;
import netkeep.ring.Records;

/// Segments that answer a segment at once and wait for nothing: resets, challenges, acknowledgments without a
/// connection. Where the turn has no room for one it is left out, as if the wire had lost it.
///
/// ```text
/// record:  0 tag u64 · 8 second u64 · 16 left u32   how many challenge ACKs may still be sent in that second
/// ```
final class Replies {
    /// Octets of the slot.
    static final int SLOT = 24;

    private static final long SECOND = 8;
    private static final long LEFT = 16;

    private final Tcp tcp;
    private final Records records;
    private final Path path = new Path();
    private Packet packet = new Packet();
    private Segment seg = new Segment();

    Replies(Tcp tcp, Ledger ledger) {
        this.tcp = tcp;
        this.records = ledger.table(1, SLOT);
        records.recover(0, 1);
    }

    /// The segment that the next replies answer.
    void about(Packet arrived, Segment segment) {
        packet = arrived;
        seg = segment;
    }

    private boolean way(long nowNs) {
        return tcp.room()
                && tcp.ip.path(
                        path,
                        packet.destinationHi,
                        packet.destinationLo,
                        packet.sourceHi,
                        packet.sourceLo,
                        packet.link,
                        nowNs);
    }

    /// The reset that RFC 9293 §3.10.7.1 gives to a segment without a connection.
    void reset(Segment to, long nowNs) {
        if (to.has(RST) || overtaken(to) || !way(nowNs)) {
            return;
        }
        tcp.counters.add(Counter.TcpOutRsts);
        tcp.writer.options.clear();
        tcp.writer.open(path, to.destinationPort, to.sourcePort, 0, 0);
        if (to.has(ACK)) {
            tcp.writer.write(to.ack, 0, RST, 0, 0, 0, nowNs);
        } else {
            tcp.writer.write(0, to.seq + to.len(), RST | ACK, 0, 0, 0, nowNs);
        }
    }

    /// Whether a segment may be late because another stack has brought it, and says nothing: what came behind it, by
    /// the link, may have ended its connection. Its peer waits for nothing, and a reset would end its TIME-WAIT.
    private boolean overtaken(Segment segment) {
        return packet.brought && segment.has(ACK) && segment.len() == 0;
    }

    /// The reset of a connection, RFC 9293 §3.10.5. Its peer takes none from behind its window, where a probe may have
    /// been: one within that does not hit is challenged (RFC 5961 §3.2), and then answered by one that does.
    void resetConnection(Tcb tcb, long nowNs) {
        if (!tcp.room()
                || !tcp.ip.path(
                        path, tcb.localHi(), tcb.localLo(), tcb.remoteHi(), tcb.remoteLo(), tcb.scope(), nowNs)) {
            return;
        }
        tcp.counters.add(Counter.TcpOutRsts);
        // RFC 7323 §3.2: the timestamp SHOULD be in a RST, too.
        stamp(tcb.has(Tcb.TIMESTAMPS), tcb.tsOffset(), tcb.tsRecent(), nowNs);
        tcp.writer.open(tcb, path);
        int edge = tcb.sndUna() + tcb.sndWnd();
        int seq = Seq.before(edge, tcb.sndNxt()) ? edge : tcb.sndNxt();
        tcp.writer.write(seq, tcb.rcvNxt(), RST | ACK, 0, 0, 0, nowNs);
    }

    /// The reset of what is half-open, RFC 9293 §3.10.5.
    void reset(HalfOpen half, long nowNs) {
        if (tcp.room()
                && tcp.ip.path(
                        path, half.localHi(), half.localLo(), half.remoteHi(), half.remoteLo(), half.link(), nowNs)) {
            tcp.counters.add(Counter.TcpOutRsts);
            stamp(half.has(HalfOpen.TIMESTAMPS), half.tsOffset(), half.tsRecent(), nowNs);
            tcp.writer.open(path, half.localPort(), half.remotePort(), 0, 0);
            tcp.writer.write(half.iss() + 1, half.irs() + 1, RST | ACK, 0, 0, 0, nowNs);
        }
    }

    /// A challenge ACK of the open connection, RFC 5961 §3 to §5, so many a second for all together (§7).
    ///
    /// Whoever knew how many could use them up with a connection of his own, and tell from those that are missing
    /// whether he hit upon another's numbers. So each second has a number that is drawn.
    void challenge(long nowNs) {
        if (mayChallenge(nowNs)) {
            tcp.tcb.set(Tcb.ACK_NOW);
        }
    }

    /// The same of a half-open connection.
    void challenge(HalfOpen half, long nowNs) {
        if (mayChallenge(nowNs) && way(nowNs)) {
            stamp(half.has(HalfOpen.TIMESTAMPS), half.tsOffset(), half.tsRecent(), nowNs);
            tcp.writer.open(path, seg.destinationPort, seg.sourcePort, 0, 0);
            int scale = half.has(HalfOpen.SCALE) ? tcp.initial.receiveScale() : 0;
            int wnd = Math.min(0xFFFF, tcp.settings.receiveBuffer()) + (1 << scale) - 1 >>> scale;
            tcp.writer.write(half.iss() + 1, half.irs() + 1, ACK, wnd, 0, 0, nowNs);
        }
    }

    /// The same of a connection in TIME-WAIT.
    void challenge(TimeWait wait, long nowNs) {
        if (mayChallenge(nowNs)) {
            acknowledge(wait, nowNs);
        }
    }

    private boolean mayChallenge(long nowNs) {
        long second = nowNs / TimeUnit.SECONDS.toNanos(1);
        long at = records.write(0);
        if (records.region().i64(at + SECOND) != second) {
            records.region().i64(at + SECOND, second);
            int most = tcp.settings.challenges();
            records.region().i32(at + LEFT, (most + 1) / 2 + tcp.luck.below(most));
        }
        int left = records.region().i32(at + LEFT);
        if (left == 0) {
            return false;
        }
        records.region().i32(at + LEFT, left - 1);
        tcp.counters.add(Counter.TcpExtTCPChallengeACK);
        return true;
    }

    /// An acknowledgment of the open connection, now.
    void acknowledge(long nowNs) {
        Tcb tcb = tcp.tcb;
        stamp(tcb.has(Tcb.TIMESTAMPS), tcb.tsOffset(), tcb.tsRecent(), nowNs);
        tcp.writer.open(tcb, tcp.path);
        tcp.writer.write(tcb.sndNxt(), tcb.rcvNxt(), ACK, tcp.text.windowPromised(), 0, 0, nowNs);
    }

    /// An acknowledgment for a connection in TIME-WAIT.
    void acknowledge(TimeWait wait, long nowNs) {
        if (way(nowNs)) {
            stamp(wait.timestamps() != 0, wait.tsOffset(), wait.tsRecent(), nowNs);
            tcp.writer.open(path, seg.destinationPort, seg.sourcePort, 0, 0);
            tcp.writer.write(wait.sndNxt(), wait.rcvNxt(), ACK, wait.window(), 0, 0, nowNs);
        }
    }

    private void stamp(boolean timestamps, int offset, int recent, long nowNs) {
        tcp.writer.options.clear();
        if (timestamps) {
            tcp.writer.options.timestamps(tcp.timestamp(nowNs, offset), recent);
        }
    }
}
