package netkeep.servers.http;

import java.nio.ByteBuffer;

/// Octets to the head of a request, RFC 9112 §2 to §7.
///
/// Where the RFC leaves a choice between leniency and refusal, this refuses: a lone CR or LF, a folded line, blanks
/// that are not the one space the grammar asks for, several Content-Lengths, a length beside a transfer coding.
final class RequestParser {
    /// Answer while the head is not complete.
    static final int INCOMPLETE = -1;

    /// Answer for a head that is refused, for the reason in [Request#refusal].
    static final int REFUSED = -2;

    private static final int GET = Octets.half("GET ");
    private static final int HEAD = Octets.half("HEAD");
    private static final long HTTP_1_1 = Octets.word("HTTP/1.1");
    private static final long HTTP_1_0 = Octets.word("HTTP/1.0");
    private static final int HTTP = Octets.half("HTTP");
    private static final byte[] OPTIONS = Octets.of("OPTIONS");
    private static final byte[] CONNECT = Octets.of("CONNECT");
    private static final byte[][] REFUSED_METHODS = {
        Octets.of("POST"), Octets.of("PUT"), Octets.of("DELETE"), Octets.of("TRACE"), Octets.of("PATCH")
    };
    private static final byte[] SCHEME = Octets.of("http://");

    /// Empty lines before a request that are overlooked.
    private static final int EMPTY_LINES = 4;

    private static final int LONGEST_METHOD = 32;

    private final int targetLength;
    private final int fieldCount;
    private final Fields fields = new Fields();

    /// @param targetLength the longest target taken
    /// @param fieldCount   the most field lines taken
    RequestParser(int targetLength, int fieldCount) {
        this.targetLength = targetLength;
        this.fieldCount = fieldCount;
    }

    /// Parses one head.
    ///
    /// @param in  has [Octets#SLACK] octets behind `end`
    /// @param end where what has arrived ends
    /// @return where the head ends, or [#INCOMPLETE], or [#REFUSED]
    int parse(ByteBuffer in, int at, int end, Request request) {
        request.clear();
        int line = at;
        // §2.2: a client may send an empty line too many before its request.
        for (int i = 0; i < EMPTY_LINES && end - line >= 2 && in.getShort(line) == Octets.CRLF; i++) {
            line += 2;
        }
        int target = method(in, line, end, request);
        if (target < 0) {
            return target;
        }
        int version = target(in, target, end, request);
        if (version < 0) {
            return version;
        }
        int next = version(in, version, end, request);
        if (next < 0) {
            return next;
        }
        next = fields(in, next, end, request);
        if (next < 0) {
            return next;
        }
        Status refusal = Framing.check(in, request);
        return refusal == Status.OK ? next : refuse(request, refusal);
    }

    private static int refuse(Request request, Status refusal) {
        request.refusal = refusal;
        return REFUSED;
    }

    /// @return where the target begins
    private static int method(ByteBuffer in, int at, int end, Request request) {
        if (end - at >= 5) {
            int word = in.getInt(at);
            if (word == GET) {
                request.method = Method.GET;
                return at + 4;
            }
            if (word == HEAD && in.get(at + 4) == ' ') {
                request.method = Method.HEAD;
                return at + 5;
            }
        }
        int i = at;
        while (i < end && i - at <= LONGEST_METHOD && Symbols.token(in.get(i))) {
            i++;
        }
        if (i == end && i - at <= LONGEST_METHOD || i + 1 == end && i == at && in.get(i) == '\r') {
            return INCOMPLETE;
        }
        int length = i - at;
        if (length > LONGEST_METHOD) {
            return refuse(request, Status.NOT_IMPLEMENTED);
        }
        if (length == 0 || in.get(i) != ' ') {
            return refuse(request, Status.BAD_REQUEST);
        }
        request.method = known(in, at, length);
        return i + 1;
    }

    private static Method known(ByteBuffer in, int at, int length) {
        if (Octets.same(in, at, length, OPTIONS)) {
            return Method.OPTIONS;
        }
        if (Octets.same(in, at, length, CONNECT)) {
            return Method.CONNECT;
        }
        for (byte[] refused : REFUSED_METHODS) {
            if (Octets.same(in, at, length, refused)) {
                return Method.REFUSED;
            }
        }
        return Method.UNKNOWN;
    }

    /// @return where the version begins
    private int target(ByteBuffer in, int at, int end, Request request) {
        int bound = at + targetLength;
        int scan = Math.min(end, bound + 1);
        int i = at;
        int hash = 0;
        byte octet = scan > at ? in.get(at) : 0;
        while (i < scan && octet != '?' && Symbols.uri(octet)) {
            hash = 31 * hash + octet;
            i++;
            octet = in.get(i);
        }
        int pathEnd = i;
        while (i < scan && Symbols.uri(octet)) {
            i++;
            octet = in.get(i);
        }
        if (i > bound) {
            return refuse(request, Status.URI_TOO_LONG);
        }
        if (i == end) {
            return INCOMPLETE;
        }
        if (octet != ' ' || i == at) {
            return refuse(request, Status.BAD_REQUEST);
        }
        request.pathAt = at;
        request.pathEnd = pathEnd;
        request.targetEnd = i;
        request.pathHash = hash;
        return form(in, at, request) ? i + 1 : refuse(request, request.refusal);
    }

