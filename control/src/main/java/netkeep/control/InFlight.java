package netkeep.control;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import netkeep.domain.Line;

/// Descriptors that were sent to clients and that nobody has received yet. The kernel counts them for the user who sent
/// them, and sends none behind as many as a process of his may have open: a client that receives nothing would keep
/// control from letting others in.
final class InFlight {
    /// The most that sessions of a user may leave behind: with more he gets no other session.
    static final int MOST_LEFT = 64;

    /// How many lines are looked at at once.
    private static final int LOOKS = 8;

    private static final class Sent {
        /// By the lines that they went over, those that were looked at longest ago first.
        private final Map<Line, Integer> lines = new LinkedHashMap<>();

        /// Those lines that are open for nothing else.
        private final Set<Line> last = new HashSet<>();

        private int count;

        private void add(Line line, int descriptors) {
            lines.merge(line, descriptors, Integer::sum);
            count += descriptors;
        }
    }

    /// By sessions.
    private final Map<Integer, Sent> sent = new HashMap<>();

    /// Of sessions that are over, by users: nobody sees any more when they are received.
    private final Map<Integer, Integer> left = new HashMap<>();

    /// Some were sent over a line, which is not closed before [#closes].
    void sent(int session, Line line, int descriptors) {
        of(session).add(line, descriptors);
    }

    private Sent of(int session) {
        return sent.computeIfAbsent(session, first -> new Sent());
    }

    /// Some were sent over a line that is of no other use: it is closed here, once they are received.
    void last(int session, Line line, int descriptors) {
        Sent all = of(session);
        all.add(line, descriptors + 1);
        all.last.add(line);
    }

    /// How many of a session are in flight, as far as it was looked, with the lines that are open for that.
    int count(int session) {
        Sent all = sent.get(session);
        return all == null ? 0 : all.count;
    }

    /// Looks at some of a session, whether they are received by now.
    void look(int session) {
        Sent all = sent.get(session);
        if (all == null) {
            return;
        }
        Map<Line, Integer> unread = new LinkedHashMap<>();
        Iterator<Map.Entry<Line, Integer>> oldest = all.lines.entrySet().iterator();
        for (int looks = 0; looks < LOOKS && oldest.hasNext(); looks++) {
            Map.Entry<Line, Integer> one = oldest.next();
            Line line = one.getKey();
            if (line.unread()) {
                unread.put(line, one.getValue());
            } else {
                all.count -= one.getValue();
                if (all.last.remove(line)) {
                    line.close();
                }
            }
            oldest.remove();
        }
        all.lines.putAll(unread);
    }

    /// A line is about to be closed.
    void closes(int session, int user, Line line) {
        Sent all = sent.get(session);
        Integer descriptors = all == null ? null : all.lines.remove(line);
        if (all != null && descriptors != null) {
            all.count -= descriptors;
            if (line.unread()) {
                left.merge(user, descriptors, Integer::sum);
            }
        }
    }

    /// A session is over, and its connections are closed.
    void over(int session, int user) {
        Sent all = sent.get(session);
        if (all != null) {
            for (Line line : all.last) {
                closes(session, user, line);
                line.close();
            }
            sent.remove(session);
        }
    }

    /// How many sessions of a user have left behind.
    int left(int user) {
        return left.getOrDefault(user, 0);
    }

    /// How many all sessions have.
    int left() {
        return left.values().stream().mapToInt(Integer::intValue).sum();
    }
}
