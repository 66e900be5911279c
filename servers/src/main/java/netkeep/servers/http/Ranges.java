package netkeep.servers.http;

import java.nio.ByteBuffer;

/// The value of a Range field, RFC 9110 §14.1.2: `bytes=0-99, 200-, -5`.
final class Ranges {
    /// Most ranges served in one response. Whoever asks for more gets the whole.
    static final int CAPACITY = 16;

    /// Answer if the field is to be treated as if it were not there.
    static final int IGNORE = -1;

    private static final byte[] UNIT = Octets.of("bytes=");
    private static final int DIGITS = 18;

    private final long[] starts = new long[CAPACITY];
    private final long[] ends = new long[CAPACITY];
    private int count;
    private int at;
    private long number;

    /// Reads a field's value.
    ///
    /// @param size octets of the representation
    /// @return how many ranges can be satisfied, 0 if none, or [#IGNORE]
    int read(ByteBuffer in, int start, int end, long size) {
        count = 0;
        if (end - start <= UNIT.length || !Octets.sameIgnoringCase(in, start, UNIT.length, UNIT)) {
            return IGNORE;
        }
        at = start + UNIT.length;
        boolean any = false;
        while (at < end) {
            blanks(in, end);
            if (at < end && in.get(at) != ',') {
                if (!range(in, end, size)) {
                    return IGNORE;
                }
                any = true;
                blanks(in, end);
            }
            if (at < end && in.get(at) != ',') {
                return IGNORE;
            }
            at++;
        }
        return any && worthIt(size) ? count : IGNORE;
    }

    /// Whether the ranges together are not more than the whole: §14.2 lets a server refuse to be made to work.
    private boolean worthIt(long size) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += ends[i] - starts[i];
        }
        return count <= 1 || sum <= size;
    }

    private boolean range(ByteBuffer in, int end, long size) {
        long first = number(in, end) ? number : -1;
        if (at == end || in.get(at) != '-') {
            return false;
        }
        at++;
        long last = number(in, end) ? number : -1;
        if (first < 0) {
            // The last so many octets. Of nothing, the whole is nothing, and no Content-Range can say so.
            return last >= 0 && (last == 0 || size > 0 && add(Math.max(0, size - last), size));
        }
        if (last >= 0 && last < first) {
            return false;
        }
        long stop = last < 0 || last >= size ? size : last + 1;
        return first >= size || add(first, stop);
    }

    private boolean add(long start, long end) {
        if (count == CAPACITY) {
            return false;
        }
        starts[count] = start;
        ends[count] = end;
        count++;
        return true;
    }

    /// Reads digits into [#number]; what is too long counts as the largest.
    private boolean number(ByteBuffer in, int end) {
        int from = at;
        long value = 0;
        while (at < end && Octets.digit(in.get(at))) {
            value = at - from < DIGITS ? 10 * value + in.get(at) - '0' : Long.MAX_VALUE;
            at++;
        }
        number = at - from > DIGITS ? Long.MAX_VALUE : value;
        return at > from;
    }

    private void blanks(ByteBuffer in, int end) {
        while (at < end && Octets.blank(in.get(at))) {
            at++;
        }
    }

    int count() {
        return count;
    }

    /// First octet of a range.
    long start(int range) {
        return starts[range];
    }

    /// What follows the last octet of a range.
    long end(int range) {
        return ends[range];
    }

    /// Becomes a copy of another.
    void set(Ranges other) {
        count = other.count;
        System.arraycopy(other.starts, 0, starts, 0, count);
        System.arraycopy(other.ends, 0, ends, 0, count);
    }

    /// Becomes the one range that is the whole.
    void whole(long size) {
        count = 1;
        starts[0] = 0;
        ends[0] = size;
    }
}
