package netkeep.servers.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// The content of a response while it is sent: the whole of a resource, a part of it, or several parts.
///
/// It is a sequence of octets that can be begun anew at any of them, so what a channel did not take need not be
/// kept: the position goes back.
///
/// ```text
/// one part:      | octets |
/// several:       | delimiter 0 | octets | delimiter 1 | octets | ... | closing delimiter |     RFC 9110 §14.6
/// ```
final class Transfer {
    /// Octets laid down at a time, between the two; more while the channel takes all.
    private static final int LEAST = 16_384;

    private static final int MOST = 262_144;
    private static final byte[] DASHES = Octets.of("\r\n--");
    private static final byte[] TYPE = Octets.of("\r\nContent-Type: ");
    private static final byte[] RANGE = Octets.of("\r\nContent-Range: bytes ");
    private static final byte[] END = Octets.of("--\r\n");
    private static final byte[] HEAD_END = Octets.of("\r\n\r\n");

    private final Ranges parts = new Ranges();
    /// Where each segment of the sequence ends: a delimiter or the octets of a part.
    private final long[] ends = new long[2 * Ranges.CAPACITY + 1];
    private final ByteBuffer delimiter = ByteBuffer.allocate(512);
    private final byte[] boundary = new byte[16];
    private @Nullable Resource resource;
    private boolean multipart;
    private int segments;
    private int segment;
    private long position;
    private int chunk;

    /// Begins the whole of a resource, held until [#end].
    void whole(Resource content) {
        parts.whole(content.size);
        begin(content, false);
        segments = 1;
        ends[0] = content.size;
    }

    /// Begins one range of a resource.
    void part(Resource content, Ranges ranges) {
        parts.set(ranges);
        begin(content, false);
        segments = 1;
        ends[0] = ranges.end(0) - ranges.start(0);
    }

    /// Begins several ranges of a resource.
    ///
    /// @param luck makes the boundary
    void parts(Resource content, Ranges ranges, long luck) {
        parts.set(ranges);
        begin(content, true);
        for (int i = 0; i < boundary.length; i++) {
            boundary[i] = (byte) ('a' + (luck >>> 4 * i & 15));
        }
        segments = 2 * ranges.count() + 1;
        long end = 0;
        for (int i = 0; i < segments; i++) {
            end += i % 2 == 0 ? layDelimiter(i / 2).remaining() : ranges.end(i / 2) - ranges.start(i / 2);
            ends[i] = end;
        }
    }

    private void begin(Resource content, boolean several) {
        resource = content;
        content.hold();
        multipart = several;
        segment = 0;
        position = 0;
        chunk = LEAST;
    }

    /// Octets in all.
    long length() {
        return ends[segments - 1];
    }

    byte[] boundary() {
        return boundary;
    }

    boolean done() {
        return position == length();
    }

    /// Lays down what comes next, as much as there is room for and is wise.
    ///
    /// @return octets laid down
    /// @throws IOException if the file cannot be read; the response cannot be ended then
    int fill(ByteBuffer out) throws IOException {
        int before = out.position();
        int room = Math.min(out.remaining(), chunk);
        while (room > 0 && segment < segments) {
            long start = segment == 0 ? 0 : ends[segment - 1];
            int length = (int) Math.min(room, ends[segment] - position);
            copy(out, position - start, length);
            position += length;
            room -= length;
            if (position == ends[segment]) {
                segment++;
            }
        }
        chunk = Math.min(2 * chunk, MOST);
        return out.position() - before;
    }

    private void copy(ByteBuffer out, long from, int length) throws IOException {
        if (multipart && segment % 2 == 0) {
            out.put(layDelimiter(segment / 2).array(), (int) from, length);
        } else if (resource != null) {
            resource.copy(out, parts.start(multipart ? segment / 2 : 0) + from, length);
        }
    }

    /// Goes back over octets that were laid down and not taken.
    void back(int length) {
        position -= length;
        while (segment > 0 && position < ends[segment - 1]) {
            segment--;
        }
        chunk = Math.max(LEAST, chunk / 4);
    }

    private ByteBuffer layDelimiter(int part) {
        delimiter.clear();
        delimiter.put(DASHES, part == 0 ? 2 : 0, DASHES.length - (part == 0 ? 2 : 0));
        delimiter.put(boundary);
        if (part == parts.count()) {
            return delimiter.put(END).flip();
        }
        delimiter.put(TYPE).put(resource == null ? END : resource.mediaType);
        delimiter.put(RANGE);
        range(delimiter, part);
        return delimiter.put(HEAD_END).flip();
    }

    /// Writes `first-last/size`.
    void range(ByteBuffer out, int part) {
        Octets.decimal(out, parts.start(part));
        out.put((byte) '-');
        Octets.decimal(out, parts.end(part) - 1);
        out.put((byte) '/');
        Octets.decimal(out, resource == null ? 0 : resource.size);
    }

    /// Lets go of the resource.
    void end() throws IOException {
        Resource content = resource;
        resource = null;
        if (content != null) {
            content.release();
        }
    }
}
