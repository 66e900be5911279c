// Long: records, words and events of sockets are one protocol.
package netkeep.engine.socket;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import netkeep.engine.ledger.Hand;
import netkeep.ring.Drafts;
import netkeep.ring.Ledger;
import netkeep.ring.PeerViolation;
import netkeep.ring.Pieces;
import netkeep.ring.Records;
import netkeep.ring.Region;
import netkeep.session.Event;
import netkeep.session.Rates;
import netkeep.session.SessionLayout;
import netkeep.session.Status;
import org.jspecify.annotations.Nullable;

/// All sockets of a stack: one record each, whichever session they belong to, and the rings between them and clients.
///
/// A turn opens records with [#open], which notes them; after its commit [#publish] tells the clients.
public final class Sockets {
    /// Events with which more of a socket's words change than its counters.
    private static final int WHO = Event.STATE | Event.ANSWER | Event.ACCEPT;

    /// Flags that a record keeps which is made anew.
    private static final int KEPT = Endpoint.CLOSED_BY_USER
            | Endpoint.BOUND
            | Endpoint.CONNECTED
            | Endpoint.V6_ONLY
            | Endpoint.V4_ONLY
            | Endpoint.REUSE_ADDRESS
            | Endpoint.REUSE_PORT
            | Endpoint.SHUT_READ
            | Endpoint.SHUT_WRITE;

    private final Drafts records;
    private final Records attachmentRecords;
    private final @Nullable Attachment[] attachments;
    private final List<Attachment> attached = new ArrayList<>();
    private final Rings rings;
    private final Endpoint endpoint;
    private final Hand hand;

    /// Sockets of each session.
    private final int share;

    // Within a turn: who was touched, and where snd.wake was; for each socket, what its client is told.
    private int[] touched = new int[64];
    private int touchedCount;
    private long[] wakes = new long[64];
    private byte[] telling = new byte[64];

    // Between turns: who is to be treated as if it had said READ.
    private int[] unread = new int[64];
    private int unreadCount;
    private @Nullable Crossings crossings;

    /// @param count    sockets of all sessions together
    /// @param sessions the most sessions
    public Sockets(Ledger ledger, int count, int sessions) {
        this.attachmentRecords = ledger.table(sessions, Attachment.SLOT);
        this.records = ledger.drafts(count, Endpoint.SLOT);
        this.attachments = new @Nullable Attachment[sessions];
        this.rings = new Rings(attachments);
        this.share = count / sessions;
        this.hand = new Hand(ledger, count, sessions);
        this.endpoint = new Endpoint();
    }

    /// Attaches a session: a new one, or one that a predecessor served.
    ///
    /// @param number that no other session has
    /// @param user   as [Attachment#user]
    /// @param rates  as [Attachment#rates]
    /// @throws IllegalArgumentException if it has more sockets than its share
    public Attachment attach(int number, SessionLayout layout, Region client, Region stack, int user, Rates rates) {
        if (layout.sockets() > share || attachments[number] != null) {
            throw new IllegalArgumentException("session " + number + " with " + layout.sockets() + " sockets");
        }
        attachmentRecords.recover(number, number + 1);
        Attachment attachment =
                new Attachment(number, layout, number * share, client, stack, user, rates, attachmentRecords);
        attachments[number] = attachment;
        attached.add(attachment);
        recover(attachment, attachment.first, attachment.opened());
        recover(attachment, attachment.first + layout.sockets() / 2, attachment.accepted());
        int half = attachment.first + layout.sockets() / 2;
        for (int index = half + attachment.accepted() - 1; index >= half; index--) {
            records.read(index, endpoint);
            if (endpoint.kind() == Endpoint.FREE) {
                attachment.free(index - attachment.first);
            }
        }
        return attachment;
    }

    /// Voids what was cut off, and lets the next turn publish again what the records imply.
    private void recover(Attachment attachment, int from, int used) {
        records.recover(from, from + used);
        for (int index = from; index < from + used; index++) {
            records.read(index, endpoint);
            if (endpoint.kind() != Endpoint.FREE) {
                attachment.uses(1);
            }
            // One before which others were opened may never have been used: its record says of no session that
            // it is its.
            if (endpoint.kind() != Endpoint.FREE || endpoint.life() != 0) {
                tell(index, Event.READ | Event.WRITE | Event.STATE);
            }
        }
    }

    /// Has all that crosses the boundary to clients seen, or no more.
    @SuppressWarnings("ReferenceEquality") // an onlooker is equal to itself alone
    public void show(@Nullable Onlooker to) {
        // Who goes on to look is not shown again what it has seen.
        if (to != onlooker()) {
            crossings = to == null ? null : new Crossings(to, rings);
        }
    }

