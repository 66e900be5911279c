package netkeep.tools;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
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
import netkeep.linux.LinuxException;
import netkeep.wire.Address;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which link a command's stack uses, and how: the options that all commands with a stack share.
final class LinkOptions {
    private static final String TAP = "tap:";
    private static final String PACKET = "packet:";

    @Option(
            names = "--link",
            required = true,
            paramLabel = "LINK",
            description = {
                "tap:NAME makes a TAP device in this network namespace,",
                "packet:NAME takes an interface, one end of a veth pair, say."
            })
    @SuppressWarnings("NullAway.Init") // picocli sets it
    String link;

    @Option(
            names = "--address",
            required = true,
            paramLabel = "ADDRESS/LENGTH",
            description = "An address of the stack; may be repeated.")
    List<String> addresses = new ArrayList<>();

    @Option(
            names = "--kernel-address",
            paramLabel = "ADDRESS/LENGTH",
            description = "An address of the kernel's side of a TAP; may be repeated.")
    List<String> kernelAddresses = new ArrayList<>();

    @Option(names = "--router", paramLabel = "ADDRESS", description = "The router to everywhere else; may be repeated.")
    List<String> routers = new ArrayList<>();

    @Option(
            names = "--spin",
            paramLabel = "MICROS",
            description = "How long to look at the link before sleeping, 0 or \"forever\"; 50 by default.")
    String spin = "50";

    @Option(names = "--mtu", paramLabel = "OCTETS", description = "The largest packet on a TAP; 1500 by default.")
    int mtu = 1500;

    @Option(names = "--no-checksums", description = "Compute checksums here instead of leaving them to a TAP.")
    boolean noChecksums;

    @Option(
            names = "--no-segmentation",
            description = "Cut segments and datagrams here instead of leaving it to a TAP.")
    boolean noSegmentation;

    @Option(names = "--capture", paramLabel = "FILE", description = "Write all frames to a pcapng file.")
    @Nullable
    Path capture;

    @Option(names = "--loss", paramLabel = "CHANCE", description = "Lose frames, both ways: 0.01 is one of a hundred.")
    double loss;

    @Option(names = "--reorder", paramLabel = "CHANCE", description = "Hold frames back for a millisecond, both ways.")
    double reorder;

    @Option(names = "--seed", paramLabel = "NUMBER", description = "Of the luck of --loss and --reorder; 1 by default.")
    long seed = 1;

    /// Opens the link and starts a stack on it.
    ///
    /// @throws CannotHere if this machine or this user cannot have such a link
    Embedded start() throws IOException {
        try {
            EmbeddedBuilder builder = Embedded.builder();
            Link device = device();
            builder.link(link.substring(link.indexOf(':') + 1), wrapped(device), addresses);
            for (String router : routers) {
                builder.route(Address.parse(router).isV4() ? "0.0.0.0/0" : "::/0", router);
            }
            return builder.spinMicros("forever".equals(spin) ? -1 : Long.parseLong(spin))
                    .start();
        } catch (LinuxException failure) {
            throw new CannotHere(String.valueOf(failure.getMessage()));
        } catch (IllegalArgumentException wrong) {
            throw new CannotHere(String.valueOf(wrong.getMessage()));
        }
    }

    private Link device() {
        if (link.startsWith(TAP)) {
            TapSettings settings = TapSettings.of(link.substring(TAP.length()))
                    .withMtu(mtu)
                    .withOffloads(!noChecksums, !noChecksums && !noSegmentation, !noChecksums && !noSegmentation)
                    .withKernelAddresses(kernelAddresses.stream()
                            .map(LinkOptions::kernelAddress)
                            .toList());
            return TapDevice.open(settings).queues().getFirst();
        }
        if (link.startsWith(PACKET)) {
            return PacketLink.open(PacketSettings.of(link.substring(PACKET.length())));
        }
        throw new IllegalArgumentException("--link " + link + ": tap:NAME or packet:NAME");
    }

    private Link wrapped(Link device) throws IOException {
        Link wrapped = device;
        if (loss > 0 || reorder > 0) {
            Faults faults = Faults.NONE.withLoss(loss).withReorder(reorder, 1_000_000);
            wrapped = new FaultLink(wrapped, faults, faults, new Random(seed), System::nanoTime);
        }
        if (capture != null) {
            PcapngWriter writer = new PcapngWriter(FileChannel.open(
                    capture,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE));
            wrapped = new CaptureLink(wrapped, writer, link, PcapngWriter.WHOLE, LinkOptions::epochNs);
        }
        return wrapped;
    }

    private static KernelAddress kernelAddress(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("--kernel-address " + text + ": there is no /length");
        }
        Address address = Address.parse(text.substring(0, slash));
        return new KernelAddress(address.hi(), address.lo(), Integer.parseInt(text.substring(slash + 1)));
    }

    private static long epochNs() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }
}
