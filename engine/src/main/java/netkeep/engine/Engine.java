// Long: all that a shell sees of an engine is in one place.
package netkeep.engine;

import java.lang.foreign.MemorySegment;
import java.util.List;
import netkeep.engine.dhcp.Dhcp;
import netkeep.engine.icmp.Icmp;
import netkeep.engine.ip.Ip;
import netkeep.engine.ledger.Counter;
import netkeep.engine.ledger.Counters;
import netkeep.engine.ledger.FrameMarks;
import netkeep.engine.ledger.Hand;
import netkeep.engine.ledger.Luck;
import netkeep.engine.ledger.Outgoing;
import netkeep.engine.neighbor.LinkSettings;
import netkeep.engine.socket.Attachment;
import netkeep.engine.socket.Claims;
import netkeep.engine.socket.Endpoint;
import netkeep.engine.socket.Onlooker;
import netkeep.engine.socket.Share;
import netkeep.engine.socket.Sockets;
import netkeep.engine.tcp.Tcp;
import netkeep.engine.udp.Udp;
import netkeep.ring.Layouts;
import netkeep.ring.Ledger;
import netkeep.ring.Pieces;
import netkeep.ring.Region;
import netkeep.session.QuietRings;
import netkeep.session.Rates;
import netkeep.session.SessionLayout;
import netkeep.session.Terms;
import netkeep.wire.Verdict;
import org.jspecify.annotations.Nullable;

/// The engine, as its shell sees it: it is told what happened and asked what to do.
///
/// A turn calls [#arrives] for each frame, [#requests], [#expire], [#transmit] and [#commit]; then it sends the frames
/// in [#outgoing] and calls [#publish]. Instants come from one clock that never goes back. All that outlives a turn is
/// in the ledger and in the sessions' regions: an engine that is built on those of a dead one goes on where its last
/// commit was.
public final class Engine {
    /// The deadline of an engine that waits for nothing.
    public static final long NEVER = Long.MAX_VALUE;

    /// Octets in which all headers of a frame must end, else it is dropped.
    public static final int HEADERS = 256;

    /// Frames of datagrams in a turn in which streams have something to send.
    private static final int DATAGRAMS = 8;

    private static final long MAGIC = 0x4e4b_0001_0000L | Layouts.version();

    private final Ledger ledger;
    private final Counters counters;
    private final Outgoing outgoing;
    private final Ip ip;
    private final Icmp icmp;
    private final Dhcp dhcp;
    private final Sockets sockets;
    private final Tcp tcp;
    private final Udp udp;
    private final Claims claims;
    private final FrameMarks marks;
    private final Hand hand;
    private final Requests requests;
    private final Tidying tidying;
    private final MemorySegment headers;
    private @Nullable Trial trial;

    // The end of all service: whether it has begun, and which socket is reset next.
    private boolean over;
    private int aborted;

    /// Sees every input before it is judged, and may throw: for trials of what becomes of what a stack dies of.
    public interface Trial {
        void frame(MemorySegment frames, long at, int length);

        void request(int op);

        /// A socket's record is about to be worked on though no input asks for it.
        default void record(Endpoint of, Hand.Work why) {}
    }

    /// Builds an engine on a ledger: a new one, all zeros, or a dead predecessor's. [#attach] the sessions, then
    /// [#begin].
    ///
    /// @param region of [#ledgerLength] octets
    /// @param heads  of [#headsLength] octets; need not outlive the engine
    /// @param links  by their numbers; the first is [LinkSettings#LOOPBACK]
    /// @param seed0  seed1 128 bits that nobody can guess, used only where the ledger is new
    public Engine(
            Region region, MemorySegment heads, EngineSettings settings, LinkSettings[] links, long seed0, long seed1) {
        this.ledger = new Ledger(region, MAGIC);
        this.counters = new Counters(ledger);
        Luck luck = new Luck(ledger, seed0, seed1);
        // All memory is native: where the compiler sees two kinds of segments each access costs twice as much.
        this.headers = heads.asSlice(0, HEADERS);
        this.outgoing = new Outgoing(heads.asSlice(HEADERS));
        this.ip = new Ip(ledger, counters, luck, outgoing, settings.ip(), links);
        this.icmp = new Icmp(ledger, counters, luck, outgoing, ip);
        this.dhcp = new Dhcp(ledger, luck, outgoing, ip);
        this.sockets = new Sockets(ledger, settings.sockets(), settings.sessions());
        Share share = settings.share();
        this.claims = new Claims(share);
        this.tcp = new Tcp(ledger, sockets, ip, outgoing, counters, luck, settings.tcp(), share, claims);
        this.udp = new Udp(sockets, ip, outgoing, counters, luck, share, claims);
        ip.reports(!claims.exact() || share.stack() == 0);
        this.marks = new FrameMarks(ledger, links.length + share.stacks());
        this.hand = sockets.hand();
        this.requests = new Requests(sockets, tcp, udp);
        this.tidying = new Tidying(sockets, tcp);
    }

