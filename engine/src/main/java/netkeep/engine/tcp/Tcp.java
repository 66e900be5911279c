// Long: where every event of TCP comes in; the rules are elsewhere.
package netkeep.engine.tcp;

import java.lang.foreign.MemorySegment;
import netkeep.engine.ip.Failure;
import netkeep.engine.ip.Ip;
import netkeep.engine.ip.Landing;
import netkeep.engine.ip.Packet;
import netkeep.engine.ip.Path;
import netkeep.engine.ip.Rule;
import netkeep.engine.ip.Upper;
import netkeep.engine.ledger.Counter;
import netkeep.engine.ledger.Counters;
import netkeep.engine.ledger.Hand;
import netkeep.engine.ledger.Luck;
import netkeep.engine.ledger.Outgoing;
import netkeep.engine.ledger.Pool;
import netkeep.engine.socket.Claims;
import netkeep.engine.socket.Deadlines;
import netkeep.engine.socket.Endpoint;
import netkeep.engine.socket.FlowTable;
import netkeep.engine.socket.Leased;
import netkeep.engine.socket.Pace;
import netkeep.engine.socket.Ports;
import netkeep.engine.socket.Ready;
import netkeep.engine.socket.Rings;
import netkeep.engine.socket.Share;
import netkeep.engine.socket.Sockets;
import netkeep.ring.Ledger;
import netkeep.ring.Pieces;
import netkeep.wire.Checksum;
import netkeep.wire.IpProtocol;
import netkeep.wire.TcpHeader;
import netkeep.wire.Verdict;
import org.jspecify.annotations.Nullable;

/// TCP: finds the connection that a segment, a request or an instant concerns, opens it, and lets the rules work on it.
///
/// Ids: socket records first, then half-open connections, then those in TIME-WAIT; all three are in one [FlowTable]
/// and one [Deadlines].
public final class Tcp implements Upper, FlowTable.Keys {
    /// RFC 7323 §2.3: the greatest scale is 14.
    private static final int MOST_ROUNDING = 1 << 14;

    final Sockets sockets;
    final Hand hand;
    final Rings rings;
    final Ip ip;
    final Outgoing outgoing;
    final Counters counters;
    final Luck luck;
    final TcpSettings settings;
    final Share share;
    final Claims claims;
    final Tcb tcb;
    final Flow flow;
    final Flight flight;
    final Reassembly reassembly;
    final Path path = new Path();
    final Delivery nothing = new Delivery();
    final Writer writer;
    final Output output;
    final Timers timers;
    final Text text;
    final Expected expected;
    final Rightsizing rightsizing;
    final Recovery recovery;
    final Fate fate;
    final Initial initial;
    final SegmentSize sizes;
    final UserTimeout userTimeout;
    final Acknowledgment acknowledgment;
    final Replies replies;
    final FlowTable table;
    final Ports ports = new Ports();
    final Leased leased;
    final Deadlines deadlines = new Deadlines();
    final Ready ready = new Ready();
    final Pace pace;

    /// Whose peers are to send no more for now.
    final Pace slower;

    final HalfOpens halfOpens;
    final TimeWaits timeWaits;
    final int socketCount;

    final Pool flows;
    private final Arrival arrival;
    private final Listeners listeners;
    private final Users users;
    private final Refused refused;
    private final Segment seg = new Segment();
    private final Tcb lookedAt;

    /// Whether all connections are over, whatever their records say: [#abort].
    private boolean over;

