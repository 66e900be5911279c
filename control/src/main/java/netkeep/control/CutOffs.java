package netkeep.control;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import netkeep.domain.Line;
import org.jspecify.annotations.Nullable;

/// Users whose clients were cut off lately. To let one in and to cut it off costs the keeper, the stack and control
/// more than it costs the client, so a user may have that some times at once, and then so often a second: who comes
/// sooner waits.
final class CutOffs {
    /// How many of a user's clients may be cut off before his next one waits.
    static final int AT_ONCE = 8;

    /// As long a while in which one more may be.
    static final long EACH_NS = TimeUnit.MILLISECONDS.toNanos(100);

    /// The most of a user's that wait.
    static final int WAITING = 16;

    private record Waiting(Line guest, int user) {}

    /// When all that users were cut off for is over, later than now.
    private final Map<Integer, Long> overNs = new HashMap<>();

    private final Deque<Waiting> waiting = new ArrayDeque<>();

    /// A user's client is cut off.
    void add(int user, long nowNs) {
        overNs.values().removeIf(over -> over <= nowNs);
        overNs.merge(user, nowNs + EACH_NS, (before, first) -> before + EACH_NS);
    }

    /// Has a guest wait, if its user's next one does. Nobody looks at what it says until then.
    ///
    /// @return false if it is not to wait, or may not, as too many do
    boolean take(Line guest, int user, long nowNs) {
        boolean waits = dueNs(user) > nowNs && count(user) < WAITING;
        if (waits) {
            waiting.add(new Waiting(guest, user));
        }
        return waits;
    }

    /// Whether so many of a user's wait that no other may.
    boolean full(int user) {
        return count(user) >= WAITING;
    }

    private long count(int user) {
        return waiting.stream().filter(one -> one.user == user).count();
    }

    /// When a user's next client may come in, 0 for at once.
    private long dueNs(int user) {
        return overNs.getOrDefault(user, 0L) - AT_ONCE * EACH_NS;
    }

    /// Who has waited long enough.
    ///
    /// @return null for nobody
    @Nullable
    Line due(long nowNs) {
        for (Waiting one : waiting) {
            if (dueNs(one.user) <= nowNs) {
                waiting.remove(one);
                return one.guest;
            }
        }
        return null;
    }

    /// When the next one has, [Long#MAX_VALUE] if nobody waits.
    long deadlineNs() {
        return waiting.stream().mapToLong(one -> dueNs(one.user)).min().orElse(Long.MAX_VALUE);
    }
}
