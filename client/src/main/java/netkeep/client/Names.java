package netkeep.client;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/// Names and addresses, as a stack's resolver finds them.
///
/// [NetkeepResolverProvider#install] has the whole program use one, instead of the JVM's own lookup.
public interface Names {
    /// What was found.
    ///
    /// @param addresses of a name, in the server's order, those of IPv4 first; empty of an address
    /// @param names     the name that the addresses are of, behind all aliases; or all names of an address
    /// @param ttl       seconds for which it holds
    record Found(List<InetAddress> addresses, List<String> names, int ttl) {
        public Found {
            addresses = List.copyOf(addresses);
            names = List.copyOf(names);
        }
    }

    /// The addresses of a name, of one family or both. Waits for them; an interrupt does not end it.
    ///
    /// @throws UnknownHostException if there are none, or nobody can say; its message tells which
    Found addresses(String name, boolean v4, boolean v6) throws UnknownHostException;

    /// The names of an address.
    ///
    /// @throws UnknownHostException as [#addresses]
    Found names(InetAddress address) throws UnknownHostException;
}
