package netkeep.embedded;

import java.util.List;
import netkeep.link.Link;
import netkeep.wire.Address;

/// A link that an embedded stack is to use.
///
/// @param name      by which programs know it: of the interface, for what they join and send to
/// @param addresses of this host on the link
/// @param vlan      the virtual LAN of all frames, 1..4094, or -1 for frames without a tag
/// @param discover  whether IPv6 routers on the link are listened to for addresses and routes
/// @param dhcp      whether a server is asked for an address of IPv4
record LinkPlan(String name, Link link, List<Subnet> addresses, int vlan, boolean discover, boolean dhcp) {
    LinkPlan {
        addresses = List.copyOf(addresses);
    }

    /// An address and the length of its subnet's prefix, as written.
    record Subnet(Address address, int length) {
        /// Reads `198.18.0.2/24`.
        static Subnet parse(String text) {
            int slash = text.indexOf('/');
            if (slash < 0) {
                throw new IllegalArgumentException("address " + text + ": there is no /length");
            }
            Address address = Address.parse(text.substring(0, slash));
            int length = Integer.parseInt(text.substring(slash + 1));
            if (length < 0 || length > (address.isV4() ? 32 : 128)) {
                throw new IllegalArgumentException("address " + text + ": length " + length);
            }
            return new Subnet(address, length);
        }
    }
}