    /// Tells the four forms of a target apart, §3.2.
    ///
    /// @return false if it is none that goes with the method; the reason is noted
    private static boolean form(ByteBuffer in, int at, Request request) {
        request.refusal = Status.BAD_REQUEST;
        if (request.method == Method.CONNECT) {
            request.authorityAt = at;
            request.authorityEnd = request.targetEnd;
            return Authority.valid(in, at, request.targetEnd);
        }
        if (in.get(at) == '/') {
            return true;
        }
        if (in.get(at) == '*' && request.targetEnd - at == 1) {
            request.asterisk = true;
            return request.method == Method.OPTIONS;
        }
        return absolute(in, at, request);
    }

    private static boolean absolute(ByteBuffer in, int at, Request request) {
        int start = at + SCHEME.length;
        if (request.targetEnd <= start || !Octets.sameIgnoringCase(in, at, SCHEME.length, SCHEME)) {
            if (scheme(in, at, request.targetEnd)) {
                // RFC 9110 §7.4: we are not the origin of anything but http.
                request.refusal = Status.MISDIRECTED_REQUEST;
            }
            return false;
        }
        int i = start;
        while (i < request.pathEnd && in.get(i) != '/') {
            i++;
        }
        request.authorityAt = start;
        request.authorityEnd = i;
        request.pathAt = i;
        int hash = 0;
        for (int path = i; path < request.pathEnd; path++) {
            hash = 31 * hash + in.get(path);
        }
        request.pathHash = hash;
        // RFC 9110 §4.2.1: an http URI without a host is invalid.
        return i > start && in.get(start) != ':' && Authority.valid(in, start, i);
    }

    /// Whether a target begins as an absolute URI does.
    private static boolean scheme(ByteBuffer in, int at, int end) {
        int i = at;
        while (i < end && (Character.isLetterOrDigit(in.get(i)) || in.get(i) == '+' || in.get(i) == '-')) {
            i++;
        }
        return i > at && end - i > 3 && in.get(i) == ':' && in.get(i + 1) == '/' && in.get(i + 2) == '/';
    }

    /// @return where the fields begin
    private static int version(ByteBuffer in, int at, int end, Request request) {
        if (end - at < 10) {
            return INCOMPLETE;
        }
        if (in.getShort(at + 8) != Octets.CRLF) {
            return refuse(request, Status.BAD_REQUEST);
        }
        long word = in.getLong(at);
        if (word == HTTP_1_1) {
            return at + 10;
        }
        if (word == HTTP_1_0) {
            request.minor = 0;
            return at + 10;
        }
        boolean formed = in.getInt(at) == HTTP
                && in.get(at + 4) == '/'
                && Octets.digit(in.get(at + 5))
                && in.get(at + 6) == '.'
                && Octets.digit(in.get(at + 7));
        if (!formed) {
            return refuse(request, Status.BAD_REQUEST);
        }
        // RFC 9110 §2.5: a higher minor version is answered as the highest that we know.
        return in.get(at + 5) == '1' ? at + 10 : refuse(request, Status.VERSION_NOT_SUPPORTED);
    }

    /// @return where the head ends
    private int fields(ByteBuffer in, int at, int end, Request request) {
        int line = at;
        for (int count = 0; ; count++) {
            if (end - line < 2) {
                return INCOMPLETE;
            }
            if (in.getShort(line) == Octets.CRLF) {
                return line + 2;
            }
            if (count == fieldCount) {
                return refuse(request, Status.HEADER_FIELDS_TOO_LARGE);
            }
            int colon = line;
            while (colon < end && Symbols.token(in.get(colon))) {
                colon++;
            }
            if (colon == end) {
                return INCOMPLETE;
            }
            // §5.1: no blank between name and colon; §5.2: no line that goes on with the one before.
            if (colon == line || in.get(colon) != ':') {
                return refuse(request, Status.BAD_REQUEST);
            }
            int stop = Octets.control(in, colon + 1, end);
            if (end - stop < 2) {
                return stop < end && in.get(stop) != '\r' ? refuse(request, Status.BAD_REQUEST) : INCOMPLETE;
            }
            if (in.getShort(stop) != Octets.CRLF) {
                return refuse(request, Status.BAD_REQUEST);
            }
            Status refusal = fields.line(in, line, colon, stop, request);
            if (refusal != Status.OK) {
                return refuse(request, refusal);
            }
            line = stop + 2;
        }
    }
}
