package netkeep.servers.http;

import java.nio.ByteBuffer;

/// The head of a request, parsed: offsets into the buffer that it still lies in. One object serves all requests.
final class Request {
    /// What [#contentLength] is without such a field.
    static final long ABSENT = -1;

    Method method = Method.UNKNOWN;

    /// Where the path begins, and where it ends: at the query, or at the end of the target.
    int pathAt;

    int pathEnd;

    /// Where the target ends; between [#pathEnd] and here lies the query with its question mark.
    int targetEnd;

    /// Of the octets of the path.
    int pathHash;

    /// The authority of a target in absolute form; empty for the others.
    int authorityAt;

    int authorityEnd;

    /// Whether the target is a lone asterisk.
    boolean asterisk;

    /// The minor version, 0 or 1: all later ones are spoken to as 1.1.
    int minor;

    boolean keepAlive;
    boolean close;
    boolean expectContinue;
    boolean chunked;
    long contentLength;

    final Lines host = new Lines();
    final Lines range = new Lines();
    final Lines ifRange = new Lines();
    final Lines ifMatch = new Lines();
    final Lines ifNoneMatch = new Lines();
    final Lines ifModifiedSince = new Lines();
    final Lines ifUnmodifiedSince = new Lines();
    final Lines transferEncoding = new Lines();

    /// Whether any field is there that can change the answer to a GET.
    boolean conditional;

    /// Why the request is refused, once [RequestParser] says that it is.
    Status refusal = Status.BAD_REQUEST;

    void clear() {
        method = Method.UNKNOWN;
        pathAt = 0;
        pathEnd = 0;
        targetEnd = 0;
        pathHash = 0;
        authorityAt = 0;
        authorityEnd = 0;
        asterisk = false;
        minor = 1;
        keepAlive = false;
        close = false;
        expectContinue = false;
        chunked = false;
        contentLength = ABSENT;
        host.clear();
        transferEncoding.clear();
        if (conditional) {
            range.clear();
            ifRange.clear();
            ifMatch.clear();
            ifNoneMatch.clear();
            ifModifiedSince.clear();
            ifUnmodifiedSince.clear();
            conditional = false;
        }
    }

    /// Whether the connection can stay open after this request. RFC 9112 §9.3.
    boolean persistent() {
        return !close && (minor >= 1 || keepAlive);
    }

    /// Whether content follows the head. RFC 9112 §6.
    boolean hasContent() {
        return chunked || contentLength > 0;
    }

    /// Whether a value consists of one word, in any case.
    static boolean is(ByteBuffer in, Lines lines, int line, byte[] lower) {
        return Octets.sameIgnoringCase(in, lines.start(line), lines.end(line) - lines.start(line), lower);
    }
}