    /// Opens the tables of TCP in a ledger, a new one or a predecessor's; [#scan] follows when the sessions are
    /// attached.
    public Tcp(
            Ledger ledger,
            Sockets sockets,
            Ip ip,
            Outgoing outgoing,
            Counters counters,
            Luck luck,
            TcpSettings s,
            Share share,
            Claims claims) {
        this.sockets = sockets;
        this.pace = new Pace(sockets, its -> its.sends, ready);
        this.slower = new Pace(sockets, its -> its.receives, ready);
        this.hand = sockets.hand();
        this.rings = sockets.rings();
        this.ip = ip;
        this.outgoing = outgoing;
        this.counters = counters;
        this.luck = luck;
        this.settings = s;
        this.share = share;
        this.claims = claims;
        this.socketCount = sockets.count();
        this.flows = new Pool(ledger, socketCount, Flow.SLOT);
        this.tcb = new Tcb();
        this.lookedAt = new Tcb();
        this.flow = new Flow();
        this.flight = new Flight(tcb, flow);
        this.reassembly = new Reassembly(flow);
        this.table = new FlowTable(this, luck);
        this.leased = new Leased(share);
        this.halfOpens = new HalfOpens(ledger, s.halfOpens());
        this.timeWaits = new TimeWaits(ledger, s.timeWaits());
        this.writer = new Writer(ip, outgoing, counters);
        this.initial = new Initial(luck, s);
        this.fate = new Fate(this);
        this.sizes = new SegmentSize(this);
        this.userTimeout = new UserTimeout(tcb);
        this.output = new Output(this);
        this.timers = new Timers(this);
        this.text = new Text(this);
        this.expected = new Expected(this);
        this.rightsizing = new Rightsizing(this);
        Rack rack = new Rack(tcb, flow, flight);
        this.recovery = new Recovery(tcb, flow, flight, rack, counters);
        this.acknowledgment = new Acknowledgment(this, rack);
        this.replies = new Replies(this, ledger);
        this.arrival = new Arrival(this);
        this.listeners = new Listeners(this);
        this.users = new Users(this);
        this.refused = new Refused(this);
        ip.upper(IpProtocol.TCP, this);
    }

    /// How many records the tables have, in the order in which they are laid: for [Ledger#length].
    public static int[] counts(TcpSettings settings, int sockets) {
        return new int[] {1, sockets, 1, settings.halfOpens(), 1, settings.timeWaits(), 1};
    }

    /// Octets of their slots.
    public static int[] slots() {
        return new int[] {
            Pool.USED_SLOT, Flow.SLOT, Pool.USED_SLOT, HalfOpen.SLOT, Pool.USED_SLOT, TimeWait.SLOT, Replies.SLOT
        };
    }

    /// What a client's requests reach.
    public Users users() {
        return users;
    }

    // ---- finding

    @Override
    public boolean matches(
            int id, long localHi, long localLo, int localPort, long remoteHi, long remoteLo, int remote) {
        if (id >= socketCount + halfOpens.count()) {
            return timeWaits.matches(
                    id - socketCount - halfOpens.count(), localHi, localLo, localPort, remoteHi, remoteLo, remote);
        }
        if (id >= socketCount) {
            return halfOpens.matches(id - socketCount, localHi, localLo, localPort, remoteHi, remoteLo, remote);
        }
        Tcb found = lookedAt;
        sockets.read(id, found);
        return found.remoteLo() == remoteLo
                && found.remotePort() == remote
                && found.localPort() == localPort
                && found.remoteHi() == remoteHi
                && found.localLo() == localLo
                && found.localHi() == localHi;
    }

    int hash(Endpoint of) {
        return table.hash(of.localHi(), of.localLo(), of.localPort(), of.remoteHi(), of.remoteLo(), of.remotePort());
    }

    /// Adds a flow, of a socket, half-open or in TIME-WAIT, to those that are found by their ends.
    void enter(int hash, int id, int localPort) {
        table.add(hash, id);
        leased.enter(localPort);
        claims.enter(IpProtocol.TCP, localPort);
    }

    /// Removes a flow if it is there.
    void leave(int hash, int id, int localPort) {
        if (table.remove(hash, id)) {
            leased.leave(localPort);
            claims.leave(IpProtocol.TCP, localPort);
        }
    }

    /// Opens the connection of a socket record: all rules work on it until the next is opened.
    void open(int index) {
        sockets.open(index, tcb);
        if (tcb.flowRecord() != 0) {
            flows.write(tcb.flowRecord() - 1, flow);
        } else {
            flow.leave();
        }
    }

    /// Gives the open connection a flow record, if it has none.
    void needFlow() {
        if (tcb.flowRecord() == 0) {
            int record = flows.take(tcb.index() + 1);
            tcb.flowRecord(record + 1);
            flows.write(record, flow);
        }
    }

    /// Whether there are octets of a connection in its receive ring that its client cannot see yet. Between two turns.
    public boolean holdsUnseen(int index) {
        sockets.read(index, tcb);
        if (tcb.kind() != Endpoint.CONNECTION || tcb.flowRecord() == 0) {
            return false;
        }
        flows.read(tcb.flowRecord() - 1, flow);
        return flow.gaps() > 0;
    }

