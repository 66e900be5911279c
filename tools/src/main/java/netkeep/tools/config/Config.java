package netkeep.tools.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import netkeep.link.KernelAddress;
import netkeep.link.TapSettings;
import org.jspecify.annotations.Nullable;

/// What a daemon is to be, as a file says it: checked, so that nothing in it is impossible by itself.
/// `docs/netkeep.toml`
/// documents each key.
///
/// @param placement monolithic or factored
/// @param session   where programs attach, null for the user's default
/// @param spinNs    how long the stack spins before it sleeps
/// @param links     one or more, of different names
/// @param routes    beyond the links' own subnets
/// @param limits    on what clients may have
public record Config(
        String placement,
        @Nullable Path session,
        long spinNs,
        List<LinkConfig> links,
        List<RouteConfig> routes,
        Limits limits) {
    static final String MONOLITHIC = "monolithic";
    static final String FACTORED = "factored";

    /// A TAP device and what we are on it.
    ///
    /// @param name            of the interface
    /// @param mtu             0 to leave it as it is
    /// @param mac             ours, 0 for one of our own choice
    /// @param queues          of the device
    /// @param checksum        whether checksums are left to the other side
    /// @param segmentation    whether TCP segments are
    /// @param udpSegmentation whether UDP datagrams are
    /// @param addresses       ours, each with the length of its subnet's prefix
    /// @param slaac           whether addresses and routes of IPv6 are taken from routers
    /// @param kernelAddresses for the kernel's side
    public record LinkConfig(
            String name,
            int mtu,
            long mac,
            int queues,
            boolean checksum,
            boolean segmentation,
            boolean udpSegmentation,
            List<String> addresses,
            boolean slaac,
            List<String> kernelAddresses) {
        /// What its device shall be.
        public TapSettings tap() {
            List<KernelAddress> kernels =
                    kernelAddresses.stream().map(AddressValue::kernel).toList();
            return TapSettings.of(name)
                    .withQueues(queues)
                    .withOffloads(checksum, segmentation, udpSegmentation)
                    .withMtu(mtu)
                    .withMac(mac)
                    .withKernelAddresses(kernels);
        }
    }

    /// @param to   a prefix
    /// @param via  the router's address
    /// @param link its number, from 1 on
    public record RouteConfig(String to, String via, int link) {}

    /// @param sessions programs at a time
    public record Limits(int sessions) {}

    /// What holds of the stack's own settings and can change while it runs, as lines of [netkeep.placement.Settings].
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (int number = 1; number <= links.size(); number++) {
            LinkConfig link = links.get(number - 1);
            for (String address : link.addresses()) {
                lines.add("address " + number + " " + AddressValue.canonical(address));
            }
            if (link.slaac()) {
                lines.add("discover " + number);
            }
        }
        for (RouteConfig route : routes) {
            lines.add("route " + route.link() + " " + route.to() + " " + route.via());
        }
        return lines;
    }
}
