package netkeep.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import netkeep.embedded.LinkPlan.Subnet;
import netkeep.engine.EngineSettings;
import netkeep.engine.ip.IpSettings;
import netkeep.engine.tcp.TcpSettings;
import netkeep.link.Link;
import netkeep.link.PacketLink;
import netkeep.link.PacketSettings;
import netkeep.link.TapDevice;
import netkeep.link.TapSettings;
import netkeep.names.Hosts;
import netkeep.names.NameSettings;
import netkeep.session.SessionLayout;
import netkeep.wire.Address;
import netkeep.wire.Prefix;
import org.jspecify.annotations.Nullable;

/// What an embedded stack is to be. [#start] makes it.
public final class EmbeddedBuilder {
    private static final int SOCKETS = 1 << 18;
    private static final int REQUESTS = 1 << 12;
    private static final int EVENTS = 1 << 16;
    private static final int CAPACITY = 1 << 22;
    private static final int FRAMES = 256;

    /// A route: where to, by which link, over which router.
    record Route(Prefix to, int link, Address router) {}

    final List<LinkPlan> links = new ArrayList<>();
    final List<Route> routes = new ArrayList<>();

    @Nullable
    BesideDaemon beside;

    long spinNs = TimeUnit.MICROSECONDS.toNanos(50);
    boolean yields = Runtime.getRuntime().availableProcessors() == 1;
    long lingerNs = TimeUnit.SECONDS.toNanos(1);
    RandomGenerator luck = new SecureRandom();
    NameSettings names = NameSettings.DEFAULT;
    Hosts hosts = Hosts.NONE;
    private int sockets = SOCKETS;
    private int capacity = CAPACITY;
    private IpSettings ip = IpSettings.DEFAULT;
    private TcpSettings tcp = TcpSettings.DEFAULT;

    EmbeddedBuilder() {}

    /// Uses a link. It is closed with the stack.
    ///
    /// @param name      by which programs know the link
    /// @param addresses of this host on it, like `198.18.0.2/24`
    public EmbeddedBuilder link(String name, Link link, List<String> addresses) {
        List<Subnet> subnets = addresses.stream().map(Subnet::parse).toList();
        links.add(new LinkPlan(name, link, subnets, -1, false, false));
        return this;
    }

    /// Opens a link, `tap:NAME` or `packet:NAME`, in the network namespace of the calling thread, and uses it.
    ///
    /// @throws netkeep.linux.LinuxException if it cannot be opened; its message says what to do
    public EmbeddedBuilder link(String spec, List<String> addresses) {
        if (spec.startsWith("tap:")) {
            return tap(TapSettings.of(spec.substring(4)), addresses);
        }
        if (spec.startsWith("packet:")) {
            String name = spec.substring(7);
            return link(name, PacketLink.open(PacketSettings.of(name)), addresses);
        }
        throw new IllegalArgumentException("link " + spec + ": tap:NAME or packet:NAME");
    }

    /// Opens a TAP device and uses all its queues.
    public EmbeddedBuilder tap(TapSettings settings, List<String> addresses) {
        return link(settings.name(), TapDevice.open(settings).link(), addresses);
    }

    /// Listens to the IPv6 routers on the link that was added last, for addresses and routes.
    public EmbeddedBuilder discover() {
        LinkPlan last = links.removeLast();
        links.add(new LinkPlan(last.name(), last.link(), last.addresses(), last.vlan(), true, last.dhcp()));
        return this;
    }

    /// Gets an address of IPv4 for the link that was added last from a server (DHCP), and routers and MTU with it. It
    /// is given back when the stack is closed.
    public EmbeddedBuilder dhcp() {
        LinkPlan last = links.removeLast();
        links.add(new LinkPlan(last.name(), last.link(), last.addresses(), last.vlan(), last.discover(), true));
        return this;
    }

    /// Puts a tag of 802.1Q before all that the link that was added last sends, and takes nothing else from it.
    ///
    /// @param vlan the virtual LAN, 1..4094
    public EmbeddedBuilder vlan(int vlan) {
        if (vlan < 1 || vlan > 4094) {
            throw new IllegalArgumentException("vlan " + vlan + ": 1..4094");
        }
        LinkPlan last = links.removeLast();
        links.add(new LinkPlan(last.name(), last.link(), last.addresses(), vlan, last.discover(), last.dhcp()));
        return this;
    }

    /// Adds a route over a router on the link that was added last.
    ///
    /// @param to     like `0.0.0.0/0`
    /// @param router its address
    public EmbeddedBuilder route(String to, String router) {
        routes.add(new Route(Prefix.parse(to), links.size(), Address.parse(router)));
        return this;
    }

    /// Uses the links of a daemon, beside its stack: the same addresses, told apart by port. Each goes on when
    /// the other dies. The daemon's configuration says which ports may be bound here. There is no other link,
    /// address or route than the daemon's.
    ///
    /// @param path where programs attach to the daemon
    /// @throws IOException if nobody listens there, or there is no place; its message says what to do
    public EmbeddedBuilder beside(Path path) throws IOException {
        if (!links.isEmpty()) {
            throw new IllegalStateException("beside " + path + ": the links are the daemon's");
        }
        BesideDaemon daemon = BesideDaemon.at(path);
        beside = daemon;
        for (int i = 0; i < daemon.links().size(); i++) {
            String name = daemon.devices().get(i).name();
            links.add(new LinkPlan(name, daemon.links().get(i), List.of(), -1, false, false));
        }
        return this;
    }

    /// How long a thread that waits spins on the links before it sleeps: 0 to sleep at once, a negative number for
    /// ever.
    public EmbeddedBuilder spinMicros(long micros) {
        spinNs = micros < 0 ? Long.MAX_VALUE : TimeUnit.MICROSECONDS.toNanos(micros);
        return this;
    }

    /// Whether who spins gives the processor up in each round: for a peer that shares it.
    public EmbeddedBuilder yields(boolean whether) {
        yields = whether;
        return this;
    }

    /// How many sockets there can be, half of them for connections that are accepted; even. What is not used costs
    /// nothing.
    public EmbeddedBuilder sockets(int count) {
        sockets = count;
        return this;
    }

    /// Octets of the ring of each socket and direction, a power of two: an upper bound of its buffer.
    public EmbeddedBuilder capacity(int octets) {
        capacity = octets;
        return this;
    }

    public EmbeddedBuilder ip(IpSettings settings) {
        ip = settings;
        return this;
    }

    public EmbeddedBuilder tcp(TcpSettings settings) {
        tcp = settings;
        return this;
    }

    /// How long [Embedded#close] waits for what closed connections still have to send.
    public EmbeddedBuilder lingerMillis(long millis) {
        lingerNs = TimeUnit.MILLISECONDS.toNanos(millis);
        return this;
    }

    /// Where the stack's secrets come from; a predictable source makes its connections predictable.
    public EmbeddedBuilder luck(RandomGenerator source) {
        luck = source;
        return this;
    }

    /// Whom to ask for names, and what a hosts file says. Left out: nobody, and nothing.
    public EmbeddedBuilder names(NameSettings settings, Hosts known) {
        names = settings;
        hosts = known;
        return this;
    }

    EngineSettings engineSettings() {
        EngineSettings alone = new EngineSettings(sockets, 1, FRAMES, ip, tcp);
        return beside == null ? alone : alone.withShare(beside.share());
    }

    SessionLayout layout() {
        return new SessionLayout(sockets, REQUESTS, EVENTS, capacity);
    }

    /// Starts the stack.
    public Embedded start() {
        return new Embedded(this);
    }
}
