package netkeep.engine.socket;

import java.util.concurrent.TimeUnit;
import netkeep.ring.Consumer;
import netkeep.ring.PeerViolation;
import netkeep.ring.Producer;
import netkeep.ring.Records;
import netkeep.ring.Region;
import netkeep.session.Event;
import netkeep.session.Rates;
import netkeep.session.SessionLayout;
import org.jspecify.annotations.Nullable;

/// One session, from the stack's side: its two regions, its rings, and how much of them a commit covers.
///
/// ```text
/// slot:  0  tag u64
///        8  taken  u64   requests taken, ever
///       16  given  u64   events given, ever
///       24  missed u64   events that found no room, ever
///       32  opened u32   sockets of the lower half that were ever used
///       36  accepted u32 the same of the upper half
///       40  closed u64   1 once its client is gone
///       48  beginNs u64  when it may begin a second's worth of connections at once again
///       56  askedNs u64  the same of those that it is asked for
///       64  sentNs  u64  when it will have been allowed all that it has sent
///       72  receivedNs u64 the same of what it has received
/// ```
public final class Attachment {
    /// Octets of a slot.
    public static final int SLOT = 80;

    private static final long TAKEN = 8;
    private static final long GIVEN = 16;
    private static final long MISSED = 24;
    private static final long OPENED = 32;
    private static final long ACCEPTED = 36;
    private static final long CLOSED = 40;
    private static final long BEGIN_NS = 48;
    private static final long ASKED_NS = 56;
    private static final long SENT_NS = 64;
    private static final long RECEIVED_NS = 72;

    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    /// Of so many sockets it is known that their client was told; of more, that it may have been any.
    private static final int TOLD = 64;

    public final int number;
    public final SessionLayout layout;

    /// The socket record of the session's socket 0.
    public final int first;

    /// Whose it is, [Terms#NOBODY] in particular where it is the program's own.
    public final int user;

    public final Rates rates;

    /// What it may send, and what it may receive, by its rates.
    public final Credit sends;

    public final Credit receives;

    private final Region client;
    private final Region stack;
    private final Records records;
    private final Region ledger;
    private final Consumer requests;
    private final Producer events;
    private int[] free = new int[16];
    private int freeCount;
    private int inUse;

    /// The sockets of which the client was told since it was last asked whether it sleeps; by a predecessor of any.
    private final int[] told = new int[TOLD];

    private int toldCount = TOLD + 1;

    /// Events that found no room, ever: with this turn's, and as the client knows it.
    private long missed;

    private long missedShown;
    private @Nullable String violation;

    /// @param number  which record of `records` is the session's
    /// @param client  what the client writes; only read here
    /// @param stack   what the stack writes
    /// @param user    whose it is, or [Terms#NOBODY]
    public Attachment(
            int number,
            SessionLayout layout,
            int first,
            Region client,
            Region stack,
            int user,
            Rates rates,
            Records records) {
        this.number = number;
        this.layout = layout;
        this.first = first;
        this.client = client;
        this.stack = stack;
        this.user = user;
        this.rates = rates;
        this.records = records;
        this.ledger = records.region();
        this.sends = new Credit(records, number, SENT_NS, rates.sent());
        this.receives = new Credit(records, number, RECEIVED_NS, rates.received());
        if (!records.written(number)) {
            records.fresh(number);
        }
        long at = records.read(number);
        this.requests = new Consumer(
                stack,
                layout.requestsConsumer(),
                client,
                SessionLayout.producer(),
                layout.requests(),
                SessionLayout.REQUEST,
                ledger.i64(at + TAKEN));
        this.events = new Producer(
                stack,
                SessionLayout.producer(),
                client,
                layout.eventsConsumer(),
                layout.events(),
                SessionLayout.EVENT,
                ledger.i64(at + GIVEN));
        this.missed = ledger.i64(at + MISSED);
        this.missedShown = stack.i64(layout.missed());
    }

    /// The region that the client writes: read only what is checked.
    public Region client() {
        return client;
    }

    /// The region that the stack writes.
    public Region stack() {
        return stack;
    }

    /// Offset of the next request in [#client], or [Consumer#EMPTY].
    ///
    /// @throws PeerViolation if the client broke the ring
    public long request() throws PeerViolation {
        long at = requests.take();
        if (at != Consumer.EMPTY) {
            ledger.i64(records.write(number) + TAKEN, requests.position());
        }
        return at;
    }

    /// Requests taken, ever.
    public long taken() {
        return requests.position();
    }

    /// Requests that the client has put by now, ever, as it says.
    public long asked() {
        return requests.given();
    }