    /// Octets of the ledger's region; all but what is used may be sparse.
    public static long ledgerLength(EngineSettings settings, int links) {
        int[] ipCounts = Ip.counts(settings.ip(), links);
        int[] tcpCounts = Tcp.counts(settings.tcp(), settings.sockets());
        return Ledger.length(new int[] {Counters.count(), 1}, new int[] {Counters.slot(), Luck.slot()})
                + Ledger.length(ipCounts, Ip.slots())
                + Ledger.length(Icmp.counts(), Icmp.slots())
                + Ledger.length(Dhcp.counts(links), Dhcp.slots())
                + Ledger.length(
                        new int[] {settings.sessions(), settings.sockets()}, new int[] {Attachment.SLOT, Endpoint.SLOT})
                + Ledger.length(tcpCounts, Tcp.slots())
                + Ledger.length(new int[] {links + settings.share().stacks()}, new int[] {FrameMarks.slot()});
    }

    /// Octets of scratch memory: a frame's headers, and the heads of the most frames that a turn sends.
    public static long headsLength(EngineSettings settings) {
        return HEADERS + (long) settings.frames() * Outgoing.HEAD;
    }

    /// Attaches a session of this program's own.
    public Attachment attach(int number, SessionLayout layout, Region client, Region stack) {
        return attach(number, layout, client, stack, Terms.NOBODY, Rates.ANY);
    }

    /// Attaches a session: a new one, or one that a predecessor served.
    ///
    /// @param number which of the engine's sessions it is, with a predecessor as with this one
    /// @param client what the client writes, here read only
    /// @param stack  what the stack writes
    /// @param user   of the client's process
    /// @param rates  what it may do in a second
    /// @throws IllegalArgumentException if the session's rings cannot hold what every connection promises its peer
    public Attachment attach(int number, SessionLayout layout, Region client, Region stack, int user, Rates rates) {
        if (layout.capacity() < tcp.leastCapacity()) {
            throw new IllegalArgumentException("capacity " + layout.capacity() + " of " + tcp.leastCapacity());
        }
        return sockets.attach(number, layout, client, stack, user, rates);
    }

    /// Closes sockets of a session whose client is dead or was cut off, as a kernel does, some at a time.
    /// Harmless where that was done. Between two turns. What is owed to peers lies in its regions: once all
    /// are closed and [Attachment#inUse] is 0 it can be forgotten, by [#detach].
    ///
    /// @param from the first that is to be looked at: 0, then what this has returned
    /// @return where to go on; as many as the session may have when all are closed
    public int close(Attachment attachment, int from, long nowNs) {
        return requests.close(attachment, from, false, nowNs);
    }

    /// As [#close], but what is owed to peers is given up: their connections are reset.
    public int reset(Attachment attachment, int from, long nowNs) {
        return requests.close(attachment, from, true, nowNs);
    }

    /// Closes a socket that no process of its client has any more, unless that was done or it has another life by now.
    public void leave(Attachment attachment, int socket, int life, long nowNs) {
        requests.leave(attachment, socket, life, nowNs);
    }

    /// Ends all service, in several turns: sends a RST for each connection (the user's ABORT, RFC 9293 §3.10.5), as
    /// many a turn as [#outgoing] has room for. From the first call on segments are answered as where there is no
    /// connection, only IP's time-outs count, and clients are told nothing. Instead of [#requests] and [#transmit].
    ///
    /// @return whether that was all
    public boolean abort(long nowNs) {
        over = true;
        aborted = tcp.abort(aborted, nowNs);
        return aborted == sockets.count();
    }