    /// The open connection is over: nothing in flight or out of order counts any more.
    void dropFlow() {
        if (tcb.flowRecord() != 0) {
            flows.free(tcb.flowRecord() - 1);
            flow.leave();
            tcb.flowRecord(0);
        }
    }

    // ---- what happens

    /// Where to read the next frame of a link to if it is the one that is expected, null to read it whole.
    ///
    /// @param room octets of the longest frame
    public @Nullable Pieces landing(Landing landing, int link, MemorySegment frames, long at, int room) {
        return over ? null : expected.landing(landing, link, frames, at, room);
    }

    /// A frame was read to the pieces of [#landing], and arrives.
    public void landed() {
        expected.arrives();
    }

    @Override
    public void arrives(Packet packet, long nowNs) {
        counters.add(Counter.TcpInSegs, packet.segmentSize == 0 ? 1 : 1 + packet.upperLength / packet.segmentSize);
        if (TcpHeader.check(packet.headers, packet.upper, packet.upperLength) != Verdict.OK) {
            counters.add(Counter.TcpInErrs);
            return;
        }
        seg.read(packet);
        if (!packet.vouched && !sumHolds(packet)) {
            counters.add(Counter.TcpInErrs);
            counters.add(Counter.TcpInCsumErrors);
            return;
        }
        if (packet.multicast || packet.broadcast) {
            // RFC 9293 §3.9.2.3 (MUST-57).
            return;
        }
        int hash = hash(packet);
        int id = find(hash, packet);
        if (id < 0 && !ip.mayTake(packet, claims.stack(), owner(packet), claims.exact())) {
            return;
        }
        replies.about(packet, seg);
        if (over) {
            replies.reset(seg, nowNs);
        } else if (id >= 0 && id < socketCount) {
            open(id);
            arrival.segmentArrives(seg, packet, nowNs, us(nowNs));
            settle(id, nowNs);
        } else {
            listeners.segmentArrives(id, hash, seg, packet, nowNs);
        }
    }

    private int hash(Packet packet) {
        return table.hash(
                packet.destinationHi,
                packet.destinationLo,
                seg.destinationPort,
                packet.sourceHi,
                packet.sourceLo,
                seg.sourcePort);
    }

    private int find(int hash, Packet packet) {
        return table.find(
                hash,
                packet.destinationHi,
                packet.destinationLo,
                seg.destinationPort,
                packet.sourceHi,
                packet.sourceLo,
                seg.sourcePort);
    }

    /// Reads the segment of a packet that nobody has looked at yet.
    ///
    /// @return false if it is none
    private boolean reads(Packet packet) {
        boolean is = TcpHeader.check(packet.headers, packet.upper, packet.upperLength) == Verdict.OK;
        if (is) {
            seg.read(packet);
        }
        return is;
    }

    @Override
    public boolean knows(Packet packet) {
        if (!reads(packet) || (!packet.assembled || claims.exact()) && claims.stack() != owner(packet)) {
            return true;
        }
        int id = find(hash(packet), packet);
        boolean begins = seg.has(TcpHeader.SYN) && !seg.has(TcpHeader.ACK);
        return id >= 0 && !(begins && id >= socketCount + halfOpens.count());
    }

    @Override
    public boolean reaches(Packet packet, Rule rule) {
        return reads(packet) && listeners.reached(packet, seg.destinationPort, hash(packet), rule);
    }

    @Override
    public void refuse(Packet packet, long nowNs) {
        boolean toOne = !packet.multicast && !packet.broadcast;
        if (toOne && reads(packet) && (packet.vouched || sumHolds(packet))) {
            replies.about(packet, seg);
            replies.reset(seg, nowNs);
        }
    }

    /// The stack that owns the segment's flow.
    private int owner(Packet packet) {
        return claims.owner(
                IpProtocol.TCP,
                packet.destinationHi,
                packet.destinationLo,
                seg.destinationPort,
                packet.sourceHi,
                packet.sourceLo,
                seg.sourcePort);
    }