    /// Gives an event; where there is no room the count of missed ones grows instead, and the client looks at all.
    ///
    /// @throws PeerViolation if the client broke the ring
    void event(int what, int socket, int child) throws PeerViolation {
        long at = events.free();
        if (at < 0) {
            missed++;
            ledger.i64(records.write(number) + MISSED, missed);
            events.remind();
            toldCount = TOLD + 1;
            return;
        }
        stack.i64(at, Event.of(what, socket, child));
        events.give();
        if (toldCount < TOLD) {
            told[toldCount++] = socket;
        } else {
            toldCount = TOLD + 1;
        }
        ledger.i64(records.write(number) + GIVEN, events.position());
    }

    /// Shows the client its events and takes its requests for done; after the commit that covers both, and behind the
    /// words: a client that finds that it has missed an event looks at these, once.
    public void publish() {
        if (missedShown != missed) {
            missedShown = missed;
            stack.i64Release(layout.missed(), missed);
        }
        events.publish();
        requests.release();
    }

    /// Whether the client must be woken, or one of its processes whom the news concerns; asked after [#publish].
    public boolean mustWake() {
        int asleep = events.asleep();
        boolean must = asleep != 0 && concerns(asleep);
        toldCount = 0;
        return must;
    }

    /// Whether the client was told of a socket of theirs. Whose it is may have changed since: a process says so before
    /// it says that it sleeps, and was asked whether it does by now.
    ///
    /// @param processes their bits
    private boolean concerns(int processes) {
        boolean any = toldCount > TOLD;
        for (int i = 0; i < toldCount && !any; i++) {
            int ears = client.u16(layout.ears(told[i]));
            any = ears == 0 || (ears & processes) != 0;
        }
        return any;
    }

    /// As [Consumer#maySleep] of the requests.
    ///
    /// @throws PeerViolation if the client broke the ring
    public boolean maySleep() throws PeerViolation {
        return requests.maySleep();
    }

    /// As [Consumer#awake] of the requests.
    public void awake() {
        requests.awake();
    }

    /// The client broke the layout: the session ends with this turn.
    public void broken(String what) {
        violation = what;
    }

    /// What the client did wrong, or null: then it is to be cut off.
    public @Nullable String violation() {
        return violation;
    }

    /// Its client is gone: nothing is taken of it any more.
    public void close() {
        if (!closed()) {
            ledger.i64(records.write(number) + CLOSED, 1);
        }
    }

    /// Whether the session may begin a connection; if so that is one more of this second's.
    public boolean mayConnect(long nowNs) {
        return may(BEGIN_NS, nowNs);
    }

    /// Whether it may be asked for a connection, as [#mayConnect]; strangers who ask leave it its own.
    public boolean mayBeAsked(long nowNs) {
        return may(ASKED_NS, nowNs);
    }

    /// @param field when there is a second's worth again
    private boolean may(long field, long nowNs) {
        if (rates.connections() == 0) {
            return true;
        }
        long oneNs = SECOND_NS / rates.connections();
        long fullNs = Math.max(ledger.i64(records.read(number) + field), nowNs) + oneNs;
        boolean may = fullNs <= nowNs + SECOND_NS;
        if (may) {
            ledger.i64(records.write(number) + field, fullNs);
        }
        return may;
    }

    public boolean closed() {
        return ledger.i64(records.read(number) + CLOSED) != 0;
    }

    /// Whether a commit ever had the socket in use, or this turn has.
    public boolean used(int socket) {
        int half = layout.sockets() / 2;
        return socket < half ? socket < opened() : socket - half < accepted();
    }

    /// How many sockets are in use, of both halves.
    public int inUse() {
        return inUse;
    }

    /// One more is in use than was, or, with -1, one less.
    void uses(int more) {
        inUse += more;
    }

    /// Sockets of the lower half that were ever used.
    public int opened() {
        return ledger.i32(records.read(number) + OPENED);
    }

    /// Notes that the lower half's `socket` is in use.
    void opens(int socket) {
        if (socket >= opened()) {
            ledger.i32(records.write(number) + OPENED, socket + 1);
        }
    }

    /// Sockets of the upper half that were ever used.
    public int accepted() {
        return ledger.i32(records.read(number) + ACCEPTED);
    }

    /// A free socket of the upper half, or -1.
    int accept() {
        if (freeCount > 0) {
            return free[--freeCount];
        }
        int used = accepted();
        int half = layout.sockets() / 2;
        if (used == layout.sockets() - half) {
            return -1;
        }
        ledger.i32(records.write(number) + ACCEPTED, used + 1);
        return half + used;
    }

    /// Notes that the upper half's `socket` is free again.
    void free(int socket) {
        if (freeCount == free.length) {
            free = java.util.Arrays.copyOf(free, 2 * freeCount);
        }
        free[freeCount++] = socket;
    }
}
