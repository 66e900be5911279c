package netkeep.servers.http;

/// Where the values of one header field lie, a field that may be sent in several lines.
final class Lines {
    /// Lines of one field that a request may have.
    static final int CAPACITY = 8;

    private final int[] starts = new int[CAPACITY];
    private final int[] ends = new int[CAPACITY];
    private int count;

    void clear() {
        count = 0;
    }

    /// Adds a line.
    ///
    /// @return false if there are too many
    boolean add(int at, int end) {
        if (count == CAPACITY) {
            return false;
        }
        starts[count] = at;
        ends[count] = end;
        count++;
        return true;
    }

    int count() {
        return count;
    }

    int start(int line) {
        return starts[line];
    }

    int end(int line) {
        return ends[line];
    }
}
