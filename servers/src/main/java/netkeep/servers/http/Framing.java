package netkeep.servers.http;

import java.nio.ByteBuffer;

/// Where a request ends, and whom it is for: what only the head as a whole tells. RFC 9112 §3.2 and §6.3.
final class Framing {
    private static final byte[] CHUNKED = Octets.of("chunked");

    private Framing() {}

    /// @return OK, or why the request is refused
    static Status check(ByteBuffer in, Request request) {
        // §3.2: exactly one Host in 1.1, at most one in any version, and a valid one.
        int hosts = request.host.count();
        if (hosts > 1 || hosts == 0 && request.minor >= 1) {
            return Status.BAD_REQUEST;
        }
        if (hosts == 1 && !Authority.valid(in, request.host.start(0), request.host.end(0))) {
            return Status.BAD_REQUEST;
        }
        // RFC 9110 §10.1.1: an expectation in a 1.0 request is no expectation.
        request.expectContinue &= request.minor >= 1;
        return request.transferEncoding.count() == 0 ? Status.OK : transferEncoding(in, request);
    }

    private static Status transferEncoding(ByteBuffer in, Request request) {
        // §6.1: both a coding and a length, or a coding in 1.0, is how requests are smuggled.
        if (request.contentLength != Request.ABSENT || request.minor == 0) {
            return Status.BAD_REQUEST;
        }
        Lines lines = request.transferEncoding;
        if (lines.count() == 1 && Request.is(in, lines, 0, CHUNKED)) {
            request.chunked = true;
            return Status.OK;
        }
        int codings = 0;
        int chunked = 0;
        boolean last = false;
        for (int line = 0; line < lines.count(); line++) {
            int at = lines.start(line);
            while (at <= lines.end(line)) {
                int end = coding(in, at, lines.end(line));
                if (end < 0) {
                    return Status.BAD_REQUEST;
                }
                int start = blanks(in, at, end);
                last = Octets.sameIgnoringCase(in, start, tokenEnd(in, start, end) - start, CHUNKED);
                chunked += last ? 1 : 0;
                codings++;
                at = end + 1;
            }
        }
        // §6.3: without chunked at the end, and nowhere else, nobody knows where the content ends.
        // §6.1: with it, the rest is a coding that we do not know.
        return last && chunked == 1 && codings > 1 ? Status.NOT_IMPLEMENTED : Status.BAD_REQUEST;
    }

    /// Where a coding of a list ends: at its comma, or at the line's end; -1 if it is none.
    private static int coding(ByteBuffer in, int at, int end) {
        int start = blanks(in, at, end);
        int token = tokenEnd(in, start, end);
        int stop = blanks(in, token, end);
        boolean closed = stop == end || in.get(stop) == ',';
        return token > start && closed ? stop : -1;
    }

    private static int blanks(ByteBuffer in, int at, int end) {
        int i = at;
        while (i < end && Octets.blank(in.get(i))) {
            i++;
        }
        return i;
    }

    private static int tokenEnd(ByteBuffer in, int at, int end) {
        int i = at;
        while (i < end && Symbols.token(in.get(i))) {
            i++;
        }
        return i;
    }
}