    /// Runs a segment that has made a new connection through that.
    void again(int index, Packet packet, long nowNs) {
        open(index);
        arrival.segmentArrives(seg, packet, nowNs, us(nowNs));
        settle(index, nowNs);
    }

    private boolean sumHolds(Packet packet) {
        long pseudo = Checksum.pseudo(
                packet.sourceHi,
                packet.sourceLo,
                packet.destinationHi,
                packet.destinationLo,
                IpProtocol.TCP,
                packet.upperLength);
        long sum = Checksum.add(pseudo, packet.frames(), packet.at + seg.textAt, seg.text);
        return TcpHeader.checkSum(packet.headers, packet.upper, sum) == Verdict.OK;
    }

    /// RFC 5927 §4.1: an error counts only if it quotes a sequence number that is in flight.
    @Override
    public boolean expects(Failure failure) {
        int id = find(failure);
        if (id < 0 || id >= socketCount) {
            return id >= socketCount && id < socketCount + halfOpens.count() && listeners.expects(id, failure);
        }
        sockets.read(id, lookedAt);
        return Seq.between(lookedAt.sndUna(), failure.seq, lookedAt.sndNxt() - 1);
    }

    @Override
    public void failed(Failure failure, long nowNs) {
        int id = find(failure);
        if (id >= 0 && id < socketCount) {
            open(id);
            users.failed(failure, nowNs);
            settle(id, nowNs);
        } else if (id >= socketCount && id < socketCount + halfOpens.count()) {
            listeners.failed(id, failure);
        }
    }

    private int find(Failure failure) {
        int hash = table.hash(
                failure.localHi,
                failure.localLo,
                failure.localPort,
                failure.remoteHi,
                failure.remoteLo,
                failure.remotePort);
        return table.find(
                hash,
                failure.localHi,
                failure.localLo,
                failure.localPort,
                failure.remoteHi,
                failure.remoteLo,
                failure.remotePort);
    }

    /// After anything happened to the connection of `index`: sees that it is looked at again when it must.
    void settle(int index, long nowNs) {
        if (tcb.kind() != Endpoint.CONNECTION || tcb.index() != index) {
            return;
        }
        if (tcb.timer() == Timers.NONE || tcb.timer() == Timers.PERSIST) {
            timers.arm(nowNs);
        }
        deadlines.by(index, Timers.deadlineNs(tcb));
        if (tcb.has(Tcb.ACK_NOW | Tcb.SYN_NEEDED | Tcb.PROBE) || mayTransmit()) {
            ready.add(index);
        }
    }

    /// Whether a look at what could be sent is worth it.
    private boolean mayTransmit() {
        return tcb.flowRecord() != 0 && flight.first(Flight.LOST) >= 0
                || tcb.sndWnd() != 0 && (output.unsent() || tcb.has(Tcb.FIN_WANTED) && !tcb.has(Tcb.FIN_SENT));
    }

    /// Lays down segments while there is room among the outgoing frames; those that find none wait for the next turn.
    public void transmit(long nowNs) {
        while (room()) {
            int index = ready.take();
            if (index < 0) {
                return;
            }
            hand.works(index, Hand.Work.SENDS);
            open(index);
            if (tcb.kind() == Endpoint.CONNECTION) {
                if (output.next(nowNs, us(nowNs))) {
                    ready.add(index);
                }
                deadlines.by(index, Timers.deadlineNs(tcb));
            }
        }
    }

    /// Whether somebody waits for [#transmit].
    public boolean pending() {
        return ready.count() > 0;
    }

    public long deadlineNs() {
        return Math.min(deadlines.firstNs(), Math.min(pace.deadlineNs(), slower.deadlineNs()));
    }

    /// @return whether anything was due
    public boolean expire(long nowNs) {
        boolean any = pace.expire(nowNs);
        any |= slower.expire(nowNs);
        for (int id = due(nowNs); id >= 0; id = due(nowNs)) {
            hand.works(id, Hand.Work.DUE);
            if (id >= socketCount) {
                listeners.expire(id, nowNs);
                any = true;
                continue;
            }
            sockets.read(id, lookedAt);
            if (lookedAt.kind() != Endpoint.CONNECTION) {
                continue;
            }
            long dueNs = Timers.deadlineNs(lookedAt);
            if (dueNs > nowNs) {
                // Its timer moved away: most do, for acknowledgments come before time-outs.
                deadlines.by(id, dueNs);
                continue;
            }
            open(id);
            timers.expire(nowNs, us(nowNs));
            settle(id, nowNs);
            any = true;
        }
        return any;
    }

