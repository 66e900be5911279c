package netkeep.servers.http;

/// What a request asks to be done, as far as this server tells methods apart.
enum Method {
    GET,
    HEAD,
    OPTIONS,
    CONNECT,
    /// One that RFC 9110 or RFC 5789 knows and that files do not take: POST, PUT, DELETE, TRACE, PATCH.
    REFUSED,
    /// One that we do not know.
    UNKNOWN
}
