package netkeep.servers.http;

import java.nio.ByteBuffer;

/// Whether a request still wants what it asks for, RFC 9110 §13.
final class Conditions {
    private Conditions() {}

    /// Asks the four preconditions in the order of §13.2.2.
    ///
    /// @return OK, NOT_MODIFIED or PRECONDITION_FAILED
    static Status check(ByteBuffer in, Request request, Resource resource, long nowSeconds) {
        if (request.ifMatch.count() > 0) {
            if (!anyTag(in, request.ifMatch, resource.etag, true)) {
                return Status.PRECONDITION_FAILED;
            }
        } else if (after(in, request.ifUnmodifiedSince, resource, nowSeconds)) {
            return Status.PRECONDITION_FAILED;
        }
        if (request.ifNoneMatch.count() > 0) {
            return anyTag(in, request.ifNoneMatch, resource.etag, false) ? Status.NOT_MODIFIED : Status.OK;
        }
        return notAfter(in, request.ifModifiedSince, resource, nowSeconds) ? Status.NOT_MODIFIED : Status.OK;
    }

    /// Whether a Range field counts, §13.1.5: not if the client holds a part of something else.
    static boolean rangeHolds(ByteBuffer in, Request request, Resource resource, long nowSeconds) {
        Lines line = request.ifRange;
        if (line.count() == 0) {
            return true;
        }
        if (line.count() > 1) {
            return false;
        }
        int at = line.start(0);
        int end = line.end(0);
        if (end > at && in.get(at) == '"') {
            return resource.etag.length > 0 && Octets.same(in, at, end - at, resource.etag);
        }
        // A date must be the very one, and the second that it names must be over: in it the file could change
        // again.
        long seconds = HttpDate.read(in, at, end, nowSeconds);
        return seconds != HttpDate.NONE && seconds == resource.modifiedSeconds && nowSeconds > seconds;
    }

    private static boolean after(ByteBuffer in, Lines line, Resource resource, long nowSeconds) {
        long seconds = date(in, line, resource, nowSeconds);
        return seconds != HttpDate.NONE && resource.modifiedSeconds > seconds;
    }

    private static boolean notAfter(ByteBuffer in, Lines line, Resource resource, long nowSeconds) {
        long seconds = date(in, line, resource, nowSeconds);
        return seconds != HttpDate.NONE && resource.modifiedSeconds <= seconds;
    }

    /// The one date of a field, or NONE: without a field, with several, with no valid date, and for what has no
    /// date of its own the condition does not count.
    private static long date(ByteBuffer in, Lines line, Resource resource, long nowSeconds) {
        return line.count() == 1 && resource.modifiedSeconds != HttpDate.NONE
                ? HttpDate.read(in, line.start(0), line.end(0), nowSeconds)
                : HttpDate.NONE;
    }

    /// Whether a list of entity tags holds one, or is an asterisk.
    ///
    /// @param strong compares as §8.8.3.2 says for If-Match: a weak tag is then equal to none
    private static boolean anyTag(ByteBuffer in, Lines lines, byte[] etag, boolean strong) {
        for (int line = 0; line < lines.count(); line++) {
            int at = lines.start(line);
            int end = lines.end(line);
            if (end - at == 1 && in.get(at) == '*' || lists(in, at, end, etag, strong)) {
                return true;
            }
        }
        return false;
    }

    private static boolean lists(ByteBuffer in, int start, int end, byte[] etag, boolean strong) {
        int at = start;
        while (at < end) {
            int octet = in.get(at);
            if (octet == ',' || Octets.blank(octet)) {
                at++;
                continue;
            }
            boolean weak = octet == 'W' && end - at > 1 && in.get(at + 1) == '/';
            int open = weak ? at + 2 : at;
            if (open >= end || in.get(open) != '"') {
                return false;
            }
            int close = open + 1;
            while (close < end && in.get(close) != '"') {
                close++;
            }
            if (close == end) {
                return false;
            }
            if (!(weak && strong) && etag.length > 0 && Octets.same(in, open, close + 1 - open, etag)) {
                return true;
            }
            at = close + 1;
        }
        return false;
    }
}
