package netkeep.client;

import java.lang.foreign.MemorySegment;

/// Free octets of a connection's send ring, for a [StreamHandler] to write to: one piece at a time. Valid within the
/// call that it is given to.
public final class SendRoom {
    private final Connection connection;
    private long at;
    private int length;
    private long tail;
    private int left;

    SendRoom(Connection connection) {
        this.connection = connection;
    }

    /// Begins where the stream stands.
    void begin() {
        left = connection.room();
        tail = connection.beginWriting();
        aim();
    }

    private void aim() {
        at = connection.place(tail);
        length = Math.min(left, connection.contiguous(tail));
    }

    /// Where to write, from [#at] on, [#length] octets at most.
    public MemorySegment memory() {
        return connection.session.ours.memory();
    }

    public long at() {
        return at;
    }

    /// Octets of this piece. Once it is full there may be another; 0 if there is no room.
    public int length() {
        return length;
    }

    /// That many octets were written from [#at] on. The next piece begins behind them.
    public void written(int octets) {
        if (octets < 0 || octets > length) {
            throw new IllegalArgumentException("octets " + octets + " of " + length);
        }
        tail += octets;
        left -= octets;
        aim();
    }

    /// Up to where the stream was written.
    long tail() {
        return tail;
    }
}
