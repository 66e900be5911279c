package netkeep.control;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import netkeep.domain.Line;

/// Descriptors that were sent to clients and that nobody has received yet. The kernel counts them for the user who sent
/// them, and sends none behind as many as a process of his may have open: a client that receives nothing would keep
/// control from letting others in.
final class InFlight {
    /// The most that sessions of a user may leave behind: with more he gets no other session.
    static final int MOST_LEFT = 64;

    /// The most lines of sessions that are over that stay open; of a user half of what others leave.
    static final int MOST_KEPT = 1 << 10;

    /// How many lines are looked at at once, beside those that can be closed.
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

    /// What a session that is over has left, and its line with it.
    private record Left(int user, int descriptors) {}

    /// By lines that are open for nothing else, those that were looked at longest ago first.
    private final Map<Line, Left> kept = new LinkedHashMap<>();

    /// By users, all that sessions which are over have left.
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

    /// A line is of no use any more, and nobody watches it: it is closed now, or once what was sent over it is
    /// received.
    void closes(int session, int user, Line line) {
        Sent all = sent.get(session);
        Integer descriptors = all == null ? null : all.lines.remove(line);
        if (all == null || descriptors == null) {
            line.close();
            return;
        }
        all.count -= descriptors;
        leave(user, line, all.last.remove(line) ? descriptors - 1 : descriptors);
    }

    private void leave(int user, Line line, int descriptors) {
        if (!line.unread()) {
            line.close();
            return;
        }
        long own = kept.values().stream().filter(one -> one.user == user).count();
        boolean keeps = own < (MOST_KEPT - (kept.size() - own)) / 2;
        Left all = new Left(user, keeps ? descriptors + 1 : descriptors);
        left.merge(user, all.descriptors, Integer::sum);
        if (keeps) {
            line.end();
            kept.put(line, all);
        } else {
            // Nobody sees any more when they are received.
            line.close();
        }
    }

    /// A session is over, and its connections are closed.
    void over(int session, int user) {
        Sent all = sent.get(session);
        if (all != null) {
            Set.copyOf(all.last).forEach(line -> closes(session, user, line));
            sent.remove(session);
        }
    }

    /// Looks at some of what was left, whether it is received by now.
    void lookLeft() {
        look(user -> true);
    }

    private void look(IntPredicate users) {
        Map<Line, Left> unread = new LinkedHashMap<>();
        Iterator<Map.Entry<Line, Left>> oldest = kept.entrySet().iterator();
        while (unread.size() < LOOKS && oldest.hasNext()) {
            Map.Entry<Line, Left> one = oldest.next();
            Line line = one.getKey();
            Left its = one.getValue();
            if (users.test(its.user)) {
                oldest.remove();
                if (line.unread()) {
                    unread.put(line, its);
                } else {
                    left.computeIfPresent(
                            its.user, (user, all) -> all == its.descriptors ? null : all - its.descriptors);
                    line.close();
                }
            }
        }
        kept.putAll(unread);
    }

    /// Whether sessions of a user have left so much behind that he gets no other one.
    boolean full(int user) {
        return left(user) > MOST_LEFT;
    }

    /// How many sessions of a user have left behind, as far as it was looked, with the lines that are open for that.
    int left(int user) {
        look(one -> one == user);
        return left.getOrDefault(user, 0);
    }

    /// How many all sessions have.
    int left() {
        return left.values().stream().mapToInt(Integer::intValue).sum();
    }
}
