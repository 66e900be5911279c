package netkeep.engine.tcp;

import static netkeep.wire.TcpHeader.ACK;
import static netkeep.wire.TcpHeader.FIN;
import static netkeep.wire.TcpHeader.RST;
import static netkeep.wire.TcpHeader.SYN;

import netkeep.engine.ledger.Counter;
import netkeep.engine.ledger.Hand;
import netkeep.engine.ledger.Pool;
import netkeep.ring.Ledger;

/// The connections in TIME-WAIT. When there is no room for another, the next one due ends early.
final class TimeWaits {
    final Pool pool;
    private final TimeWait wait;

    // Who ends early next; a successor begins anywhere.
    private int victim;

    TimeWaits(Ledger ledger, int count) {
        this.pool = new Pool(ledger, count, TimeWait.SLOT);
        this.wait = new TimeWait();
    }

    int count() {
        return pool.count();
    }

    int size() {
        return pool.size();
    }

    private int id(Tcp tcp, int index) {
        return tcp.socketCount + tcp.halfOpens.count() + index;
    }

    boolean matches(int index, long localHi, long localLo, int localPort, long remoteHi, long remoteLo, int remote) {
        pool.read(index, wait);
        return wait.remoteLo() == remoteLo
                && wait.remotePort() == remote
                && wait.localPort() == localPort
                && wait.remoteHi() == remoteHi
                && wait.localLo() == localLo
                && wait.localHi() == localHi;
    }

    /// The open connection enters TIME-WAIT; the caller forgets it then.
    void enter(Tcp tcp, long nowNs) {
        Tcb tcb = tcp.tcb;
        int hash = tcp.hash(tcb);
        tcp.leave(hash, tcb.index(), tcb.localPort());
        int index = pool.take(1);
        if (index < 0) {
            index = oldest(tcp);
        }
        pool.write(index, wait);
        wait.localHi(tcb.localHi());
        wait.localLo(tcb.localLo());
        wait.localPort(tcb.localPort());
        wait.remoteHi(tcb.remoteHi());
        wait.remoteLo(tcb.remoteLo());
        wait.remotePort(tcb.remotePort());
        wait.sndNxt(tcb.sndNxt());
        wait.rcvNxt(tcb.rcvNxt());
        wait.tsRecent(tcb.tsRecent());
        wait.tsOffset(tcb.tsOffset());
        wait.timestamps(tcb.has(Tcb.TIMESTAMPS) ? 1 : 0);
        wait.window(tcp.text.windowPromised());
        wait.link(tcb.scope());
        // RFC 9293 §3.6.1: 2 MSL.
        wait.endsNs(nowNs + 2 * tcp.settings.mslNs());
        tcp.enter(hash, id(tcp, index), wait.localPort());
        tcp.deadlines.by(id(tcp, index), wait.endsNs());
    }

    /// Ends the oldest early, found in the order of the pool, which is about that of their begins.
    private int oldest(Tcp tcp) {
        int index = victim;
        victim = (victim + 1) % pool.count();
        pool.read(index, wait);
        end(tcp, index, hash(tcp));
        return pool.take(1);
    }

    /// Whether a segment is a SYN that a new connection may begin with in the place of the old one: RFC 9293 §3.6.1,
    /// RFC 6191.
    boolean mayEnd(int index, Segment seg) {
        if (!seg.has(SYN) || seg.has(ACK) || seg.has(RST)) {
            return false;
        }
        pool.read(index, wait);
        return seg.options.hasTimestamps() && wait.timestamps() != 0
                ? Seq.after(seg.options.tsVal(), wait.tsRecent())
                        || seg.options.tsVal() == wait.tsRecent() && Seq.after(seg.seq, wait.rcvNxt())
                : Seq.after(seg.seq, wait.rcvNxt());
    }

    /// A new connection takes the place of the old one.
    void recycle(Tcp tcp, int index, int hash) {
        pool.write(index, wait);
        end(tcp, index, hash);
        tcp.counters.add(Counter.TcpExtTWRecycled);
    }

    /// RFC 9293 §3.10.7.4 for TIME-WAIT, with RFC 1337 for a RST; no SYN that ends it.
    void segmentArrives(Tcp tcp, int index, Segment seg, long nowNs) {
        pool.write(index, wait);
        if (seg.has(RST)) {
            return;
        }
        boolean old = wait.timestamps() != 0
                && seg.options.hasTimestamps()
                && Seq.before(seg.options.tsVal(), wait.tsRecent());
        if (seg.has(FIN) && !old && seg.seq + seg.len() == wait.rcvNxt()) {
            // The peer has not seen our acknowledgment: the wait begins again.
            wait.endsNs(nowNs + 2 * tcp.settings.mslNs());
        }
        if (seg.len() > 0 || seg.seq == wait.rcvNxt() - 1) {
            tcp.replies.acknowledge(wait, nowNs);
        } else if (seg.seq != wait.rcvNxt()) {
            // Two ends whose numbers have come apart would answer each other without end, as in [Arrival].
            tcp.replies.challenge(wait, nowNs);
        }
    }

    /// The initial sequence number for a connection that takes the place of the one that was last [#recycle]d.
    int successorIss(int iss) {
        // RFC 6191 §2: beyond what the old connection used.
        return Seq.after(iss, wait.sndNxt()) ? iss : wait.sndNxt() + 128_000;
    }

    private void end(Tcp tcp, int index, int hash) {
        tcp.leave(hash, id(tcp, index), wait.localPort());
        pool.free(index);
    }

    void expire(Tcp tcp, int index, long nowNs) {
        if (!pool.taken(index)) {
            return;
        }
        pool.read(index, wait);
        if (wait.endsNs() > nowNs) {
            tcp.deadlines.by(id(tcp, index), wait.endsNs());
            return;
        }
        end(tcp, index, hash(tcp));
    }

    private int hash(Tcp tcp) {
        return tcp.table.hash(
                wait.localHi(), wait.localLo(), wait.localPort(), wait.remoteHi(), wait.remoteLo(), wait.remotePort());
    }

    void scan(Tcp tcp) {
        pool.scan(index -> {
            tcp.hand.works(id(tcp, index), Hand.Work.FOUND);
            pool.read(index, wait);
            tcp.enter(hash(tcp), id(tcp, index), wait.localPort());
            tcp.deadlines.by(id(tcp, index), wait.endsNs());
        });
    }
}