    /// The sessions that are attached.
    public List<Attachment> attachments() {
        return List.copyOf(sockets.attachments());
    }

    /// Cuts a session off: its client broke the layout, or what it asked for is not to be tried again.
    public void cutOff(int session, String why) {
        for (Attachment attachment : sockets.attachments()) {
            if (attachment.number == session) {
                attachment.broken(why);
            }
        }
    }

    /// Forgets a session whose sockets are all free. Between two turns.
    public void detach(Attachment attachment) {
        sockets.detach(attachment);
    }

    /// Has all inputs and records from now on seen by a trial.
    public void tryWith(Trial by) {
        trial = by;
        requests.tryWith(by);
        Endpoint of = new Endpoint();
        hand.tryWith((id, why) -> {
            if (id < sockets.count()) {
                sockets.read(id, of);
                by.record(of, why);
            }
        });
    }

    /// Has all that crosses the boundary to clients seen, or no more. Between two turns.
    public void show(@Nullable Onlooker to) {
        sockets.show(to);
    }

    /// Takes a record out of which a predecessor died, as [#hand] tells, and commits that: a connection is reset, a
    /// socket fails, and nothing else of it is read. Once all sessions are attached, before [#begin].
    public void takeOut(int record, long nowNs) {
        counters.add(Counter.StackRecordDrops);
        boolean known = !udp.takeOut(record) && tcp.takeOut(record);
        counters.commit();
        ledger.commit();
        hand.none();
        if (known) {
            tcp.resetTakenOut(nowNs);
        }
    }

    /// Finds what the records say there is to do, once all sessions of a predecessor are attached.
    public void begin(long nowNs) {
        tcp.scan(nowNs);
        udp.scan();
        hand.done();
        claims.settle();
    }

    /// A frame of `length` octets arrived, which begins with a virtio header; nothing of it is kept.
    ///
    /// @param frames where the whole frame lies and its owner may still write: payload is copied once, to where the
    ///               application reads it
    /// @return why it was dropped, [Verdict#OK] if it was not; [Verdict#ELSEWHERE] if its flow is another stack's:
    ///         nothing has happened then, and the frame is to be brought to the one of number [#owner]
    public Verdict arrives(int link, MemorySegment frames, long at, int length, long nowNs) {
        if (trial != null) {
            trial.frame(frames, at, length);
        }
        // What is judged must be ours alone.
        MemorySegment.copy(frames, at, headers, 0, Math.min(length, HEADERS));
        ip.arrives(link, headers, frames, at, length, nowNs);
        return ip.verdictOfLastFrame();
    }

    /// The number of the stack that is to have the last frame, of which [#arrives] said [Verdict#ELSEWHERE].
    public int owner() {
        return ip.ownerOfLastFrame();
    }

    /// Whether the last frame that [#arrives] took is for all stacks that share the addresses: each of the others is
    /// to be [#brought] it, whatever became of it here.
    public boolean spreads() {
        return claims.exact() && ip.spreads();
    }

    /// As [#arrives], of a frame that another stack has taken from a link of the same number and brought here, for
    /// which there is no way on.
    ///
    /// @param copy whether all stacks have it, so that whoever took it answers
    public Verdict brought(int link, MemorySegment frames, long at, int length, boolean copy, long nowNs) {
        ip.brings(true, copy);
        Verdict verdict = arrives(link, frames, at, length, nowNs);
        counters.add(Counter.StacksInFrames);
        ip.brings(false, false);
        return verdict;
    }

    /// Where to read the next frame of a link to, if octets of the one that is expected can be read straight to where
    /// the application reads them; null to read it as any other.
    ///
    /// @param frames native memory; whatever frame comes, its first [#HEADERS] octets are read to `at`
    /// @param room   octets there, those of the link's longest frame
    public @Nullable Pieces landing(int link, MemorySegment frames, long at, int room) {
        return tcp.landing(ip.landing(), link, frames, at, room);
    }

    /// As [#arrives], of a frame that was read to the pieces that [#landing] has just named.
    public Verdict lands(int link, MemorySegment frames, long at, int length, long nowNs) {
        tcp.landed();
        ip.landing().read(length);
        Verdict verdict = arrives(link, frames, at, length, nowNs);
        if (verdict == Verdict.ELSEWHERE || claims.exact() && ip.spreads()) {
            ip.landing().gather(frames, at);
        }
        ip.landing().clear();
        return verdict;
    }

