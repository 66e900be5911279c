package netkeep.engine.tcp;

/// Text that arrived ahead of RCV.NXT and lies in the receive ring already: disjoint intervals of sequence numbers, in
/// their order. Once told to the peer by SACK it is never dropped (RFC 2018 §8 allows it, a peer's time-out pays for
/// it).
///
/// Those that changed last are remembered by their left edges: RFC 2018 §4 wants them told in that order.
final class Reassembly {
    private static final int GAP = 8;

    private final Flow flow;

    Reassembly(Flow flow) {
        this.flow = flow;
    }

    int left(int interval) {
        return flow.word(at(interval));
    }

    int right(int interval) {
        return flow.word(at(interval) + 4);
    }

    /// Whether `left..right` can be kept: it joins an interval, or there is room for one more.
    boolean fits(int left, int right) {
        if (flow.gaps() < Flow.MOST_GAPS) {
            return true;
        }
        for (int i = 0; i < flow.gaps(); i++) {
            if (Seq.notAfter(left(i), right) && Seq.notAfter(left, right(i))) {
                return true;
            }
        }
        return false;
    }

    /// The first interval that has octets of `left..right`, -1 for none.
    int first(int left, int right) {
        for (int i = 0; i < flow.gaps(); i++) {
            if (Seq.before(left(i), right) && Seq.before(left, right(i))) {
                return i;
            }
        }
        return -1;
    }

    /// Adds text that now lies in the ring. Only if it [#fits].
    void add(int left, int right) {
        int from = 0;
        while (from < flow.gaps() && Seq.before(right(from), left)) {
            from++;
        }
        int end = from;
        int newLeft = left;
        int newRight = right;
        while (end < flow.gaps() && Seq.notAfter(left(end), right)) {
            newLeft = Seq.earlier(newLeft, left(end));
            newRight = Seq.later(newRight, right(end));
            end++;
        }
        replace(from, end, newLeft, newRight);
        changed(newLeft);
    }

    /// Puts the interval that begins at `left` before those that changed earlier. It leaves its own old place, else
    /// that of one that is none any more, if there is one.
    private void changed(int left) {
        int ago = 0;
        while (ago < Flow.GAPS_CHANGED - 1 && flow.gapChanged(ago) != left && beginsAt(flow.gapChanged(ago)) >= 0) {
            ago++;
        }
        for (; ago > 0; ago--) {
            flow.gapChanged(ago, flow.gapChanged(ago - 1));
        }
        flow.gapChanged(0, left);
    }

    private void replace(int from, int end, int left, int right) {
        int behind = flow.gaps() - end;
        flow.shift(at(from + 1), at(end), GAP * behind);
        flow.word(at(from), left);
        flow.word(at(from) + 4, right);
        flow.gaps(from + 1 + behind);
    }

    /// RCV.NXT moved: takes out what it has passed.
    ///
    /// @return RCV.NXT, moved on over an interval that it has reached
    int advance(int rcvNxt) {
        int next = rcvNxt;
        int done = 0;
        while (done < flow.gaps() && Seq.notAfter(left(done), next)) {
            next = Seq.later(next, right(done));
            done++;
        }
        if (done > 0) {
            flow.shift(at(0), at(done), GAP * (flow.gaps() - done));
            flow.gaps(flow.gaps() - done);
        }
        return next;
    }

    /// The interval to be told at place `nth`: those that changed last first, then the others from the right.
    int told(int nth) {
        int before = nth;
        int told = 0;
        for (int ago = 0; ago < Flow.GAPS_CHANGED; ago++) {
            int interval = beginsAt(flow.gapChanged(ago));
            if (interval >= 0 && (told & 1 << interval) == 0) {
                if (before-- == 0) {
                    return interval;
                }
                told |= 1 << interval;
            }
        }
        for (int interval = flow.gaps() - 1; interval >= 0; interval--) {
            if ((told & 1 << interval) == 0 && before-- == 0) {
                return interval;
            }
        }
        return -1;
    }

    /// The interval whose left edge is `seq`, -1 for none.
    private int beginsAt(int seq) {
        for (int interval = 0; interval < flow.gaps(); interval++) {
            if (left(interval) == seq) {
                return interval;
            }
        }
        return -1;
    }

    private static int at(int interval) {
        return Flow.FIRST_GAP + GAP * interval;
    }
}
