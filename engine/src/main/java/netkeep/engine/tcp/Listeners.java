// Long: from a SYN to a connection, or to nobody, is one story.
package netkeep.engine.tcp;

import static netkeep.wire.TcpHeader.ACK;
import static netkeep.wire.TcpHeader.CWR;
import static netkeep.wire.TcpHeader.ECE;
import static netkeep.wire.TcpHeader.RST;
import static netkeep.wire.TcpHeader.SYN;

import java.util.concurrent.TimeUnit;
import netkeep.engine.ip.Failure;
import netkeep.engine.ip.Packet;
import netkeep.engine.ip.Path;
import netkeep.engine.ip.Rule;
import netkeep.engine.ledger.Counter;
import netkeep.engine.ledger.Counters;
import netkeep.engine.ledger.Hand;
import netkeep.engine.ledger.Pool;
import netkeep.engine.socket.Attachment;
import netkeep.engine.socket.Endpoint;
import netkeep.engine.socket.Ports;

/// Connections in the making: listeners (RFC 9293 §3.10.7.2), half-open connections, SYN cookies, and what the rest of
/// the world sends to no connection (§3.10.7.1).
///
/// A listener's record keeps its backlog in [Tcb#cwnd] and how many connections wait for accept in [Tcb#ssthresh].
final class Listeners {
    /// RFC 6298 §2.1: before a measurement one second.
    static final long FIRST_RTO_NS = TimeUnit.SECONDS.toNanos(1);

    private static final long MAPPED_ANY = 0xFFFFL << 32;

    private final Tcp tcp;
    private final Pool pool;
    private final HalfOpen half;
    private final Tcb listener = new Tcb();
    private final Counters counters;
    private final SynCookies cookies;
    private final HalfOpen cookie = new HalfOpen();
    private final Acceptance acceptance;
    private final Path path = new Path();

    Listeners(Tcp tcp) {
        this.tcp = tcp;
        this.pool = tcp.halfOpens.pool;
        this.half = tcp.halfOpens.half;
        this.counters = tcp.counters;
        this.cookies = new SynCookies(tcp.luck);
        this.acceptance = new Acceptance(tcp);
        cookie.alone(HalfOpen.SLOT);
    }

    /// A segment arrives for `id`: half-open, in TIME-WAIT, or -1 for nobody.
    void segmentArrives(int id, int hash, Segment seg, Packet packet, long nowNs) {
        int firstWait = tcp.socketCount + tcp.halfOpens.count();
        if (id >= firstWait) {
            inTimeWait(id - firstWait, hash, seg, packet, nowNs);
        } else if (id >= 0) {
            halfOpen(id, hash, seg, packet, nowNs);
        } else {
            nobody(hash, seg, packet, nowNs);
        }
    }

    /// RFC 9293 §3.6.1 (MAY-2): a SYN ends the wait only where a connection can begin; a cookie's number may be old.
    private void inTimeWait(int wait, int hash, Segment seg, Packet packet, long nowNs) {
        int index = tcp.timeWaits.mayEnd(wait, seg) ? find(packet, seg.destinationPort, hash) : -1;
        if (index >= 0 && pool.size() < pool.count() && takes(index, nowNs)) {
            tcp.timeWaits.recycle(tcp, wait, hash);
            synArrives(index, hash, seg, packet, true, nowNs);
        } else {
            tcp.timeWaits.segmentArrives(tcp, wait, seg, nowNs);
        }
    }

    /// RFC 9293 §3.10.7.1 and §3.10.7.2.
    private void nobody(int hash, Segment seg, Packet packet, long nowNs) {
        int index = find(packet, seg.destinationPort, hash);
        if (index < 0) {
            tcp.replies.reset(seg, nowNs);
            return;
        }
        // First, a RST; second, an ACK, which only a cookie's owner may send; third, a SYN.
        if (seg.has(RST)) {
            return;
        }
        if (seg.has(ACK)) {
            if (ownsCookie(seg, packet, nowNs)) {
                acceptCookie(index, hash, seg, packet, nowNs);
            } else {
                tcp.replies.reset(seg, nowNs);
            }
            return;
        }
        if (seg.has(SYN) && takes(index, nowNs)) {
            synArrives(index, hash, seg, packet, false, nowNs);
        }
    }