    /// Who sees it, or null.
    public @Nullable Onlooker onlooker() {
        return crossings == null ? null : crossings.onlooker();
    }

    /// Sockets of all sessions together, as many as there can be.
    public int count() {
        return records.count();
    }

    public List<Attachment> attachments() {
        return attached;
    }

    /// Sockets in a row that are one session's.
    public int each() {
        return share;
    }

    /// What is in hand: who works on a record of its own accord says so before.
    public Hand hand() {
        return hand;
    }

    /// How many sessions there can be.
    public int sessions() {
        return attachments.length;
    }

    /// The session of a number, null if none is attached.
    @Nullable
    Attachment session(int number) {
        return attachments[number];
    }

    /// The session of a socket in use.
    public Attachment attachment(Endpoint of) {
        return Objects.requireNonNull(attachments[of.session()]);
    }

    /// Forgets a session of which no socket is in use; its number is another's to have once that is committed.
    public void detach(Attachment attachment) {
        attachments[attachment.number] = null;
        attached.remove(attachment);
        attachmentRecords.fresh(attachment.number);
        // What the turn had to tell it nobody wants to know.
        int kept = 0;
        for (int i = 0; i < touchedCount; i++) {
            int index = touched[i];
            if (index / share == attachment.number) {
                telling[index] = 0;
            } else {
                touched[kept++] = index;
            }
        }
        touchedCount = kept;
    }

    /// Where their octets lie.
    public Rings rings() {
        return rings;
    }

    /// The records that were ever used, for a successor's scan: calls `each` with the index of every socket in use.
    public void scan(java.util.function.IntConsumer each) {
        for (Attachment attachment : attached) {
            scan(attachment, each);
        }
    }

    /// As [#scan], of one session.
    public void scan(Attachment attachment, java.util.function.IntConsumer each) {
        int half = attachment.layout.sockets() / 2;
        scan(attachment.first, attachment.opened(), each);
        scan(attachment.first + half, attachment.accepted(), each);
    }

    /// Calls `each` with those in use of `most` sockets from index `from` on. Where none was ever used is passed over.
    ///
    /// @return where to go on; [#count] at the end
    public int look(int from, int most, java.util.function.IntConsumer each) {
        int index = from;
        for (int left = most; left > 0 && index / share < attachments.length; ) {
            Attachment attachment = attachments[index / share];
            int socket = index % share;
            int half = attachment == null ? share : attachment.layout.sockets() / 2;
            boolean lower = socket < half;
            int used = attachment == null ? 0 : lower ? attachment.opened() : half + attachment.accepted();
            if (socket >= used) {
                index += (lower ? half : share) - socket;
            } else {
                scan(index++, 1, each);
                left--;
            }
        }
        return index / share < attachments.length ? index : count();
    }

    private void scan(int from, int used, java.util.function.IntConsumer each) {
        for (int index = from; index < from + used; index++) {
            records.read(index, endpoint);
            if (endpoint.kind() != Endpoint.FREE) {
                each.accept(index);
            }
        }
    }

    /// Moves `at` to the record of `index`, to read it.
    public void read(int index, Endpoint at) {
        records.read(index, at);
    }

    /// Moves `at` to the record of `index`, to write it; its client's words follow at the turn's end.
    public void open(int index, Endpoint at) {
        tell(index, 0);
        records.write(index, at);
    }

    /// Takes a free record into use, all zeros but its life.
    ///
    /// @param socket of the session's lower half, or -1 for any of its upper half
    /// @return the index, -1 if the upper half is full
    public int take(Attachment attachment, int socket, int kind) {
        int opened = attachment.opened();
        int accepted = attachment.layout.sockets() / 2 + attachment.accepted();
        int taken = socket >= 0 ? socket : attachment.accept();
        if (taken < 0) {
            return -1;
        }
        if (socket >= 0) {
            attachment.opens(socket);
        }
        // Records behind those that were ever in use may hold what a turn that was cut off has left.
        for (int unused = socket >= 0 ? opened : accepted; unused <= taken; unused++) {
            records.forget(attachment.first + unused);
        }
        int index = attachment.first + taken;
        records.read(index, endpoint);
        int life = endpoint.life();
        records.fresh(index, endpoint);
        attachment.uses(1);
        endpoint.kind(kind);
        endpoint.life(life);
        endpoint.session(attachment.number);
        Region words = attachment.client();
        long at = attachment.layout.clientWords(taken);
        // The counters go on from where the socket's last life left them.
        long tail = words.i64Acquire(at + SessionLayout.SND_TAIL);
        endpoint.sndHead(tail);
        endpoint.sndEnd(tail);
        endpoint.sndBase(words.i64Opaque(at + SessionLayout.SND_BASE));
        long head = words.i64Acquire(at + SessionLayout.RCV_HEAD);
        if (tail < 0 || head < 0) {
            attachment.broken("socket " + taken + " begins with snd.tail " + tail + ", rcv.head " + head);
        }
        endpoint.rcvHead(head);
        endpoint.rcvTail(head);
        endpoint.rcvBase(head);
        tell(index, 0);
        return index;
    }

