package netkeep.names;

import netkeep.wire.Address;
import netkeep.wire.DnsMessage;

/// A recursive server of names.
///
/// @param port 1..65535
public record NameServer(Address address, int port) {
    public NameServer {
        if (port < 1 || port > 0xFFFF || address.isUnspecified() || address.isMulticast()) {
            throw new IllegalArgumentException("name server " + address + " port " + port);
        }
    }

    /// Reads `ADDRESS`, `ADDRESS:PORT` of IPv4 or `[ADDRESS]:PORT`.
    ///
    /// @throws IllegalArgumentException if the text is anything else
    public static NameServer parse(String text) {
        boolean bracket = text.startsWith("[");
        int colon = text.lastIndexOf(':');
        if (bracket && text.indexOf(']') == colon - 1) {
            return new NameServer(Address.parse(text.substring(1, colon - 1)), port(text.substring(colon + 1)));
        }
        if (!bracket && colon >= 0 && colon == text.indexOf(':')) {
            return new NameServer(Address.parse(text.substring(0, colon)), port(text.substring(colon + 1)));
        }
        return new NameServer(Address.parse(text), DnsMessage.PORT);
    }

    private static int port(String digits) {
        if (!digits.matches("[0-9]{1,5}")) {
            throw new IllegalArgumentException("port " + digits);
        }
        return Integer.parseInt(digits);
    }

    /// As [#parse] reads it.
    @Override
    public String toString() {
        if (port == DnsMessage.PORT) {
            return address.toString();
        }
        return (address.isV4() ? address.toString() : "[" + address + "]") + ":" + port;
    }
}
