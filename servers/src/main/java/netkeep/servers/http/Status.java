package netkeep.servers.http;

/// The answers this server gives, RFC 9110 §15.
// Nobody writes to the octets.
@SuppressWarnings("ImmutableEnumChecker")
enum Status {
    OK(200, "OK"),
    NO_CONTENT(204, "No Content"),
    PARTIAL_CONTENT(206, "Partial Content"),
    MOVED_PERMANENTLY(301, "Moved Permanently"),
    NOT_MODIFIED(304, "Not Modified"),
    BAD_REQUEST(400, "Bad Request"),
    FORBIDDEN(403, "Forbidden"),
    NOT_FOUND(404, "Not Found"),
    METHOD_NOT_ALLOWED(405, "Method Not Allowed"),
    REQUEST_TIMEOUT(408, "Request Timeout"),
    PRECONDITION_FAILED(412, "Precondition Failed"),
    CONTENT_TOO_LARGE(413, "Content Too Large"),
    URI_TOO_LONG(414, "URI Too Long"),
    RANGE_NOT_SATISFIABLE(416, "Range Not Satisfiable"),
    EXPECTATION_FAILED(417, "Expectation Failed"),
    MISDIRECTED_REQUEST(421, "Misdirected Request"),
    HEADER_FIELDS_TOO_LARGE(431, "Request Header Fields Too Large"),
    NOT_IMPLEMENTED(501, "Not Implemented"),
    SERVICE_UNAVAILABLE(503, "Service Unavailable"),
    VERSION_NOT_SUPPORTED(505, "HTTP Version Not Supported");

    /// All of a response up to the value of its Date field, which follows.
    final byte[] begin;

    /// What a response says that has nothing else to say.
    final byte[] text;

    final int code;

    Status(int code, String reason) {
        this.code = code;
        this.begin = Octets.of("HTTP/1.1 " + code + " " + reason + "\r\nServer: Netkeep\r\nDate: ");
        this.text = Octets.of(code + " " + reason + "\n");
    }
}