    /// Gives a record back; its client is told that the socket is free.
    public void free(int index) {
        open(index, endpoint);
        Attachment attachment = attachment(endpoint);
        int life = endpoint.life() + 1;
        records.fresh(index, endpoint);
        endpoint.life(life);
        endpoint.session(attachment.number);
        attachment.uses(-1);
        int socket = index - attachment.first;
        if (socket >= attachment.layout.sockets() / 2) {
            attachment.free(socket);
        }
        tell(index, Event.STATE);
    }

    /// The kind of a socket; [Endpoint#FREE] also where there is none, or no session that it could belong to.
    public int kind(int index) {
        Attachment attachment = index < 0 || index >= count() ? null : attachments[index / share];
        if (attachment == null || !attachment.used(index - attachment.first)) {
            return Endpoint.FREE;
        }
        records.read(index, endpoint);
        return endpoint.kind();
    }

    /// Makes the record of a socket one with which nothing is wrong, whatever it says: failed, and with what its
    /// client was told of it. Of what it said stay kind, life, ends and whose it was to accept; the rest is zeros.
    /// The next turn tells the client.
    ///
    /// @param index of a socket for which [#kind] tells one
    /// @param at    moved to it, to write it
    /// @param was   what it said, in a copy
    public void renew(int index, Endpoint at, Endpoint was, int errno) {
        Attachment attachment = Objects.requireNonNull(attachments[index / share]);
        records.write(index, at);
        was.copy(at);
        records.fresh(index, at);
        at.kind(was.kind());
        at.life(was.life());
        at.session(attachment.number);
        at.flags(was.flags() & KEPT);
        at.scope(was.scope());
        at.localHi(was.localHi());
        at.localLo(was.localLo());
        at.localPort(was.localPort());
        at.remoteHi(was.remoteHi());
        at.remoteLo(was.remoteLo());
        at.remotePort(was.remotePort());
        at.answer(was.answer());
        boolean accepted = was.parent() > 0 && was.parent() <= attachment.layout.sockets() / 2;
        at.parent(accepted ? was.parent() : 0);
        at.error(errno);
        at.status(Status.OPEN | Status.FAILED | Status.READ_END | Status.WRITE_END | was.status() & Status.BOUND);
        counters(attachment, index - attachment.first, at);
        tell(index, Event.STATE | Event.READ | Event.WRITE);
    }

    /// Has a record's counters say what its client was told; if it was told of no socket there, what it says itself.
    private static void counters(Attachment attachment, int socket, Endpoint at) {
        Region client = attachment.client();
        Region stack = attachment.stack();
        long theirs = attachment.layout.clientWords(socket);
        long words = attachment.layout.stackWords(socket);
        boolean told = (stack.i32(words + SessionLayout.STATUS) & Status.OPEN) != 0;
        long head = client.i64Acquire(theirs + SessionLayout.RCV_HEAD);
        long sent =
                told ? stack.i64(words + SessionLayout.SND_HEAD) : client.i64Acquire(theirs + SessionLayout.SND_TAIL);
        at.rcvTail(told ? stack.i64(words + SessionLayout.RCV_TAIL) : head);
        at.rcvBase(told ? stack.i64(words + SessionLayout.RCV_BASE) : head);
        at.rcvHead(Math.min(head, at.rcvTail()));
        at.sndHead(sent);
        at.sndEnd(sent);
        at.sndBase(client.i64Opaque(theirs + SessionLayout.SND_BASE));
    }

    /// Tells the client of `index` at the turn's end what [Event] names, besides what its words say.
    public void tell(int index, int what) {
        if (index >= telling.length) {
            telling = Arrays.copyOf(telling, Math.max(index + 1, 2 * telling.length));
        }
        // The sign bit says that it is in the list.
        if (telling[index] == 0) {
            if (touchedCount == touched.length) {
                touched = Arrays.copyOf(touched, 2 * touchedCount);
                wakes = Arrays.copyOf(wakes, 2 * touchedCount);
            }
            touched[touchedCount++] = index;
        }
        telling[index] |= (byte) (what | 0x80);
    }

