package netkeep.servers.http;

import java.nio.ByteBuffer;

/// Host and port as they stand in a Host field or in a target, RFC 9110 §7.2 and RFC 3986 §3.2.
final class Authority {
    private Authority() {}

    /// Whether the octets are a host, perhaps with a port: a name, an IPv4 address, or an IPv6 address in brackets.
    /// An empty host is valid by the grammar. User information is not taken.
    static boolean valid(ByteBuffer in, int at, int end) {
        int i = at;
        if (i < end && in.get(i) == '[') {
            i = literal(in, i + 1, end);
            if (i < 0) {
                return false;
            }
        } else {
            while (i < end && Symbols.host(in.get(i))) {
                if (in.get(i) == '%' && !escape(in, i, end)) {
                    return false;
                }
                i++;
            }
        }
        return i == end || in.get(i) == ':' && port(in, i + 1, end);
    }

    /// @return what follows the closing bracket, or -1
    private static int literal(ByteBuffer in, int at, int end) {
        int i = at;
        while (i < end && (Octets.hex(in.get(i)) >= 0 || in.get(i) == ':' || in.get(i) == '.')) {
            i++;
        }
        return i - at >= 2 && i < end && in.get(i) == ']' ? i + 1 : -1;
    }

    private static boolean escape(ByteBuffer in, int at, int end) {
        return end - at > 2 && Octets.hex(in.get(at + 1)) >= 0 && Octets.hex(in.get(at + 2)) >= 0;
    }

    private static boolean port(ByteBuffer in, int at, int end) {
        int number = 0;
        for (int i = at; i < end; i++) {
            if (!Octets.digit(in.get(i))) {
                return false;
            }
            number = Math.min(10 * number + in.get(i) - '0', 65_536);
        }
        return number <= 65_535;
    }
}
