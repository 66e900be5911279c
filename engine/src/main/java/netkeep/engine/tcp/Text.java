package netkeep.engine.tcp;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import netkeep.engine.ip.Packet;
import netkeep.engine.ledger.Counter;
import netkeep.engine.socket.Credit;
import netkeep.session.Event;
import netkeep.wire.TcpOptions;

/// What arrives for the user: text in order and ahead of it, the window promised, acknowledgments and their delay.
final class Text {
    /// How long the acknowledgment of a FIN waits for ours.
    private static final long FIN_DELAY_NS = MILLISECONDS.toNanos(1);

    private final Tcp tcp;
    private final Tcb tcb;
    private final Flow flow;
    private final Reassembly reassembly;

    Text(Tcp tcp) {
        this.tcp = tcp;
        this.tcb = tcp.tcb;
        this.flow = tcp.flow;
        this.reassembly = tcp.reassembly;
    }

    /// RFC 9293 §3.10.7.4, seventh: the segment's text, which begins before the window's right edge.
    void arrives(Segment seg, Packet packet, long nowNs) {
        tcp.sockets.refreshReceive(tcb);
        int size = packet.segmentSize != 0 ? packet.segmentSize : seg.text;
        if (size > tcb.rcvMss()) {
            tcb.rcvMss(Math.min(size, 0xFFFF));
        }
        int overlap = tcb.rcvNxt() - seg.seq;
        if (overlap > 0) {
            duplicate(seg.seq, Seq.earlier(seg.seq + seg.text, tcb.rcvNxt()));
            if (overlap >= seg.text) {
                tcb.set(Tcb.ACK_NOW);
                return;
            }
            seg.trimFront(overlap);
        }
        int beyond = seg.seq + seg.text - tcb.rcvAdv();
        if (beyond > 0) {
            // What follows is not ours yet, the FIN neither.
            seg.text -= beyond;
            seg.flags &= ~netkeep.wire.TcpHeader.FIN;
            tcb.set(Tcb.ACK_NOW);
        }
        if (seg.text <= 0) {
            tcp.counters.add(Counter.TcpExtTCPZeroWindowDrop);
            return;
        }
        if (seg.seq == tcb.rcvNxt()) {
            inOrder(seg, packet, nowNs);
        } else {
            ahead(seg, packet);
        }
    }

    private void inOrder(Segment seg, Packet packet, long nowNs) {
        boolean gaps = tcb.flowRecord() != 0 && flow.gaps() > 0;
        if (!tcb.has(Tcb.SHUT_READ)) {
            if (!gaps && tcb.rcvHead() == tcb.rcvTail()) {
                tcb.rcvBase(tcb.rcvTail());
            }
            tcp.expected.store(seg, packet);
        }
        tcp.expected.goesOn(packet, seg);
        int next = tcb.rcvNxt() + seg.text;
        if (gaps) {
            repeated(seg);
            next = reassembly.advance(next);
            // RFC 5681 §4.2: a segment that fills a gap is acknowledged at once.
            tcb.set(Tcb.ACK_NOW);
        }
        int octets = next - tcb.rcvNxt();
        tcb.rcvNxt(next);
        if (!tcb.has(Tcb.SHUT_READ)) {
            tcb.rcvTail(tcb.rcvTail() + octets);
        }
        tcp.sockets.tell(tcb.index(), Event.READ);
        if (!tcb.has(Tcb.EDGE_MOVED)) {
            tcp.sockets.attachment(tcb).receives.spend(octets, nowNs);
        }
        delay(octets, nowNs);
        tcp.rightsizing.arrived(seg, nowNs);
    }

    /// The delayed acknowledgment, RFC 9293 §3.8.6.3.
    private void delay(int octets, long nowNs) {
        int waiting = tcb.ackWaiting() + octets;
        tcb.ackWaiting(waiting);
        // Where text goes one way nothing of ours takes the acknowledgment along, and the peer's Nagle waits for it.
        boolean awaited = octets < tcb.rcvMss() && tcb.has(Tcb.ACK_ALONE);
        // (SHLD-19) At least every second full-sized segment.
        if (waiting >= 2 * tcb.rcvMss() || awaited || tcb.has(Tcb.QUICK_ACK)) {
            tcb.set(Tcb.ACK_NOW);
        } else if (tcb.ackNs() == 0) {
            tcb.ackNs(nowNs + tcp.settings.ackDelayNs());
        }
    }

    /// A FIN arrived in order and led to `after`. A user who has nothing more to send closes at once: then our FIN
    /// acknowledges the peer's.
    void delayFin(State after, long nowNs) {
        if (after != State.CLOSE_WAIT || tcb.has(Tcb.QUICK_ACK)) {
            tcb.set(Tcb.ACK_NOW);
        } else if (!tcb.has(Tcb.ACK_NOW)) {
            long soonNs = nowNs + Math.min(FIN_DELAY_NS, tcp.settings.ackDelayNs());
            tcb.ackNs(tcb.ackNs() == 0 ? soonNs : Math.min(tcb.ackNs(), soonNs));
        }
    }

