package netkeep.engine.fuzz;

import netkeep.wire.Address;

/// One connection, as its peer remembers it: what it sent, what it was promised, and what it must never see.
final class Talk {
    /// No connection.
    static final int FREE = 0;
    /// The peer has sent a SYN.
    static final int CALLING = 1;
    /// The engine is to send a SYN.
    static final int CALLED = 2;
    /// Both have sent a SYN.
    static final int UP = 3;

    private static final int MOST_INTERVALS = 24;
    private static final int RING = 1 << 17;

    final Address local;
    final Address remote;
    final int link;
    int port;
    int enginePort;
    int phase;
    int age;
    int lifetime;
    /// How seldom the peer acknowledges and the user reads: 0 at once, 7 hardly ever.
    int stubborn;
    int lazy;

    // What the peer sends.
    int iss;
    /// All octets before it were sent, the FIN counted.
    int sent;
    private final int[] left = new int[MOST_INTERVALS];
    private final int[] right = new int[MOST_INTERVALS];
    private int intervals;
    boolean finSent;
    int scale;
    boolean scaling;
    boolean stamps;
    boolean sacks;

    // What the engine promised.
    int acked;
    int edge;
    boolean promised;

    // What the engine sends.
    int engineIss;
    int engineNxt;
    boolean engineFin;
    int engineScale;
    int engineStamp;
    /// Up to where the peer acknowledged.
    int taken;
    /// The right edge of all windows that the peer ever told.
    int opened;

    // The user's side.
    int socket = -1;
    boolean gaveBack;
    boolean shutRead;
    boolean shutWrite;
    boolean ended;
    int read;
    int written;
    /// Something was done that may end the connection.
    boolean mayEnd;
    boolean established;

    /// @param local  the engine's address on the link
    /// @param remote the peer's, of the same family
    Talk(Address local, Address remote, int link) {
        this.local = local;
        this.remote = remote;
        this.link = link;
    }

    /// Another connection of the same host, on another port.
    void begin(int ourPort, int theirPort, int ourIss) {
        port = ourPort;
        enginePort = theirPort;
        iss = ourIss;
        sent = ourIss + 1;
        intervals = 0;
        age = 0;
        finSent = false;
        promised = false;
        engineFin = false;
        engineStamp = 0;
        engineScale = 0;
        socket = -1;
        gaveBack = false;
        shutRead = false;
        shutWrite = false;
        ended = false;
        read = 0;
        written = 0;
        mayEnd = false;
        established = false;
        engineIss = 0;
    }

    /// Octets of window left behind what was sent in order.
    int window() {
        return promised ? edge - sent : 0;
    }

    /// Whether another piece out of order can be remembered.
    boolean hasRoom() {
        return intervals < MOST_INTERVALS - 2;
    }

    /// The peer sends `length` octets of sequence space from `seq` on.
    ///
    /// @return false if that cannot be remembered: then it is not sent
    boolean sends(int seq, int length) {
        int from = seq;
        int to = seq + length;
        if (length == 0 || to - sent <= 0) {
            return true;
        }
        if (from - sent > 0) {
            return keeps(from, to);
        }
        sent = to;
        for (boolean joined = true; joined; ) {
            joined = false;
            for (int i = 0; i < intervals; i++) {
                if (left[i] - sent <= 0) {
                    sent = right[i] - sent > 0 ? right[i] : sent;
                    forget(i);
                    joined = true;
                    break;
                }
            }
        }
        return true;
    }

    private boolean keeps(int begin, int end) {
        int from = begin;
        int to = end;
        for (int i = intervals - 1; i >= 0; i--) {
            if (left[i] - to <= 0 && from - right[i] <= 0) {
                from = left[i] - from < 0 ? left[i] : from;
                to = right[i] - to > 0 ? right[i] : to;
                forget(i);
            }
        }
        if (intervals == MOST_INTERVALS) {
            return false;
        }
        left[intervals] = from;
        right[intervals] = to;
        intervals++;
        return true;
    }

    private void forget(int i) {
        intervals--;
        left[i] = left[intervals];
        right[i] = right[intervals];
    }

    /// The engine sent an acknowledgment and a window.
    void promises(int ack, int window) {
        if (ack - sent > 0) {
            throw new AssertionError("acknowledged " + (ack - sent) + " more than was sent: " + this);
        }
        if (promised && ack - acked < 0) {
            throw new AssertionError("an acknowledgment is taken back by " + (acked - ack) + ": " + this);
        }
        boolean over = finSent && ack == sent;
        // Where the ring is full a window may be rounded down (RFC 7323 §2.4).
        boolean full = ack - iss - read + window > RING - (2 << engineScale) && edge - ack - window < 1 << engineScale;
        if (promised && ack + window - edge < 0 && !over && !ended && !full) {
            throw new AssertionError("a window is taken back by " + (edge - ack - window) + ": " + this);
        }
        acked = ack;
        edge = promised && ack + window - edge < 0 ? edge : ack + window;
        promised = true;
    }

    @Override
    public String toString() {
        return "port " + port + " to " + enginePort + " phase " + phase + " age " + age + " iss "
                + Integer.toUnsignedString(iss) + " sent " + (sent - iss) + " acked " + (acked - iss) + " edge "
                + (edge - iss) + " engine sent " + (engineNxt - engineIss) + " taken " + (taken - engineIss)
                + " opened " + (opened - engineIss) + (engineFin ? " fin" : "") + (finSent ? " finSent" : "")
                + " written " + written + " read " + read + " socket " + socket + (gaveBack ? " given back" : "")
                + (shutRead ? " shutRead" : "") + (shutWrite ? " shutWrite" : "") + (ended ? " ended" : "");
    }
}