    /// Copies octets of a frame that a predecessor had read to pieces, and did not judge for good, from where they
    /// landed.
    ///
    /// @param socket as [netkeep.engine.ip.Landing] has it, and so `offset`
    /// @return whether they are there
    public boolean fetch(int socket, int offset, int length, MemorySegment to, long at) {
        return sockets.fetch(socket, offset, length, to, at);
    }

    /// Takes requests of all sessions, `most` of each, and where there are several no more of one than its share.
    ///
    /// @return how many were taken
    public int requests(int most, long nowNs) {
        return requests.take(most, nowNs);
    }

    /// Takes a request of one session.
    ///
    /// @return 1, or 0 if there is none
    public int request(long nowNs) {
        return requests.takeOne(nowNs);
    }

    /// Does what is due at `nowNs`; harmless when nothing is.
    ///
    /// @return whether anything was: if not, it was looked too early, and there is nothing to commit
    public boolean expire(long nowNs) {
        boolean due = ip.deadlineNs() <= nowNs;
        if (due) {
            ip.expire(nowNs);
        }
        if (over) {
            return due;
        }
        due |= udp.expire(nowNs);
        due |= tcp.expire(nowNs);
        hand.done();
        return due;
    }

    /// Lays down what is to be sent, as much as [#outgoing] has room for.
    public void transmit(long nowNs) {
        // Who sends datagrams without end leaves room for streams, and the time in which frames as long are sent.
        udp.transmit(tcp.pending() ? DATAGRAMS : outgoing.room(), nowNs);
        tcp.transmit(nowNs);
        hand.done();
    }

    /// Whether the next turn has something to send, to tell or to commit, whatever else comes.
    public boolean pending() {
        return ledger.changed() || sockets.pending() || tcp.pending() || udp.pending();
    }

    /// Makes all that happened since the last commit count, with one store.
    public void commit() {
        if (!over) {
            sockets.events();
        }
        counters.commit();
        ledger.commit();
    }

    /// Shows the clients what the turn did; after the frames are on their way.
    public void publish() {
        outgoing.clear();
        if (!over) {
            claims.publish();
            sockets.publish();
        }
    }

    /// Gives back what quiet receive rings of a session's sockets `from` to `end - 1` have touched. Between two turns.
    public void tidy(Attachment attachment, QuietRings receiveRings, int from, int end) {
        tidying.visit(attachment, receiveRings, from, end);
    }

    /// When to call [#expire], or [#NEVER].
    public long deadlineNs() {
        return Math.min(ip.deadlineNs(), Math.min(tcp.deadlineNs(), udp.deadlineNs()));
    }

    /// The frames that the turn sends.
    public Outgoing outgoing() {
        return outgoing;
    }

    /// A turn begins, at an instant that whoever takes it again will want to know.
    public void turns(long nowNs) {
        ledger.turns(nowNs);
    }

    /// When the last turn began, this engine's or its predecessor's; 0 for none.
    public long turnNs() {
        return ledger.turnNs();
    }

    /// What is being taken. The shell notes frames, the engine requests, and records while the shell wants that.
    public Hand hand() {
        return hand;
    }

    /// Counts a frame that a predecessor died of, and that is not looked at again.
    public void refuse() {
        counters.add(Counter.LinkInDrops);
    }

    /// How far the shell has taken and laid down frames where links are elsewhere.
    public FrameMarks marks() {
        return marks;
    }

    public Counters counters() {
        return counters;
    }

    /// Addresses, routes and neighbors.
    public Ip ip() {
        return ip;
    }

    /// Echo requests and what answers them.
    public Icmp icmp() {
        return icmp;
    }

    /// Addresses of IPv4 that servers lend.
    public Dhcp dhcp() {
        return dhcp;
    }

    /// Connections: what [netkeep.engine.tcp.Listing] lists.
    public Tcp tcp() {
        return tcp;
    }

    /// What a predecessor's turn had written that was cut off before its commit: slots of records, all void now.
    public int cut() {
        return ledger.cut();
    }

    /// The last turn that was committed.
    public long turn() {
        return ledger.committed();
    }
}
