package netkeep.servers.http;

import netkeep.servers.loop.Deadlines;
import org.jspecify.annotations.Nullable;

/// The deadlines of all connections: a wheel of slots, each a chain through the connections themselves.
///
/// A deadline that moves away costs one store: the connection stays in its slot, and is moved when the slot's time
/// has come. Only one that draws near is chained anew. Deadlines are kept to a quarter of a second.
final class Wheel {
    /// The due tick of a connection that is in no slot.
    static final long NOWHERE = Long.MIN_VALUE;

    private static final int TICK = 28;
    private static final int SLOTS = 512;

    private final @Nullable Connection[] slots = new @Nullable Connection[SLOTS];
    private int count;

    /// All slots up to this tick are done.
    private long tick;

    /// No slot before this tick holds anything.
    private long nextTick;

    Wheel(long nowNs) {
        tick = nowNs >> TICK;
        nextTick = tick;
    }

    /// Sets a connection's deadline.
    void schedule(Connection connection, long deadlineNs) {
        connection.deadlineNs = deadlineNs;
        long due = due(deadlineNs);
        if (connection.dueTick == NOWHERE || connection.dueTick > due) {
            remove(connection);
            insert(connection, due);
        }
    }

    /// The first tick that begins after the deadline, but none that is done, and none more than a turn ahead.
    private long due(long deadlineNs) {
        return Math.max(tick + 1, Math.min((deadlineNs >> TICK) + 1, tick + SLOTS - 1));
    }

    private void insert(Connection connection, long due) {
        int slot = slot(due);
        Connection first = slots[slot];
        connection.previous = null;
        connection.next = first;
        connection.dueTick = due;
        if (first != null) {
            first.previous = connection;
        }
        slots[slot] = connection;
        nextTick = count == 0 ? due : Math.min(nextTick, due);
        count++;
    }

    /// Forgets a connection.
    void remove(Connection connection) {
        if (connection.dueTick == NOWHERE) {
            return;
        }
        Connection before = connection.previous;
        Connection after = connection.next;
        if (before != null) {
            before.next = after;
        } else {
            slots[slot(connection.dueTick)] = after;
        }
        if (after != null) {
            after.previous = before;
        }
        connection.next = null;
        connection.previous = null;
        connection.dueTick = NOWHERE;
        count--;
    }

    private static int slot(long due) {
        return (int) (due & SLOTS - 1);
    }

    /// Calls each connection whose deadline is over.
    ///
    /// @return when to come back, or [Deadlines#NEVER]
    long expire(long nowNs) {
        long now = nowNs >> TICK;
        if (now < nextTick) {
            tick = Math.max(tick, now);
        } else {
            turn(now, nowNs);
        }
        return count == 0 ? Deadlines.NEVER : nextTick << TICK;
    }

    private void turn(long now, long nowNs) {
        tick = Math.max(tick, nextTick - 1);
        while (tick < now) {
            tick++;
            Connection connection = slots[slot(tick)];
            while (connection != null) {
                remove(connection);
                if (connection.deadlineNs - nowNs <= 0) {
                    connection.expire(nowNs);
                } else {
                    insert(connection, due(connection.deadlineNs));
                }
                connection = slots[slot(tick)];
            }
        }
        nextTick = tick + 1;
        while (count > 0 && slots[slot(nextTick)] == null) {
            nextTick++;
        }
    }
}