    /// Whether a listener may be asked for another connection now.
    private boolean takes(int index, long nowNs) {
        tcp.sockets.read(index, listener);
        boolean full = listener.ssthresh() > listener.cwnd();
        boolean takes = !full && tcp.sockets.attachment(listener).mayBeAsked(nowNs);
        counters.add(Counter.TcpExtListenOverflows, full ? 1 : 0);
        counters.add(Counter.TcpExtListenDrops, takes ? 0 : 1);
        return takes;
    }

    /// A SYN that the listener, which was looked at last, [#takes].
    ///
    /// @param reuses whether the numbers begin behind those of the connection in TIME-WAIT that was ended last
    private void synArrives(int index, int hash, Segment seg, Packet packet, boolean reuses, long nowNs) {
        int made = pool.take(index + 1);
        HalfOpen at = made < 0 ? cookie : half;
        if (made >= 0) {
            pool.write(made, half);
        }
        fill(at, seg, packet, nowNs);
        at.hops(listener.hops());
        at.trafficClass(listener.trafficClass());
        if (made < 0) {
            at.iss(cookies.make(at, nowNs));
            counters.add(Counter.TcpExtTCPReqQFullDoCookies);
            counters.add(Counter.TcpExtSyncookiesSent);
            synAck(at, index, true, nowNs);
            return;
        }
        if (reuses) {
            at.iss(tcp.timeWaits.successorIss(at.iss()));
        }
        at.deadlineNs(nowNs + FIRST_RTO_NS);
        tcp.enter(hash, tcp.socketCount + made, at.localPort());
        tcp.deadlines.by(tcp.socketCount + made, at.deadlineNs());
        synAck(at, index, false, nowNs);
    }

    private void fill(HalfOpen at, Segment seg, Packet packet, long nowNs) {
        at.localHi(packet.destinationHi);
        at.localLo(packet.destinationLo);
        at.localPort(seg.destinationPort);
        at.remoteHi(packet.sourceHi);
        at.remoteLo(packet.sourceLo);
        at.remotePort(seg.sourcePort);
        at.link(packet.link);
        at.mss(seg.options.mss());
        at.irs(seg.seq);
        at.retries(0);
        at.tsRecent(seg.options.tsVal());
        at.tsOffset(tcp.initial.timestampOffset(at.localHi(), at.localLo(), at.remoteHi(), at.remoteLo()));
        at.iss(tcp.initial.iss(
                at.localHi(), at.localLo(), at.localPort(), at.remoteHi(), at.remoteLo(), at.remotePort(), nowNs));
        int options = seg.options.hasTimestamps() ? HalfOpen.TIMESTAMPS : 0;
        options |= seg.options.sackPermitted() ? HalfOpen.SACK : 0;
        options |= seg.options.wscale() >= 0 ? HalfOpen.SCALE : 0;
        options |= seg.has(ECE) && seg.has(CWR) && tcp.settings.ecn() ? HalfOpen.ECN : 0;
        at.options(options);
        at.sndScale(Math.max(0, seg.options.wscale()));
    }

    /// @param owner the listener that was asked
    private void synAck(HalfOpen at, int owner, boolean asCookie, long nowNs) {
        if (!tcp.room()
                || !tcp.ip.path(path, at.localHi(), at.localLo(), at.remoteHi(), at.remoteLo(), at.link(), nowNs)) {
            return;
        }
        Writer writer = tcp.writer;
        writer.options.clear();
        tcp.sockets.read(owner, listener);
        writer.options.mss(tcp.sizes.mssToTell(path, listener.maxSegment()));
        if (at.has(HalfOpen.SACK)) {
            writer.options.permitSack();
        }
        if (at.has(HalfOpen.TIMESTAMPS)) {
            int stamp = tcp.timestamp(nowNs, at.tsOffset());
            writer.options.timestamps(asCookie ? SynCookies.timestamp(at, stamp) : stamp, at.tsRecent());
        }
        if (at.has(HalfOpen.SCALE) && (!asCookie || at.has(HalfOpen.TIMESTAMPS))) {
            writer.options.wscale(tcp.initial.receiveScale());
        }
        int flags = SYN | ACK | (at.has(HalfOpen.ECN) ? ECE : 0);
        writer.open(path, at.localPort(), at.remotePort(), at.trafficClass(), at.hops());
        int wnd = Math.min(0xFFFF, tcp.settings.receiveBuffer());
        writer.write(at.iss(), at.irs() + 1, flags, wnd, 0, 0, nowNs);
    }