    /// Whoever is due next, -1 for nobody, or for the next turn: what is over may have to be told by a RST.
    private int due(long nowNs) {
        return room() ? deadlines.due(nowNs) : -1;
    }

    // ---- small facts

    /// Whether a segment finds room among the outgoing frames: finding its way may take a frame too.
    boolean room() {
        return outgoing.room() > 1;
    }

    /// Finds where the open connection's packets go now.
    ///
    /// @return false if there is no way
    boolean path(long nowNs) {
        if (!ip.path(path, tcb.localHi(), tcb.localLo(), tcb.remoteHi(), tcb.remoteLo(), tcb.scope(), nowNs)) {
            return false;
        }
        sizes.follow();
        return true;
    }

    /// Octets that the rings of every session have at least: the first window is told before it is known whose the
    /// connection will be, and any window may be rounded up by its scale.
    public int leastCapacity() {
        return Math.min(0xFFFF, settings.receiveBuffer()) + MOST_ROUNDING;
    }

    int receiveBufferMost(Endpoint at) {
        return Math.max(2048, Math.min(settings.receiveBufferMax(), sockets.capacity(at) - MOST_ROUNDING));
    }

    /// Lets the user give more when the window has grown: two windows' worth.
    void tuneSendBuffer() {
        if (!tcb.has(Tcb.SEND_FIXED)) {
            int most = Math.min(settings.sendBufferMax(), sockets.capacity(tcb));
            int wanted = (int) Math.min(most, 2L * tcb.cwnd());
            if (wanted > tcb.sndBuffer()) {
                tcb.sndBuffer(wanted);
            }
        }
    }

    /// A listener is gone.
    void closedListener(int index, long nowNs) {
        listeners.closed(index, nowNs);
    }

    /// The timestamp clock, RFC 7323 §5.4: milliseconds.
    int timestamp(long nowNs, int offset) {
        return (int) (nowNs / 1_000_000) + offset;
    }

    static int us(long nowNs) {
        return (int) (nowNs / 1000);
    }

    int sinceUs(long thenNs, long nowNs) {
        return Math.clamp((nowNs - thenNs) / 1000, 1, Integer.MAX_VALUE);
    }

    /// Takes a record out of which a predecessor died: after the sessions are attached, before [#scan].
    ///
    /// @param id as of a flow; of no datagram socket
    /// @return whether its peer is to be told, once that is committed
    public boolean takeOut(int id) {
        return refused.takeOut(id);
    }

    /// Sends a RST for the connection that was taken out last.
    public void resetTakenOut(long nowNs) {
        refused.reset(nowNs);
    }

    /// Resets connections, those of sockets from `from` on, as many as find room among the outgoing frames. From now
    /// on whatever comes is answered as where there is none; nothing is written to a record.
    ///
    /// @return where to go on; [Sockets#count] at the end
    public int abort(int from, long nowNs) {
        over = true;
        // Each may have to ask for its way first.
        return sockets.look(from, outgoing.room() / 2, index -> {
            sockets.read(index, lookedAt);
            if (lookedAt.kind() == Endpoint.CONNECTION
                    && (lookedAt.tcpState().synchronised() || lookedAt.tcpState() == State.SYN_RECEIVED)) {
                replies.resetConnection(lookedAt, nowNs);
            }
        });
    }

    /// Builds what is derived from the records: after the sessions are attached.
    public void scan(long nowNs) {
        sockets.scan(index -> {
            hand.works(index, Hand.Work.FOUND);
            sockets.read(index, lookedAt);
            if (lookedAt.kind() == Endpoint.CONNECTION && lookedAt.tcpState() != State.CLOSED) {
                enter(hash(lookedAt), index, lookedAt.localPort());
                deadlines.by(index, 0);
                ready.add(index);
            }
            if (lookedAt.kind() == Endpoint.LISTENER || lookedAt.kind() == Endpoint.CONNECTION) {
                users.bound(lookedAt, index);
            }
        });
        listeners.scan();
    }
}