    private void ahead(Segment seg, Packet packet) {
        // RFC 5681 §4.2: at once, so that the sender hears of the gap.
        tcb.set(Tcb.ACK_NOW);
        tcp.needFlow();
        int right = seg.seq + seg.text;
        if (!reassembly.fits(seg.seq, right)) {
            tcp.counters.add(Counter.TcpExtTCPOFODrop);
            return;
        }
        long position = tcb.rcvTail() + (seg.seq - tcb.rcvNxt());
        if (!tcb.has(Tcb.SHUT_READ)) {
            storeGaps(seg, packet, position);
        }
        tcp.counters.add(Counter.TcpExtTCPOFOQueue);
        repeated(seg);
        reassembly.add(seg.seq, right);
    }

    /// Tells of what lies ahead of RCV.NXT what a segment brings again, the first of it if there is more (RFC 2883
    /// §4.2).
    private void repeated(Segment seg) {
        int right = seg.seq + seg.text;
        int known = reassembly.first(seg.seq, right);
        if (known >= 0) {
            duplicate(Seq.later(seg.seq, reassembly.left(known)), Seq.earlier(right, reassembly.right(known)));
        }
    }

    /// Stores only what does not lie there yet: what was told by SACK stays as it is, whatever comes later.
    private void storeGaps(Segment seg, Packet packet, long position) {
        int from = seg.seq;
        int end = seg.seq + seg.text;
        for (int i = 0; i <= flow.gaps() && Seq.before(from, end); i++) {
            int stop = i < flow.gaps() ? Seq.earlier(end, reassembly.left(i)) : end;
            if (Seq.before(from, stop)) {
                int skip = from - seg.seq;
                tcp.rings.store(tcb, position + skip, packet.frames(), packet.at + seg.textAt + skip, stop - from);
            }
            if (i < flow.gaps()) {
                from = Seq.later(from, reassembly.right(i));
            }
        }
    }

    /// RFC 2883: tells the peer with the next acknowledgment what it sent twice.
    void duplicate(int left, int right) {
        if (tcb.has(Tcb.SACK_OK) && Seq.before(left, right)) {
            tcp.needFlow();
            flow.dsackLeft(left);
            flow.dsackRight(right);
            tcp.counters.add(Counter.TcpExtTCPDSACKOldSent);
        }
    }

    /// Adds the blocks of a selective acknowledgment, RFC 2018 §4, a duplicate first (RFC 2883 §4).
    void tellGaps(TcpOptions options) {
        if (flow.dsackLeft() != flow.dsackRight()) {
            options.sack(flow.dsackLeft(), flow.dsackRight());
            flow.dsackLeft(flow.dsackRight());
        }
        for (int nth = 0; nth < flow.gaps() && options.sacks() < TcpOptions.MAX_SACKS; nth++) {
            int interval = reassembly.told(nth);
            int right = reassembly.right(interval);
            boolean end = flow.finAhead() != 0 && flow.finSeq() == right;
            options.sack(reassembly.left(interval), end ? right + 1 : right);
        }
        if (endAlone() && options.sacks() < TcpOptions.MAX_SACKS) {
            options.sack(flow.finSeq(), flow.finSeq() + 1);
        }
    }

    /// Whether a FIN has come ahead, whose sequence number is to be told as those of text are, and no text before it.
    private boolean endAlone() {
        if (flow.finAhead() == 0 || Seq.before(flow.finSeq(), tcb.rcvNxt())) {
            return false;
        }
        for (int i = 0; i < flow.gaps(); i++) {
            if (reassembly.right(i) == flow.finSeq()) {
                return false;
            }
        }
        return true;
    }

    /// Octets that [#tellGaps] will take of `room`.
    int gapsLength(int room) {
        if (tcb.flowRecord() == 0 || !tcb.has(Tcb.SACK_OK)) {
            return 0;
        }
        int blocks = flow.gaps() + (flow.dsackLeft() != flow.dsackRight() ? 1 : 0) + (endAlone() ? 1 : 0);
        int fitting = Math.min(Math.min(blocks, TcpOptions.MAX_SACKS), (room - 4) / 8);
        return fitting == 0 ? 0 : 4 + 8 * fitting;
    }