    /// RFC 9293 §3.10.7.4 in SYN-RECEIVED, for a connection that a listener made.
    private void halfOpen(int id, int hash, Segment seg, Packet packet, long nowNs) {
        int index = id - tcp.socketCount;
        pool.write(index, half);
        if (seg.seq == half.irs() && seg.has(SYN) && !seg.has(ACK) && !seg.has(RST)) {
            if (!seg.has(ECE) || !seg.has(CWR)) {
                // RFC 3168 §6.1.1: who asks no more is answered alike, and sent nothing that is capable.
                half.options(half.options() & ~HalfOpen.ECN);
            }
            synAck(half, pool.owner(index) - 1, false, nowNs);
            return;
        }
        // First, the sequence number; and PAWS (RFC 7323 §5.3 R1).
        boolean inWindow = !Seq.before(seg.seq, half.irs() + 1)
                && Seq.before(seg.seq, half.irs() + 1 + Math.min(0xFFFF, tcp.settings.receiveBuffer()));
        if (!inWindow || !seg.has(RST) && oldTimestamp(seg)) {
            if (!seg.has(RST)) {
                tcp.replies.challenge(half, nowNs);
            }
            return;
        }
        // Second, the RST bit: RFC 5961 §3.2, as RFC 9293 has it for this state, too. Fourth, the SYN bit: who opened
        // passively goes back to LISTEN.
        if (seg.has(SYN) && !seg.has(RST) || seg.has(RST) && seg.seq == half.irs() + 1) {
            failed(index, hash);
            return;
        }
        if (seg.has(RST)) {
            tcp.replies.challenge(half, nowNs);
            return;
        }
        // Fifth, the ACK field.
        if (!seg.has(ACK)) {
            return;
        }
        if (seg.ack != half.iss() + 1) {
            if (ownsCookie(seg, packet, nowNs)) {
                // There was no room for its first SYN, and then there was for the same once more.
                int owner = pool.owner(index) - 1;
                forget(index, hash);
                acceptCookie(owner, hash, seg, packet, nowNs);
            } else {
                tcp.replies.reset(seg, nowNs);
            }
            return;
        }
        int made = acceptance.accept(half, pool.owner(index) - 1, seg, hash, nowNs);
        if (made >= 0) {
            // From here on the flow is the socket's.
            pool.free(index);
            tcp.again(made, packet, nowNs);
        } else {
            half.options(half.options() | HalfOpen.REFUSED);
        }
    }

    private boolean oldTimestamp(Segment seg) {
        return half.has(HalfOpen.TIMESTAMPS)
                && (!seg.options.hasTimestamps() || Seq.before(seg.options.tsVal(), half.tsRecent()));
    }

    private void failed(int index, int hash) {
        counters.add(Counter.TcpAttemptFails);
        forget(index, hash);
    }

    private void forget(int index, int hash) {
        tcp.leave(hash, tcp.socketCount + index, half.localPort());
        pool.free(index);
    }

    /// Whether an ACK is of who was sent a cookie (RFC 4987 §3.6): then [#cookie] has what that held.
    private boolean ownsCookie(Segment seg, Packet packet, long nowNs) {
        if (pool.size() < pool.count() / 2) {
            // None was sent of late.
            return false;
        }
        fill(cookie, seg, packet, nowNs);
        cookie.irs(seg.seq - 1);
        int mss = cookies.check(cookie, seg.ack - 1, nowNs);
        if (mss == 0) {
            counters.add(Counter.TcpExtSyncookiesFailed);
            return false;
        }
        cookie.iss(seg.ack - 1);
        cookie.mss(mss);
        cookie.options(0);
        cookie.sndScale(0);
        if (seg.options.hasTimestamps()) {
            SynCookies.options(cookie, seg.options.tsEcr());
        }
        return true;
    }

    private void acceptCookie(int index, int hash, Segment seg, Packet packet, long nowNs) {
        int made = acceptance.accept(cookie, index, seg, hash, nowNs);
        if (made >= 0) {
            counters.add(Counter.TcpExtSyncookiesRecv);
            tcp.again(made, packet, nowNs);
        }
    }

