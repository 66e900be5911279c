package netkeep.engine.tcp;

/// What is in flight: runs of octets between SND.UNA and SND.NXT that were sent together, in their order, each with the
/// instant when it was last sent and its marks. The scoreboard of RFC 6675 and RFC 8985 in one.
///
/// A run begins where the one before it ends. There is room for [Flow#MOST_RUNS]: where another is needed two
/// neighbours with the same marks become one with the later instant, which can only make a loss seem later; where
/// there are none, what the peer told is not noted, which RFC 2018 §8 allows at any time.
final class Flight {
    /// The peer holds it (RFC 2018), though SND.UNA is before it.
    static final int SACKED = 1;

    /// Taken for lost and not sent again yet.
    static final int LOST = 2;

    /// Sent more than once.
    static final int RETRANSMITTED = 4;

    private static final int RUN = 12;
    private static final int SENT = 4;
    private static final int MARKS = 8;

    private final Tcb tcb;
    private final Flow flow;

    Flight(Tcb tcb, Flow flow) {
        this.tcb = tcb;
        this.flow = flow;
    }

    int start(int run) {
        return run == 0 ? tcb.sndUna() : end(run - 1);
    }

    int end(int run) {
        return flow.word(at(run));
    }

    int length(int run) {
        return end(run) - start(run);
    }

    /// When the run was last sent, in microseconds modulo 2^32.
    int sentUs(int run) {
        return flow.word(at(run) + SENT);
    }

    boolean has(int run, int mark) {
        return (marks(run) & mark) != 0;
    }

    private int marks(int run) {
        return flow.word(at(run) + MARKS);
    }

    /// New octets, from SND.NXT to `end`, were sent.
    void sent(int end, int nowUs) {
        int runs = flow.runs();
        if (runs == Flow.MOST_RUNS && !merge()) {
            // All marks alternate: the new octets share the last run, whose instant may only grow.
            set(runs - 1, end, nowUs, marks(runs - 1) & ~(SACKED | LOST));
            return;
        }
        runs = flow.runs();
        set(runs, end, nowUs, 0);
        flow.runs(runs + 1);
    }

    /// The run was sent again.
    void sentAgain(int run, int nowUs) {
        set(run, end(run), nowUs, RETRANSMITTED);
    }

    void mark(int run, int mark) {
        set(run, end(run), sentUs(run), marks(run) | mark);
    }

    void unmark(int run, int mark) {
        set(run, end(run), sentUs(run), marks(run) & ~mark);
    }

    /// Octets that are thought to be on their way: neither delivered nor lost (RFC 6675 "pipe").
    int pipe() {
        int octets = 0;
        int start = tcb.sndUna();
        for (int run = 0; run < flow.runs(); run++) {
            int end = end(run);
            if ((marks(run) & (SACKED | LOST)) == 0) {
                octets += end - start;
            }
            start = end;
        }
        return octets;
    }

    /// Octets with `mark`.
    int octets(int mark) {
        int octets = 0;
        for (int run = 0; run < flow.runs(); run++) {
            octets += has(run, mark) ? length(run) : 0;
        }
        return octets;
    }

    /// Segments with `mark`, of `mss` octets at most: so many at least, for runs that became one count as full ones.
    int segments(int mark, int mss) {
        int segments = 0;
        for (int run = 0; run < flow.runs(); run++) {
            segments += has(run, mark) ? Math.max(1, length(run) / mss) : 0;
        }
        return segments;
    }

    /// The first run with `mark`, or -1.
    int first(int mark) {
        for (int run = 0; run < flow.runs(); run++) {
            if (has(run, mark)) {
                return run;
            }
        }
        return -1;
    }

    /// Takes the first run out; the caller moves SND.UNA to its end.
    void drop() {
        int runs = flow.runs();
        flow.shift(at(0), at(1), RUN * (runs - 1));
        flow.runs(runs - 1);
    }

    /// Makes a run end, and the next begin, at `seq`.
    ///
    /// @return the run that begins there, [Flow#runs] if that is SND.NXT, or -1 if there is no room
    int split(int seq) {
        int start = tcb.sndUna();
        if (seq == start) {
            return 0;
        }
        for (int run = 0; run < flow.runs(); run++) {
            int end = end(run);
            if (seq == end) {
                return run + 1;
            }
            if (Seq.before(seq, end)) {
                if (flow.runs() == Flow.MOST_RUNS) {
                    return merge() ? split(seq) : -1;
                }
                insert(run);
                set(run, seq, sentUs(run + 1), marks(run + 1));
                return run + 1;
            }
        }
        return flow.runs();
    }

    private void insert(int run) {
        int runs = flow.runs();
        flow.shift(at(run + 1), at(run), RUN * (runs - run));
        flow.runs(runs + 1);
    }

    /// Makes one run of two neighbours with the same marks, those sent nearest to each other.
    private boolean merge() {
        int best = -1;
        int least = Integer.MAX_VALUE;
        for (int run = 0; run + 1 < flow.runs(); run++) {
            int apart = Math.abs(sentUs(run + 1) - sentUs(run));
            if (marks(run) == marks(run + 1) && apart < least) {
                best = run;
                least = apart;
            }
        }
        if (best < 0) {
            return false;
        }
        int later = sentUs(best) - sentUs(best + 1) > 0 ? sentUs(best) : sentUs(best + 1);
        set(best, end(best + 1), later, marks(best));
        int behind = flow.runs() - best - 2;
        flow.shift(at(best + 1), at(best + 2), RUN * behind);
        flow.runs(flow.runs() - 1);
        return true;
    }

    private void set(int run, int end, int sentUs, int marks) {
        int at = at(run);
        flow.word(at, end);
        flow.word(at + SENT, sentUs);
        flow.word(at + MARKS, marks);
    }

    private static int at(int run) {
        return Flow.FIRST_RUN + RUN * run;
    }
}