    /// The window for the next segment, as it stands in the header; what was promised is never taken back.
    ///
    int windowToTell(long nowNs) {
        tcp.sockets.refreshReceive(tcb);
        int promised = tcb.rcvAdv() - tcb.rcvNxt();
        long unread = tcb.rcvTail() - tcb.rcvHead();
        int wnd = promised + mayGrow(promised, nowNs);
        int most = 0xFFFF << tcb.rcvScale();
        int field = Math.min(Math.max(wnd, 0), most) >>> tcb.rcvScale();
        if (field << tcb.rcvScale() < promised && promised <= most) {
            // Rounded down the edge would move back. But each rounding up moves it on, and many small segments must not
            // get it beyond the ring: there RFC 7323 §2.4 lets it seem to move back by less than a unit.
            int up = promised + (1 << tcb.rcvScale()) - 1 >>> tcb.rcvScale();
            field = unread + ((long) up << tcb.rcvScale()) <= tcp.sockets.capacity(tcb) ? up : field;
        }
        int told = field << tcb.rcvScale();
        if (told == 0 && promised > 0) {
            tcp.counters.add(Counter.TcpExtTCPToZeroWindowAdv);
        }
        if (told > promised) {
            pay(told, promised, nowNs);
            tcb.rcvAdv(tcb.rcvNxt() + told);
            if (mayGrow(told, nowNs) > 0) {
                // Rounded down it is less than the session allows: what is left of that is there later, with more.
                tcp.slower.awaits(tcb);
            }
        }
        wake();
        return field;
    }

    /// By how much the window may grow now.
    ///
    /// RFC 9293 §3.8.6.2.2: the right edge moves only by a full segment or half the buffer. Where the session may
    /// receive so much a second it first moves when half of the buffer is used up: who sends little never moves it.
    private int mayGrow(int promised, long nowNs) {
        int buffer = buffer();
        int more = (int) Math.max(0, buffer - (tcb.rcvTail() - tcb.rcvHead())) - promised;
        if (more < Math.min(buffer / 2, step())) {
            return 0;
        }
        Credit credit = tcp.sockets.attachment(tcb).receives;
        if (!credit.limited()) {
            return more;
        }
        boolean little = !tcb.has(Tcb.EDGE_MOVED) && promised >= buffer / 2;
        if (little || tcp.slower.holds(tcb, nowNs)) {
            return 0;
        }
        return Math.min(more, Math.max(credit.left(nowNs), step()));
    }

    /// Octets by which the right edge moves at least: a full segment, and what a header can tell.
    private int step() {
        return Math.max(tcb.sndMss(), 1 << tcb.rcvScale());
    }

    /// Has the session pay for what it allows its peer to send: the first window as it arrives, what comes behind it
    /// when it is promised. So a peer sends at the session's rate, and not all of a window at once.
    private void pay(int wnd, int promised, long nowNs) {
        tcp.sockets.attachment(tcb).receives.spend(tcb.has(Tcb.EDGE_MOVED) ? wnd - promised : wnd, nowNs);
        tcb.set(Tcb.EDGE_MOVED);
    }

    /// The connection is over: what its peer may have sent and did not is given back.
    void over(long nowNs) {
        if (tcb.has(Tcb.EDGE_MOVED)) {
            tcp.sockets.attachment(tcb).receives.spend(tcb.rcvNxt() - tcb.rcvAdv(), nowNs);
            tcb.clear(Tcb.EDGE_MOVED);
        }
    }

    /// Whether the window grows though no segment asks for it, because its session had to wait for that.
    boolean grows(long nowNs) {
        return tcp.sockets.attachment(tcb).receives.limited()
                && tcb.tcpState().receives()
                && tcp.sockets.refreshReceive(tcb)
                && mayGrow(tcb.rcvAdv() - tcb.rcvNxt(), nowNs) > 0;
    }

    /// The window as it was promised, as it stands in a header: rounded down the edge would move back.
    int windowPromised() {
        int promised = Math.max(0, tcb.rcvAdv() - tcb.rcvNxt());
        return Math.min(0xFFFF, promised + (1 << tcb.rcvScale()) - 1 >>> tcb.rcvScale());
    }

    /// The first window was told: until the peer has used it up, reading makes no other.
    void promised() {
        tcb.rcvWake(tcb.rcvTail() + tcb.rcvAdv() - tcb.rcvNxt());
    }

    /// When the client is to say that it has read: when the window can grow by a worthwhile amount.
    private void wake() {
        int buffer = buffer();
        int promised = tcb.rcvAdv() - tcb.rcvNxt();
        int step = promised >= buffer / 2 ? buffer / 2 : Math.min(buffer / 2, 2 * step());
        tcb.rcvWake(tcb.rcvTail() + promised - buffer + step);
    }

    /// Octets of the receive buffer that a window can tell of.
    private int buffer() {
        return Math.min(tcb.rcvBuffer(), 0xFFFF << tcb.rcvScale());
    }

    /// The client has read: says so to the peer if the window grows by enough (RFC 9293 §3.8.6.2.2).
    void read(long nowNs) {
        if (!tcp.sockets.refreshReceive(tcb) || !tcb.tcpState().receives()) {
            return;
        }
        boolean worthwhile = tcb.rcvHead() >= tcb.rcvWake();
        if (worthwhile && (!tcp.sockets.attachment(tcb).receives.limited() || grows(nowNs))) {
            tcb.set(Tcb.ACK_NOW);
        }
    }
}
