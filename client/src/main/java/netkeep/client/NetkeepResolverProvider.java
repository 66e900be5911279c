package netkeep.client;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Has `InetAddress` ask a stack's resolver, once one is installed; until then the JVM's own.
public final class NetkeepResolverProvider extends InetAddressResolverProvider {
    private static volatile @Nullable Names installed;

    /// For the service loader.
    public NetkeepResolverProvider() {}

    /// All lookups of this program go there from now on. What `InetAddress` has cached stays for as long as it does.
    public static void install(Names names) {
        installed = names;
    }

    @Override
    public String name() {
        return "netkeep";
    }

    @Override
    public InetAddressResolver get(Configuration configuration) {
        InetAddressResolver builtin = configuration.builtinResolver();
        return new InetAddressResolver() {
            @Override
            public Stream<InetAddress> lookupByName(String host, LookupPolicy policy) throws UnknownHostException {
                Names names = installed;
                return names == null ? builtin.lookupByName(host, policy) : lookup(names, host, policy);
            }

            @Override
            public String lookupByAddress(byte[] address) throws UnknownHostException {
                Names names = installed;
                return names == null
                        ? builtin.lookupByAddress(address)
                        : names.names(InetAddress.getByAddress(address)).names().getFirst();
            }
        };
    }

    private static Stream<InetAddress> lookup(Names names, String host, InetAddressResolver.LookupPolicy policy)
            throws UnknownHostException {
        int asked = policy.characteristics();
        boolean v4 = (asked & InetAddressResolver.LookupPolicy.IPV4) != 0;
        boolean v6 = (asked & InetAddressResolver.LookupPolicy.IPV6) != 0;
        List<InetAddress> found = new ArrayList<>();
        for (InetAddress address : names.addresses(host, v4, v6).addresses()) {
            found.add(InetAddress.getByAddress(host, address.getAddress()));
        }
        if ((asked & InetAddressResolver.LookupPolicy.IPV6_FIRST) != 0) {
            // A stable sort: within a family the server's order stays.
            found.sort((one, other) -> other.getAddress().length - one.getAddress().length);
        }
        return found.stream();
    }
}