    /// As [Tcp#expects], of what is half-open: the SYN-ACK is what is in flight.
    boolean expects(int id, Failure failure) {
        pool.read(id - tcp.socketCount, half);
        return failure.seq == half.iss();
    }

    /// An ICMP error about a SYN-ACK, which it [#expects]: only a hard one ends what is not yet a connection.
    void failed(int id, Failure failure) {
        if (failure.kind == Failure.Kind.PORT_UNREACHABLE || failure.kind == Failure.Kind.PROTOCOL_UNREACHABLE) {
            int index = id - tcp.socketCount;
            pool.read(index, half);
            forget(index, hash());
        }
    }

    private int hash() {
        return tcp.table.hash(
                half.localHi(), half.localLo(), half.localPort(), half.remoteHi(), half.remoteLo(), half.remotePort());
    }

    void expire(int id, long nowNs) {
        int firstWait = tcp.socketCount + tcp.halfOpens.count();
        if (id >= firstWait) {
            tcp.timeWaits.expire(tcp, id - firstWait, nowNs);
            return;
        }
        int index = id - tcp.socketCount;
        if (!pool.taken(index)) {
            return;
        }
        pool.write(index, half);
        if (half.deadlineNs() <= nowNs) {
            if (half.retries() >= tcp.settings.synRetries()) {
                tell(nowNs);
                failed(index, hash());
                return;
            }
            half.retries(half.retries() + 1);
            half.deadlineNs(nowNs + (FIRST_RTO_NS << half.retries()));
            counters.add(Counter.TcpRetransSegs);
            synAck(half, pool.owner(index) - 1, false, nowNs);
        }
        tcp.deadlines.by(id, half.deadlineNs());
    }

    /// The listener of a packet's address and `port`: the one bound to the address before one bound to any; among
    /// several that share it, the flow's hash decides.
    private int find(Packet packet, int port, int hash) {
        int best = -1;
        int bestScore = 0;
        int same = 0;
        for (int at = tcp.ports.first(port); at != Ports.NONE; at = tcp.ports.next(at)) {
            tcp.sockets.read(at, listener);
            int score = score(packet);
            if (score > bestScore) {
                best = at;
                bestScore = score;
                same = 1;
            } else if (score == bestScore && score > 0) {
                same++;
                if (Integer.remainderUnsigned(hash, same) == 0) {
                    best = at;
                }
            }
        }
        return best;
    }

    /// Whether a packet would reach a listener of a session that a rule means.
    boolean reached(Packet packet, int port, int hash, Rule rule) {
        int index = find(packet, port, hash);
        if (index < 0) {
            return false;
        }
        tcp.sockets.read(index, listener);
        Attachment attachment = tcp.sockets.attachment(listener);
        return rule.means(attachment.number, attachment.user);
    }

    private int score(Packet packet) {
        if (listener.kind() != Endpoint.LISTENER || listener.scope() != 0 && listener.scope() != packet.link) {
            return 0;
        }
        if (listener.localHi() == packet.destinationHi && listener.localLo() == packet.destinationLo) {
            return 3;
        }
        if (packet.v6) {
            return listener.localHi() == 0 && listener.localLo() == 0 && !listener.has(Endpoint.V4_ONLY) ? 1 : 0;
        }
        if (listener.localHi() == 0 && listener.localLo() == MAPPED_ANY) {
            return 2;
        }
        return listener.localHi() == 0 && listener.localLo() == 0 && !listener.has(Endpoint.V6_ONLY) ? 1 : 0;
    }

    /// To its peer what is half-open may be established: who only reads would wait for ever.
    private void tell(long nowNs) {
        if (half.has(HalfOpen.REFUSED)) {
            tcp.replies.reset(half, nowNs);
        }
    }

    /// A listener is gone: so are the half-open connections that it made.
    void closed(int index, long nowNs) {
        pool.scan(each -> {
            if (pool.owner(each) == index + 1) {
                pool.read(each, half);
                tell(nowNs);
                forget(each, hash());
            }
        });
    }

    /// Builds what is derived from the records.
    void scan() {
        pool.scan(index -> {
            tcp.hand.works(tcp.socketCount + index, Hand.Work.FOUND);
            pool.read(index, half);
            tcp.enter(hash(), tcp.socketCount + index, half.localPort());
            tcp.deadlines.by(tcp.socketCount + index, half.deadlineNs());
        });
        tcp.timeWaits.scan(tcp);
    }
}
