package netkeep.engine.ledger;

import netkeep.ring.Ledger;
import org.jspecify.annotations.Nullable;

/// What is being taken, noted in the ledger before anything is done with it: a stack that dies of it leaves its name.
///
/// ```text
/// 56..63  kind    0 none, 1 frame, 2 request, 3 the rest of the turn: all inputs were taken, 4 a record
/// 40..55  number  of the link, or of the session
///                 of a record 1 if inputs were taken one a turn, else 0
///  0..39  place   the lower bits of the position in its ring; of a record, which
/// ```
///
/// Named are inputs, and the records that the engine works on of its own accord: those of sockets by their index, and
/// behind them connections that have none, first those in the making, then those in TIME-WAIT.
public final class Hand {
    /// What [#toString] says if there is none.
    public static final String NOTHING = "nothing";

    /// What it says if all inputs of the turn were taken.
    public static final String REMAINDER = "the rest of the turn";

    private static final int KIND = 56;
    private static final int NUMBER = 40;
    private static final long PLACE = (1L << NUMBER) - 1;
    private static final long FRAME = 1;
    private static final long REQUEST = 2;
    private static final long REST = 3;
    private static final long RECORD = 4;

    /// Why a record is worked on.
    public enum Work {
        /// A successor has found it.
        FOUND,
        /// An instant that it waits for may have come.
        DUE,
        /// It may have something to send.
        SENDS,
        /// Its client is told of it, or has read.
        TOLD,
        /// Its client is gone, or has no use for it.
        LEFT
    }

    /// Sees records before they are worked on, and may throw.
    public interface Trial {
        void record(int id, Work why);
    }

    private final Ledger ledger;
    private final int sockets;
    private final int share;
    private @Nullable Trial trial;

    // What a record's name begins with.
    private long record = RECORD << KIND;

    // What is in hand besides a record.
    private long input;

    /// @param sockets  how many socket records there are
    /// @param sessions that share them
    public Hand(Ledger ledger, int sockets, int sessions) {
        this.ledger = ledger;
        this.sockets = sockets;
        this.share = sockets / sessions;
        this.input = ledger.hand();
    }

    /// A frame is taken.
    ///
    /// @param position of the ring before it
    public void frame(int link, long position) {
        take(FRAME << KIND | (long) link << NUMBER | position & PLACE);
    }

    /// A request is taken.
    ///
    /// @param position of the ring behind it
    public void request(int session, long position) {
        take(REQUEST << KIND | (long) session << NUMBER | position & PLACE);
    }

    /// All inputs of the turn were taken: what goes wrong now has the turn as a whole for its cause.
    public void rest() {
        take(REST << KIND);
    }

    /// Nothing is taken.
    public void none() {
        take(0);
    }

    private void take(long what) {
        input = what;
        ledger.hand(what);
    }

    /// Inputs are taken one a turn from now on, or no more.
    public void alone(boolean taken) {
        record = RECORD << KIND | (taken ? 1L << NUMBER : 0);
    }

    /// Has somebody see each record from now on.
    public void tryWith(Trial by) {
        trial = by;
    }

    /// A record is about to be worked on, whatever input is taken.
    ///
    /// @param id which, as the class says
    public void works(int id, Work why) {
        ledger.hand(record | id);
        if (trial != null) {
            trial.record(id, why);
        }
    }

    /// The last record that was named is done with: in hand is what was before.
    public void done() {
        ledger.hand(input);
    }

    /// The link whose frame was in hand, or -1.
    public int link() {
        return kind() == FRAME ? number() : -1;
    }

    /// The session whose request was in hand, or -1.
    public int session() {
        return kind() == REQUEST ? number() : -1;
    }

    /// The record that was in hand, or -1.
    public int record() {
        return kind() == RECORD ? (int) place() : -1;
    }

    /// Whether a record was in hand, and inputs were taken one a turn.
    public boolean alone() {
        return kind() == RECORD && number() != 0;
    }

    private long kind() {
        return ledger.hand() >>> KIND;
    }

    private int number() {
        return (int) (ledger.hand() >>> NUMBER) & 0xFFFF;
    }

    /// The lower bits of the position in hand.
    public long place() {
        return ledger.hand() & PLACE;
    }

    /// Whether a position has these lower bits.
    public static boolean at(long position, long place) {
        return (position & PLACE) == place;
    }

    @Override
    public String toString() {
        int link = link();
        int session = session();
        int record = record();
        if (link >= 0) {
            return "a frame of link " + link + ", at " + place();
        }
        if (record >= 0) {
            return record < sockets
                    ? "the record of socket " + record % share + " of session " + record / share
                    : "the record of connection " + (record - sockets) + " without a socket";
        }
        if (kind() == REST) {
            return REMAINDER;
        }
        return session >= 0 ? "request " + place() + " of session " + session : NOTHING;
    }
}
