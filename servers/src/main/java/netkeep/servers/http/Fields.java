package netkeep.servers.http;

import java.nio.ByteBuffer;

/// What each header field means to a request. A field that nobody here knows costs one look at its length.
final class Fields {
    private static final byte[] HOST = Octets.of("host");
    private static final byte[] RANGE = Octets.of("range");
    private static final byte[] EXPECT = Octets.of("expect");
    private static final byte[] IF_MATCH = Octets.of("if-match");
    private static final byte[] IF_RANGE = Octets.of("if-range");
    private static final byte[] CONNECTION = Octets.of("connection");
    private static final byte[] IF_NONE_MATCH = Octets.of("if-none-match");
    private static final byte[] CONTENT_LENGTH = Octets.of("content-length");
    private static final byte[] TRANSFER_ENCODING = Octets.of("transfer-encoding");
    private static final byte[] IF_MODIFIED_SINCE = Octets.of("if-modified-since");
    private static final byte[] IF_UNMODIFIED_SINCE = Octets.of("if-unmodified-since");
    private static final byte[] KEEP_ALIVE = Octets.of("keep-alive");
    private static final byte[] CLOSE = Octets.of("close");
    private static final byte[] CONTINUE = Octets.of("100-continue");

    /// Digits of the longest length taken: less than 2^63 in any case.
    private static final int LENGTH_DIGITS = 18;

    /// Takes one field line.
    ///
    /// @param colon where the name ends
    /// @param stop  where the line ends
    /// @return OK, or why the request is refused
    Status line(ByteBuffer in, int at, int colon, int stop, Request request) {
        int length = colon - at;
        return switch (length) {
            case 4, 5, 6, 8, 10, 13, 14, 17, 19 -> {
                int start = colon + 1;
                int end = stop;
                while (start < end && Octets.blank(in.get(start))) {
                    start++;
                }
                while (end > start && Octets.blank(in.get(end - 1))) {
                    end--;
                }
                yield field(in, at, length, start, end, request);
            }
            default -> Status.OK;
        };
    }

    private static Status field(ByteBuffer in, int at, int length, int start, int end, Request request) {
        return switch (length) {
            case 4 -> is(in, at, length, HOST) ? add(request.host, start, end) : Status.OK;
            case 5 -> is(in, at, length, RANGE) ? condition(request, request.range, start, end) : Status.OK;
            case 6 -> is(in, at, length, EXPECT) ? expect(in, start, end, request) : Status.OK;
            case 8 -> {
                if (is(in, at, length, IF_MATCH)) {
                    yield condition(request, request.ifMatch, start, end);
                }
                yield is(in, at, length, IF_RANGE) ? condition(request, request.ifRange, start, end) : Status.OK;
            }
            case 10 -> is(in, at, length, CONNECTION) ? connection(in, start, end, request) : Status.OK;
            case 13 ->
                is(in, at, length, IF_NONE_MATCH) ? condition(request, request.ifNoneMatch, start, end) : Status.OK;
            case 14 -> is(in, at, length, CONTENT_LENGTH) ? contentLength(in, start, end, request) : Status.OK;
            case 17 -> {
                if (is(in, at, length, TRANSFER_ENCODING)) {
                    yield add(request.transferEncoding, start, end);
                }
                yield is(in, at, length, IF_MODIFIED_SINCE)
                        ? condition(request, request.ifModifiedSince, start, end)
                        : Status.OK;
            }
            case 19 ->
                is(in, at, length, IF_UNMODIFIED_SINCE)
                        ? condition(request, request.ifUnmodifiedSince, start, end)
                        : Status.OK;
            default -> Status.OK;
        };
    }

    private static boolean is(ByteBuffer in, int at, int length, byte[] name) {
        return Octets.sameIgnoringCase(in, at, length, name);
    }

    private static Status add(Lines lines, int start, int end) {
        return lines.add(start, end) ? Status.OK : Status.HEADER_FIELDS_TOO_LARGE;
    }

    private static Status condition(Request request, Lines lines, int start, int end) {
        request.conditional = true;
        return add(lines, start, end);
    }

    /// RFC 9110 §10.1.1.
    private static Status expect(ByteBuffer in, int start, int end, Request request) {
        if (!Octets.sameIgnoringCase(in, start, end - start, CONTINUE)) {
            return Status.EXPECTATION_FAILED;
        }
        request.expectContinue = true;
        return Status.OK;
    }

    /// RFC 9110 §7.6.1: a list of options.
    private static Status connection(ByteBuffer in, int start, int end, Request request) {
        int at = start;
        while (at < end) {
            int comma = at;
            while (comma < end && in.get(comma) != ',') {
                comma++;
            }
            int option = at;
            int stop = comma;
            while (option < stop && Octets.blank(in.get(option))) {
                option++;
            }
            while (stop > option && Octets.blank(in.get(stop - 1))) {
                stop--;
            }
            request.keepAlive |= Octets.sameIgnoringCase(in, option, stop - option, KEEP_ALIVE);
            request.close |= Octets.sameIgnoringCase(in, option, stop - option, CLOSE);
            at = comma + 1;
        }
        return Status.OK;
    }

    /// RFC 9112 §6.3: one length, of digits alone. Lists of equal lengths may be taken; we do not.
    private static Status contentLength(ByteBuffer in, int start, int end, Request request) {
        if (request.contentLength != Request.ABSENT || start == end) {
            return Status.BAD_REQUEST;
        }
        long length = 0;
        boolean fits = true;
        for (int i = start; i < end; i++) {
            int octet = in.get(i);
            if (!Octets.digit(octet)) {
                return Status.BAD_REQUEST;
            }
            fits &= i - start < LENGTH_DIGITS;
            length = 10 * length + octet - '0';
        }
        request.contentLength = length;
        return fits ? Status.OK : Status.CONTENT_TOO_LARGE;
    }
}
