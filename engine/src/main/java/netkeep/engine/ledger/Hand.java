package netkeep.engine.ledger;

import netkeep.ring.Ledger;

/// The input that is being taken, noted in the ledger before anything is done with it: a stack that dies of it leaves
/// its name.
///
/// ```text
/// 56..63  kind    0 none, 1 frame, 2 request, 3 the rest of the turn: all inputs were taken
/// 40..55  number  of the link, or of the session
///  0..39  place   the lower bits of the position in its ring
/// ```
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

    private final Ledger ledger;

    public Hand(Ledger ledger) {
        this.ledger = ledger;
    }

    /// A frame is taken.
    ///
    /// @param position of the ring before it
    public void frame(int link, long position) {
        ledger.hand(FRAME << KIND | (long) link << NUMBER | position & PLACE);
    }

    /// A request is taken.
    ///
    /// @param position of the ring behind it
    public void request(int session, long position) {
        ledger.hand(REQUEST << KIND | (long) session << NUMBER | position & PLACE);
    }

    /// All inputs of the turn were taken: what goes wrong now has the turn as a whole for its cause.
    public void rest() {
        ledger.hand(REST << KIND);
    }

    /// Nothing is taken.
    public void none() {
        ledger.hand(0);
    }

    /// The link whose frame was in hand, or -1.
    public int link() {
        return ledger.hand() >>> KIND == FRAME ? number() : -1;
    }

    /// The session whose request was in hand, or -1.
    public int session() {
        return ledger.hand() >>> KIND == REQUEST ? number() : -1;
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
        if (link >= 0) {
            return "a frame of link " + link + ", at " + place();
        }
        if (ledger.hand() >>> KIND == REST) {
            return REMAINDER;
        }
        return session >= 0 ? "request " + place() + " of session " + session : NOTHING;
    }
}
