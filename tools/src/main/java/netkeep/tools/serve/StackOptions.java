// Long: all options of a stack, and what they come to.
package netkeep.tools.serve;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import netkeep.embedded.Embedded;
import netkeep.embedded.EmbeddedBuilder;
import netkeep.link.CaptureLink;
import netkeep.link.FaultLink;
import netkeep.link.Faults;
import netkeep.link.KernelAddress;
import netkeep.link.Link;
import netkeep.link.PacketLink;
import netkeep.link.PacketSettings;
import netkeep.link.PcapngWriter;
import netkeep.link.TapDevice;
import netkeep.link.TapSettings;
import netkeep.linux.Clock;
import netkeep.linux.LinuxException;
import netkeep.placement.Settings;
import netkeep.tools.CannotHere;
import netkeep.tools.config.AddressValue;
import netkeep.wire.Address;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The options of every command with a stack of its own: which link, which addresses, how long to spin.
public final class StackOptions {
    private static final int LEAST_MTU_6 = 1280;
    private static final long MOST_SPIN_MICROS = 1_000_000_000;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = "--link",
            paramLabel = "KIND:NAME",
            description = "tap:NAME makes a TAP device in this network namespace, or joins it; packet:NAME takes an "
                    + "interface that is there, best one end of a veth pair.")
    private @Nullable String link;

    @Option(
            names = "--address",
            paramLabel = "ADDRESS/LENGTH",
            split = ",",
            description = "Ours, with the length of its subnet's prefix; repeatable.")
    private List<String> addresses = new ArrayList<>();

    @Option(
            names = "--kernel-address",
            paramLabel = "ADDRESS/LENGTH",
            split = ",",
            description = "For the kernel's side of a TAP; repeatable.")
    private List<String> kernelAddresses = new ArrayList<>();

    @Option(
            names = "--route",
            paramLabel = "PREFIX=ROUTER",
            description = "For what is not on the link; \"default\" is a prefix; repeatable.")
    private Map<String, String> routes = new LinkedHashMap<>();

    @Option(names = "--router", paramLabel = "ADDRESS", description = "The same for the default; repeatable.")
    private List<String> routers = new ArrayList<>();

    @Option(names = "--discover", description = "Takes addresses and routes from the link's IPv6 routers.")
    private boolean discover;

    @Option(names = "--dhcp", description = "Gets an address of IPv4 from a server, and routers and MTU with it.")
    private boolean dhcp;

    @Option(
            names = "--spin",
            paramLabel = "MICROS",
            description = "How long to look at the link before sleeping on it: 0..1000000000 or \"forever\" "
                    + "(default: ${DEFAULT-VALUE}).",
            defaultValue = "50")
    private String spin = "50";

    @Option(names = "--mtu", paramLabel = "N", description = "Sets the interface's.")
    private int mtu;

    @Option(
            names = "--queues",
            paramLabel = "N",
            defaultValue = "1",
            description = "Queues of a TAP, 1..256; flows are spread over them.")
    private int queues = 1;

    @Option(names = "--vlan", paramLabel = "ID", description = "Our virtual LAN on the link, 1..4094 (802.1Q).")
    private int vlan = -1;

    @Option(names = "--mac", paramLabel = "MAC", description = "Our hardware address.")
    private @Nullable String mac;

    @Option(
            names = {"--no-checksum", "--no-checksums"},
            description = "Computes and checks every checksum; no TSO and no USO then.")
    private boolean noChecksum;

    @Option(names = "--no-segmentation", description = "Is --no-tso and --no-uso.")
    private boolean noSegmentation;

    @Option(names = "--no-tso", description = "Cuts TCP segments itself.")
    private boolean noTso;

    @Option(names = "--no-uso", description = "Cuts UDP datagrams itself.")
    private boolean noUso;

    @Option(
            names = "--ring",
            paramLabel = "FRAMES",
            defaultValue = "-1",
            description = "Frames in the receive ring of a packet link; 0 reads from the socket.")
    private int ring = -1;

    @Option(names = "--capture", paramLabel = "FILE", description = "Writes all frames there, as pcapng.")
    private @Nullable Path capture;

    @Option(names = "--snap", paramLabel = "OCTETS", description = "Captures this much of each frame.")
    private int snap = PcapngWriter.WHOLE;

    @Option(
            names = "--fault",
            paramLabel = "FAULTS",
            description = "What goes wrong both ways, as loss=0.01,reorder=0.02:2ms,delay=10ms,jitter=1ms,repeat=0.01,"
                    + "corrupt=0.001,rate=100M,queue=50.")
    private @Nullable String fault;

    @Option(names = "--fault-in", paramLabel = "FAULTS", description = "The same for what arrives alone.")
    private @Nullable String faultIn;

    @Option(names = "--fault-out", paramLabel = "FAULTS", description = "The same for what leaves alone.")
    private @Nullable String faultOut;

    @Option(names = "--loss", paramLabel = "CHANCE", description = "Is --fault loss=CHANCE.")
    private @Nullable String loss;

    @Option(names = "--reorder", paramLabel = "CHANCE", description = "Is --fault reorder=CHANCE.")
    private @Nullable String reorder;

    @Option(names = "--seed", paramLabel = "N", description = "Of the faults: the same seed, the same luck.")
    private long seed = 1;

    /// For picocli.
    public StackOptions() {}

    /// Whether a link was named.
    public boolean linked() {
        return link != null;
    }

    /// For the kernel's side, each with the length of its subnet's prefix.
    public List<String> kernelAddresses() {
        return kernelAddresses;
    }

    /// Our addresses, without the lengths of their prefixes.
    List<Address> addresses() {
        return addresses.stream().map(text -> host(text)).toList();
    }

    /// Opens the link and starts a stack on it.
    ///
    /// @throws CannotHere         if this machine or user cannot
    /// @throws ParameterException if the options make no sense
    public RunningStack start() throws IOException {
        if (link == null) {
            throw usage("--link is missing: tap:NAME or packet:NAME");
        }
        requireAddress();
        // Checked before anything is made.
        checkTogether(addresses());
        if (snap < 0) {
            throw usage("--snap " + snap + ": at least 0");
        }
        EmbeddedBuilder plan = Embedded.builder();
        PcapngWriter writer = null;
        try {
            plan.spinMicros(spinMicros());
            String name = link.substring(link.indexOf(':') + 1);
            WatchedLink watched = new WatchedLink(open());
            Link whole = faulty(watched);
            if (capture != null) {
                writer = new PcapngWriter(captureFile(capture));
                whole = new CaptureLink(whole, writer, name, snap, new Clock()::realNs);
            }
            plan.link(name, whole, addresses);
            if (vlan != -1) {
                plan.vlan(vlan);
            }
            if (discover) {
                plan.discover();
            }
            if (dhcp) {
                plan.dhcp();
            }
            for (Map.Entry<String, String> route : routes.entrySet()) {
                plan.route(prefix(route.getKey(), route.getValue()), route.getValue());
            }
            for (String router : routers) {
                plan.route(defaultPrefix(router), router);
            }
            return RunningStack.of(plan.start(), watched, writer);
        } catch (LinuxException refused) {
            throw new CannotHere(String.valueOf(refused.getMessage()));
        } catch (IllegalArgumentException wrong) {
            throw usage(String.valueOf(wrong.getMessage()));
        }
    }

    /// Opens the link for a stack in a domain of its own.
    ///
    /// @throws CannotHere         if this machine or user cannot
    /// @throws ParameterException if the options make no sense
    public Link device() {
        if (link == null) {
            throw usage("--link is missing: tap:NAME or packet:NAME");
        }
        if (ring > 0) {
            throw usage("--ring is for a stack in the program's own process");
        }
        // Frames wait in the kernel while a successor of whoever took them begins.
        ring = packet() ? 0 : ring;
        requireAddress();
        boolean faults = loss != null || reorder != null || fault != null || faultIn != null || faultOut != null;
        if (capture != null || faults || vlan != -1 || queues != 1) {
            throw usage("--capture, --fault, --vlan and --queues are for a stack in the program's own process");
        }
        checkTogether(addresses());
        // Checked before anything is made.
        spinMicros();
        lines();
        try {
            return open();
        } catch (LinuxException refused) {
            throw new CannotHere(String.valueOf(refused.getMessage()));
        } catch (IllegalArgumentException wrong) {
            throw usage(String.valueOf(wrong.getMessage()));
        }
    }

    /// What a stack in a domain of its own is to be.
    ///
    /// @param opened by [#device]
    public Settings settings(Link opened) {
        String named = String.valueOf(link);
        String name = named.substring(named.indexOf(':') + 1);
        String kind = packet() ? Settings.PACKET : Settings.TAP;
        Settings.Device device = Settings.Device.of(kind, name, opened);
        return new Settings(List.of(), spinNs(), false, List.of(device), lines());
    }

    /// What the stack is on its link, as lines of the settings.
    private List<String> lines() {
        List<String> lines = new ArrayList<>();
        addresses.forEach(address -> lines.add("address 1 " + address));
        if (discover) {
            lines.add("discover 1");
        }
        if (dhcp) {
            lines.add("dhcp 1");
        }
        routes.forEach((prefix, router) -> lines.add("route 1 " + prefix(prefix, router) + " " + router));
        routers.forEach(router -> lines.add("route 1 " + defaultPrefix(router) + " " + router));
        return lines;
    }

    private boolean packet() {
        return link != null && link.startsWith("packet:");
    }

    private void requireAddress() {
        if (addresses.isEmpty() && !discover && !dhcp) {
            throw usage("--address is missing, or --dhcp, or --discover");
        }
    }

    /// How long to spin, in nanoseconds.
    long spinNs() {
        return spinMicros() < 0 ? Long.MAX_VALUE : TimeUnit.MICROSECONDS.toNanos(spinMicros());
    }

    /// Starts a stack beside a daemon's.
    ///
    /// @throws IOException if it has no place; the message says what to do
    Embedded beside(Path path) throws IOException {
        return Embedded.builder().spinMicros(spinMicros()).beside(path).start();
    }

    private void checkTogether(List<Address> ours) {
        boolean six = ours.stream().anyMatch(address -> !address.isV4());
        for (String text : kernelAddresses) {
            KernelAddress theirs = parsed(text);
            Address address = Address.of(theirs.hi(), theirs.lo());
            six |= !address.isV4();
            if (ours.contains(address)) {
                throw usage("--kernel-address " + text + ": the two sides of a link cannot have the same address");
            }
        }
        if (six && mtu != 0 && mtu < LEAST_MTU_6) {
            throw usage("--mtu " + mtu + ": IPv6 needs 1280 at least (RFC 8200); leave its addresses out");
        }
    }

    private KernelAddress parsed(String text) {
        try {
            return AddressText.kernel(text);
        } catch (IllegalArgumentException wrong) {
            throw usage(String.valueOf(wrong.getMessage()));
        }
    }

    private Link open() {
        String text = String.valueOf(link);
        require(!text.endsWith(":"), "--link " + text + ": there is no name behind the colon");
        if (text.startsWith("tap:")) {
            require(ring < 0, "--ring is for a packet link");
            TapSettings settings = TapSettings.of(text.substring(4))
                    .withOffloads(!noChecksum, tso(), uso())
                    .withQueues(queues)
                    .withMtu(mtu)
                    .withMac(hardwareAddress())
                    .withKernelAddresses(
                            kernelAddresses.stream().map(AddressText::kernel).toList());
            return TapDevice.open(settings).link();
        }
        if (!packet()) {
            throw new IllegalArgumentException("--link " + text + ": tap:NAME or packet:NAME");
        }
        require(kernelAddresses.isEmpty(), "--kernel-address is for a TAP: the other end of " + text + " is not ours");
        require(queues == 1, "--queues is for a TAP");
        PacketSettings settings = PacketSettings.of(text.substring(7))
                .withOffloads(!noChecksum, tso(), uso())
                .withMac(hardwareAddress());
        return PacketLink.open(ring < 0 ? settings : settings.withRing(ring), mtu);
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(what);
        }
    }

    private boolean tso() {
        return !noChecksum && !noSegmentation && !noTso;
    }

    private boolean uso() {
        return !noChecksum && !noSegmentation && !noUso;
    }

    private Link faulty(Link sound) {
        List<String> named = new ArrayList<>();
        if (loss != null) {
            named.add("loss=" + loss);
        }
        if (reorder != null) {
            named.add("reorder=" + reorder);
        }
        if (fault != null) {
            named.add(fault);
        }
        if (named.isEmpty() && faultIn == null && faultOut == null) {
            return sound;
        }
        Faults both = named.isEmpty() ? Faults.NONE : FaultText.parse("--fault", String.join(",", named));
        Faults in = faultIn == null ? both : FaultText.parse("--fault-in", faultIn);
        Faults out = faultOut == null ? both : FaultText.parse("--fault-out", faultOut);
        return new FaultLink(sound, in, out, new SplittableRandom(seed), new Clock()::nowNs);
    }

    private long spinMicros() {
        if (spin.equals("forever")) {
            return -1;
        }
        try {
            long micros = Long.parseLong(spin);
            if (micros >= 0 && micros <= MOST_SPIN_MICROS) {
                return micros;
            }
        } catch (NumberFormatException notOne) {
            // Said below.
        }
        throw usage("--spin " + spin + ": 0..1000000000 or forever");
    }

    private long hardwareAddress() {
        return mac == null ? 0 : AddressText.mac(mac);
    }

    /// Of `--route`.
    private String prefix(String text, String router) {
        return prefix("--route " + text + "=" + router, text, router);
    }

    /// Of `--router`.
    private String defaultPrefix(String router) {
        return prefix("--router " + router, "default", router);
    }

    private String prefix(String option, String text, String router) {
        try {
            return AddressValue.prefix(text, Address.parse(router));
        } catch (IllegalArgumentException wrong) {
            throw usage(option + ": a prefix like 203.0.113.0/24 or \"default\", and a router's address, both of one "
                    + "version of IP");
        }
    }

    private FileChannel captureFile(Path file) throws IOException {
        try {
            return FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
        } catch (NoSuchFileException | AccessDeniedException refused) {
            throw usage("--capture " + file + ": its directory is not there, or not this user's to write to");
        }
    }

    private Address host(String text) {
        try {
            return AddressText.host(text);
        } catch (IllegalArgumentException wrong) {
            throw usage("--address " + text + ": " + wrong.getMessage());
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