    /// The client of `index` took a request with a ticket: says how it went.
    public void answer(int index, int ticket, int errno) {
        open(index, endpoint);
        endpoint.answer(ticket << 16 | errno);
        tell(index, Event.ANSWER);
    }

    /// Gives the events of the turn to the rings; before the commit, which covers their positions.
    public void events() {
        for (int i = 0; i < touchedCount; i++) {
            int index = touched[i];
            hand.works(index, Hand.Work.TOLD);
            records.read(index, endpoint);
            Attachment attachment = attachment(endpoint);
            int socket = index - attachment.first;
            int what = telling[index] & 0x7F;
            long words = attachment.layout.stackWords(socket);
            long edge = edge(endpoint);
            long wake = attachment.client().i64Acquire(attachment.layout.clientWords(socket) + SessionLayout.SND_WAKE);
            wakes[i] = wake;
            if (edge >= wake && attachment.stack().i64(words + SessionLayout.SND_EDGE) < wake) {
                what |= Event.WRITE;
            }
            if (what != 0) {
                give(attachment, what, socket);
            }
        }
        hand.done();
    }

    private void give(Attachment attachment, int what, int socket) {
        try {
            int told = what & ~Event.ACCEPT;
            // Who came and went with its listener in this turn has none any more, and nobody is told.
            if ((what & Event.ACCEPT) != 0 && endpoint.parent() != 0) {
                event(attachment, Event.ACCEPT, endpoint.parent() - 1, socket);
            }
            if (told != 0) {
                event(attachment, told, socket, 0);
            }
        } catch (PeerViolation violation) {
            attachment.broken(String.valueOf(violation.getMessage()));
        }
    }

    private void event(Attachment attachment, int what, int socket, int child) throws PeerViolation {
        attachment.event(what, socket, child);
        if (crossings != null) {
            crossings.onlooker().event(attachment.number, socket, endpoint, Event.of(what, socket, child));
        }
    }

    /// Writes the words of every socket that the turn touched; after the commit.
    public void publish() {
        for (int i = 0; i < touchedCount; i++) {
            int index = touched[i];
            hand.works(index, Hand.Work.TOLD);
            records.read(index, endpoint);
            Attachment attachment = attachment(endpoint);
            if (crossings != null) {
                crossings.publishes(attachment, index - attachment.first, endpoint);
            }
            words(attachment, index - attachment.first, (telling[index] & WHO) != 0);
            telling[index] = 0;
        }
        lookAgain();
        hand.done();
        for (int i = 0; i < attached.size(); i++) {
            attached.get(i).publish();
        }
    }

    /// A client's thread may have set snd.wake since [#events] looked, and have found the words as they were before
    /// this turn published them; or have moved rcv.head and have found the rcv.wake of before. The next turn tells,
    /// or reads.
    private void lookAgain() {
        VarHandle.fullFence();
        int count = touchedCount;
        touchedCount = 0;
        for (int i = 0; i < count; i++) {
            int index = touched[i];
            hand.works(index, Hand.Work.TOLD);
            records.read(index, endpoint);
            Attachment attachment = attachment(endpoint);
            if (attachment.violation() != null || attachment.closed()) {
                continue; // what it says is taken no more, and would give reason to a turn for ever
            }
            long words = attachment.layout.clientWords(index - attachment.first);
            long wake = attachment.client().i64Acquire(words + SessionLayout.SND_WAKE);
            if (wake != wakes[i] && edge(endpoint) >= wake) {
                tell(index, Event.WRITE);
            }
            long head = attachment.client().i64Acquire(words + SessionLayout.RCV_HEAD);
            if (endpoint.rcvHead() < endpoint.rcvWake() && head >= endpoint.rcvWake()) {
                if (unreadCount == unread.length) {
                    unread = Arrays.copyOf(unread, 2 * unreadCount);
                }
                unread[unreadCount++] = index;
            }
        }
    }

    /// Whether the next turn has something to tell or to read, though no request says so.
    public boolean pending() {
        return touchedCount > 0 || unreadCount > 0;
    }

    /// The next socket whose client read past rcv.wake without a request that says so, -1 for none.
    public int takeRead() {
        return unreadCount == 0 ? -1 : unread[--unreadCount];
    }

