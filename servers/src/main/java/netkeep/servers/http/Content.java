package netkeep.servers.http;

import java.nio.ByteBuffer;

/// The content of a request on its way to nowhere: files take none, but the next request stands behind it. RFC 9112
/// §6 and §7.1.
///
/// ```text
/// chunk = size [ext] CRLF, size octets, CRLF      the last one has size 0; then trailer fields, then CRLF
/// ```
final class Content {
    private enum State {
        /// Within octets that are counted: all content with a length, and the data of a chunk.
        DATA,
        SIZE_FIRST,
        SIZE,
        EXTENSION,
        SIZE_LF,
        DATA_CR,
        DATA_LF,
        TRAILER_START,
        TRAILER,
        TRAILER_LF,
        END_LF,
        DONE,
        BROKEN
    }

    /// Octets of extensions and trailers that one request may have.
    private static final int OVERHEAD = 16_384;

    /// Digits of the longest chunk size: what is longer is no chunk size that anybody means.
    private static final int SIZE_DIGITS = 15;

    private State state = State.DONE;
    private boolean chunked;
    private long left;
    private long allowed;
    private int digits;
    private int overhead;
    private boolean tooLarge;

    /// Begins.
    ///
    /// @param limit the most octets of content that are read for the sake of the connection
    void begin(Request request, long limit) {
        chunked = request.chunked;
        left = chunked ? 0 : request.contentLength;
        state = chunked ? State.SIZE_FIRST : left == 0 ? State.DONE : State.DATA;
        allowed = limit;
        tooLarge = left > limit;
        digits = 0;
        overhead = 0;
    }

    /// Whether all of it has been read.
    boolean done() {
        return state == State.DONE;
    }

    /// Whether it is longer than it may be.
    boolean tooLarge() {
        return tooLarge;
    }

    /// Whether the chunks are not what the grammar asks for.
    boolean broken() {
        return state == State.BROKEN;
    }

    /// Reads on.
    ///
    /// @return what is not content any more, or `end`
    int drain(ByteBuffer in, int at, int end) {
        int i = at;
        while (i < end && state != State.DONE && state != State.BROKEN && !tooLarge) {
            if (state == State.DATA) {
                int taken = (int) Math.min(left, end - i);
                left -= taken;
                i += taken;
                if (left == 0) {
                    state = chunked ? State.DATA_CR : State.DONE;
                }
            } else {
                state = after(in.get(i));
                i++;
            }
        }
        return i;
    }

    private State after(byte octet) {
        return switch (state) {
            case SIZE_FIRST -> Octets.hex(octet) < 0 ? State.BROKEN : size(octet);
            case SIZE -> Octets.hex(octet) >= 0 ? size(octet) : sizeEnds(octet);
            case EXTENSION -> octet == '\r' ? State.SIZE_LF : text(octet, State.EXTENSION);
            case SIZE_LF -> octet == '\n' ? data() : State.BROKEN;
            case DATA_CR -> octet == '\r' ? State.DATA_LF : State.BROKEN;
            case DATA_LF -> octet == '\n' ? next() : State.BROKEN;
            case TRAILER_START -> octet == '\r' ? State.END_LF : trailerStart(octet);
            case TRAILER -> octet == '\r' ? State.TRAILER_LF : text(octet, State.TRAILER);
            case TRAILER_LF -> octet == '\n' ? State.TRAILER_START : State.BROKEN;
            case END_LF -> octet == '\n' ? State.DONE : State.BROKEN;
            case DATA, DONE, BROKEN -> state;
        };
    }

    private State size(byte octet) {
        left = left << 4 | Octets.hex(octet);
        digits++;
        return digits > SIZE_DIGITS ? State.BROKEN : State.SIZE;
    }

    private State sizeEnds(byte octet) {
        if (octet == '\r') {
            return State.SIZE_LF;
        }
        // §7.1.1: a recipient ignores extensions that it does not know. Blanks before the semicolon are bad blanks
        // that a recipient parses.
        return octet == ';' || Octets.blank(octet) ? text(octet, State.EXTENSION) : State.BROKEN;
    }

    private State data() {
        allowed -= left;
        tooLarge = allowed < 0;
        return left == 0 ? State.TRAILER_START : State.DATA;
    }

    private State next() {
        digits = 0;
        // Each chunk costs its frame, so that content in a million chunks is as long as it is.
        overhead += 4;
        allowed -= 4;
        tooLarge = allowed < 0;
        return State.SIZE_FIRST;
    }

    private State trailerStart(byte octet) {
        return Symbols.token(octet) ? text(octet, State.TRAILER) : State.BROKEN;
    }

    /// One more octet of what nobody reads.
    private State text(byte octet, State same) {
        overhead++;
        boolean control = octet >= 0 && octet < ' ' && octet != '\t' || octet == 0x7F;
        return control || overhead > OVERHEAD ? State.BROKEN : same;
    }
}
