package netkeep.tools.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import netkeep.engine.ip.Rule;
import netkeep.link.KernelAddress;
import netkeep.link.Link;
import netkeep.link.PacketLink;
import netkeep.link.PacketSettings;
import netkeep.link.TapDevice;
import netkeep.link.TapSettings;
import netkeep.names.NameServer;
import netkeep.names.NameSettings;
import netkeep.placement.Settings;
import netkeep.session.BesideTerms;
import netkeep.session.Rates;
import netkeep.session.Terms;
import netkeep.wire.DomainName;
import org.jspecify.annotations.Nullable;

/// What a daemon is to be, as a file says it: checked, so that nothing in it is impossible by itself.
/// `docs/netkeep.toml` documents each key.
///
/// @param placement monolithic or factored
/// @param session   where programs attach, null for the user's default
/// @param reports   where a file is written about each death, null for beside the session, empty for nowhere
/// @param spinNs    how long the stack spins before it sleeps
/// @param links     one or more, of different names
/// @param routes    beyond the links' own subnets
/// @param filter    rules, the first that matches decides
/// @param limits    on what clients may have
/// @param stacks    that share the links, two or more; none if there is one
/// @param beside    what a program's own stack may use beside the only one; null if there may be none
/// @param names     whom to ask for names
public record Config(
        String placement,
        @Nullable Path session,
        @Nullable Path reports,
        long spinNs,
        List<LinkConfig> links,
        List<RouteConfig> routes,
        List<Rule> filter,
        Limits limits,
        List<StackConfig> stacks,
        @Nullable BesideTerms beside,
        Names names) {
    static final String MONOLITHIC = "monolithic";
    static final String FACTORED = "factored";

    /// A device and what we are on it.
    ///
    /// @param kind            of it, as [Settings] has it
    /// @param name            of the interface
    /// @param mtu             0 to leave it as it is
    /// @param mac             ours, 0 for one of our own choice
    /// @param queues          of the device, opened at the start
    /// @param more            whether more of them are opened later
    /// @param checksum        whether checksums are left to the other side
    /// @param segmentation    whether TCP segments are
    /// @param udpSegmentation whether UDP datagrams are
    /// @param addresses       ours, each with the length of its subnet's prefix
    /// @param slaac           whether addresses and routes of IPv6 are taken from routers
    /// @param dhcp            whether an address of IPv4 is got from a server
    /// @param kernelAddresses for the kernel's side
    public record LinkConfig(
            String kind,
            String name,
            int mtu,
            long mac,
            int queues,
            boolean more,
            boolean checksum,
            boolean segmentation,
            boolean udpSegmentation,
            List<String> addresses,
            boolean slaac,
            boolean dhcp,
            List<String> kernelAddresses) {
        /// Opens the device.
        ///
        /// @throws netkeep.linux.LinuxException if this machine or user cannot
        public Link open() {
            return kind.equals(Settings.TAP) ? TapDevice.open(tap()).link() : PacketLink.open(packet(), mtu);
        }

        /// Opens each queue of a TAP as a link of its own.
        ///
        /// @throws netkeep.linux.LinuxException if this machine or user cannot
        public List<? extends Link> openQueues() {
            return TapDevice.open(tap()).queues();
        }

        /// Without a ring: frames wait in the kernel while a successor of whoever took them begins.
        private PacketSettings packet() {
            return PacketSettings.of(name)
                    .withOffloads(checksum, segmentation, udpSegmentation)
                    .withMac(mac)
                    .withRing(0);
        }

        private TapSettings tap() {
            List<KernelAddress> kernels =
                    kernelAddresses.stream().map(AddressValue::kernel).toList();
            return TapSettings.of(name)
                    .withQueues(queues)
                    .withMore(more)
                    .withOffloads(checksum, segmentation, udpSegmentation)
                    .withMtu(mtu)
                    .withMac(mac)
                    .withKernelAddresses(kernels);
        }
    }

    /// One of several stacks on the same links.
    ///
    /// @param name   of 1..15 letters, digits and `-`
    /// @param users  whose programs it serves; none if all whom no other one does
    /// @param spinNs as for a lone one, as
    /// @param limits are
    public record StackConfig(String name, List<Integer> users, long spinNs, Limits limits) {}

    /// How names are looked up; what is left out is as the system has it.
    ///
    /// @param servers  null for the system's, as
    /// @param search   is, unless servers are named
    /// @param ndots    -1 for the system's, as
    /// @param timeout  seconds, and
    /// @param attempts are
    /// @param hosts    a file, empty for none
    public record Names(
            @Nullable List<String> servers,
            @Nullable List<String> search,
            int ndots,
            int timeout,
            int attempts,
            String hosts) {
        public static final Names DEFAULT = new Names(null, null, -1, -1, -1, "/etc/hosts");

        /// What the links say of names goes before what the system has, and behind what is named here.
        ///
        /// @param system what the system has
        public NameSettings settings(NameSettings system) {
            List<NameServer> asked = servers == null
                    ? system.servers()
                    : servers.stream().map(NameServer::parse).toList();
            List<DomainName> behind = servers == null ? system.search() : List.of();
            if (search != null) {
                behind = search.stream().map(DomainName::parse).toList();
            }
            int advised = servers == null ? NameSettings.SERVERS : 0;
            if (servers == null && search == null) {
                advised |= NameSettings.NAMES;
            }
            return new NameSettings(
                    asked,
                    behind,
                    ndots < 0 ? system.ndots() : ndots,
                    timeout < 0 ? system.timeoutNs() : TimeUnit.SECONDS.toNanos(timeout),
                    attempts < 0 ? system.attempts() : attempts,
                    advised);
        }
    }

    /// @param to   a prefix
    /// @param via  the router's address
    /// @param link its number, from 1 on
    public record RouteConfig(String to, String via, int link) {}

    /// @param sessions programs at a time
    /// @param quotas   of one of them each: everybody's, then those of users
    public record Limits(int sessions, List<Quota> quotas) {}

    /// What a program may have.
    ///
    /// @param user      whose, [Rule#ANY] for all that have none of their own
    /// @param sockets   at a time
    /// @param memory    octets
    /// @param rates     what it may do in a second
    public record Quota(int user, int sockets, long memory, Rates rates) {
        static final Quota MOST = new Quota(Rule.ANY, Terms.SOCKETS, Terms.MOST.memory(), Rates.ANY);

        private String line() {
            return "limit " + (user == Rule.ANY ? "any" : user) + " " + sockets + " " + memory + " " + rates.text();
        }
    }

    /// What one of several stacks is to be.
    public Config stack(int number) {
        StackConfig one = stacks.get(number);
        return new Config(
                placement, session, reports, one.spinNs(), links, routes, filter, one.limits(), stacks, beside, names);
    }

    /// Where programs attach to a stack.
    ///
    /// @param whole where they attach to the first
    public Path path(Path whole, int number) {
        return number == 0 ? whole : Path.of(whole + "." + stacks.get(number).name());
    }

    /// Which stack this is of those on the same links, where programs attach to them, and who is served where, as such
    /// lines; holds from the start on.
    ///
    /// @param whole where they attach to the first
    public List<String> shareLines(Path whole, int number) {
        List<String> lines = new ArrayList<>();
        lines.add("share " + number + " " + stacks.size());
        int rest = 0;
        for (int i = 0; i < stacks.size(); i++) {
            StackConfig stack = stacks.get(i);
            lines.add("stack " + stack.name() + " " + path(whole, i).toAbsolutePath());
            for (int user : stack.users()) {
                lines.add("lead " + user + " " + i);
            }
            rest = stack.users().isEmpty() ? i : rest;
        }
        lines.add("lead any " + rest);
        return lines;
    }

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
            if (link.dhcp()) {
                lines.add("dhcp " + number);
            }
        }
        for (RouteConfig route : routes) {
            lines.add("route " + route.link() + " " + route.to() + " " + route.via());
        }
        return lines;
    }

    /// What only a start takes and no part has to know, as such lines.
    public List<String> atStart() {
        List<String> lines = new ArrayList<>();
        lines.add(AtStart.placement(placement));
        lines.add(AtStart.session(session));
        lines.add(AtStart.reports(reports));
        lines.add(AtStart.hosts(names.hosts()));
        links.forEach(link -> lines.add(AtStart.kernel(link.name(), link.kernelAddresses())));
        return lines;
    }

    /// What programs may have, as such lines; holds from the start on.
    public List<String> limitLines() {
        return limits.quotas().stream()
                .filter(quota -> !quota.equals(Quota.MOST))
                .map(Quota::line)
                .toList();
    }

    /// The rules of the filter as such lines.
    public List<String> filterLines() {
        return filter.stream().map(rule -> "filter " + rule).toList();
    }
}