    /// @param who whether it may have become somebody else's, or another state's
    private void words(Attachment attachment, int socket, boolean who) {
        Region stack = attachment.stack();
        long words = attachment.layout.stackWords(socket);
        int status = endpoint.status();
        if (who || status != stack.i32(words + SessionLayout.STATUS)) {
            identity(stack, words);
        }
        stack.u16(words + SessionLayout.ERROR, endpoint.error());
        stack.i64(words + SessionLayout.URGENT, endpoint.urgent());
        stack.i64(words + SessionLayout.RCV_BASE, endpoint.rcvBase());
        stack.i64(words + SessionLayout.RCV_WAKE, endpoint.rcvWake());
        stack.i64Release(words + SessionLayout.RCV_TAIL, endpoint.rcvTail());
        stack.i64Release(words + SessionLayout.SND_HEAD, endpoint.sndHead());
        stack.i64Release(words + SessionLayout.SND_EDGE, edge(endpoint));
        // Behind the octets: who sees the end of a stream sees all of it.
        stack.i32Release(words + SessionLayout.STATUS, status);
        if (who) {
            stack.i32Release(words + SessionLayout.ANSWER, endpoint.answer());
            stack.i32Release(words + SessionLayout.LIFE, endpoint.life());
        }
    }

    /// What changes with a socket's state or by an answered request only.
    private void identity(Region stack, long words) {
        stack.u16(words + SessionLayout.LOCAL_PORT, endpoint.localPort());
        stack.u16(words + SessionLayout.REMOTE_PORT, endpoint.remotePort());
        stack.u16(words + SessionLayout.LINK, endpoint.scope());
        stack.i64(words + SessionLayout.LOCAL, endpoint.localHi());
        stack.i64(words + SessionLayout.LOCAL + 8, endpoint.localLo());
        stack.i64(words + SessionLayout.REMOTE, endpoint.remoteHi());
        stack.i64(words + SessionLayout.REMOTE + 8, endpoint.remoteLo());
        stack.i32(words + SessionLayout.PARENT, endpoint.parent());
    }

    /// Up to where the client may write.
    private static long edge(Endpoint endpoint) {
        return (endpoint.status() & Status.WRITE_END) != 0
                ? endpoint.sndHead()
                : endpoint.sndHead() + endpoint.sndBuffer();
    }

    /// Takes over how far the client says it has given octets to send.
    ///
    /// @return whether that can be; if not the session is to be cut off
    public boolean refreshSend(Endpoint at) {
        Attachment attachment = attachment(at);
        long words = attachment.layout.clientWords(at.index() - attachment.first);
        long tail = attachment.client().i64Acquire(words + SessionLayout.SND_TAIL);
        long base = attachment.client().i64Opaque(words + SessionLayout.SND_BASE);
        long end = at.sndEnd();
        long capacity = attachment.layout.capacity();
        long held = tail - at.sndHead();
        if (tail < end || held < 0 || held > capacity || base > tail || base < 0) {
            attachment.broken("snd.tail " + tail + ", snd.base " + base + " with " + end);
            return false;
        }
        // A base may move only where nothing lies in the ring.
        if (tail != end && at.sndHead() == end) {
            at.sndBase(base);
        }
        at.sndEnd(tail);
        return true;
    }

    /// Takes over how far the client says it has read.
    ///
    /// @return as [#refreshSend]
    public boolean refreshReceive(Endpoint at) {
        Attachment attachment = attachment(at);
        long words = attachment.layout.clientWords(at.index() - attachment.first);
        long head = attachment.client().i64Acquire(words + SessionLayout.RCV_HEAD);
        if (head < at.rcvHead() || head > at.rcvTail()) {
            attachment.broken("rcv.head " + head + " with " + at.rcvHead() + ".." + at.rcvTail());
            return false;
        }
        at.rcvHead(head);
        return true;
    }

    /// How far the client says it has read, unchecked and not taken over: to see whether a look is worth it.
    public long readSoFar(Endpoint at) {
        Attachment attachment = attachment(at);
        return attachment
                .client()
                .i64Opaque(attachment.layout.clientWords(at.index() - attachment.first) + SessionLayout.RCV_HEAD);
    }

    /// Copies octets out of the receive ring of a socket, from a ring offset on.
    ///
    /// @return false if there is no such socket, or no such place
    public boolean fetch(int index, int offset, int length, MemorySegment to, long at) {
        if (index < 0 || index >= count() || attachments[index / share] == null) {
            return false;
        }
        records.read(index, endpoint);
        if (endpoint.kind() == Endpoint.FREE || offset < 0 || length > capacity(endpoint)) {
            return false;
        }
        Pieces pieces = new Pieces();
        rings.free(endpoint, offset, length, pieces);
        pieces.gather(to, at);
        return true;
    }

    /// Octets of the rings of a session's sockets.
    public int capacity(Endpoint at) {
        return attachment(at).layout.capacity();
    }
}
