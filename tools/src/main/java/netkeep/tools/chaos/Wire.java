package netkeep.tools.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import netkeep.link.Cable;
import netkeep.link.FaultLink;
import netkeep.link.Faults;
import netkeep.link.Link;
import netkeep.link.LinkCounters;
import netkeep.link.PacketLink;
import netkeep.link.PacketSettings;
import netkeep.link.TapDevice;
import netkeep.link.TapSettings;
import netkeep.linux.Clock;
import netkeep.linux.NetworkNamespace;
import netkeep.tools.status.Daemon;

/// A wire that loses frames, each way: between the device of a placement and another one, which has the kernel's
/// addresses.
final class Wire implements AutoCloseable {
    private static final double PERCENT = 100;

    private final NetworkNamespace place;
    private final LinkCounters counters;
    private final Cable cable;
    private final Thread carrying;

    /// @param devices where the placement's device is
    /// @param device  its name
    /// @param place   where the other is to be
    /// @param other   what the other is to be
    /// @param percent of all frames that are lost
    Wire(
            NetworkNamespace devices,
            String device,
            NetworkNamespace place,
            TapSettings other,
            double percent,
            long seed) {
        this.place = place;
        Faults loss = Faults.NONE.withLoss(percent / PERCENT);
        Link near = devices.call(() -> PacketLink.open(
                PacketSettings.of(device).withOffloads(true, false, false).withRing(0)));
        Link far = place.call(() -> TapDevice.open(other).link());
        FaultLink lossy = new FaultLink(far, loss, loss, new SplittableRandom(seed), new Clock()::nowNs);
        this.counters = lossy.counters();
        this.cable = new Cable(near, lossy, new Clock()::nowNs);
        this.carrying = Thread.ofPlatform().name("netkeep-wire").start(cable);
    }

    /// Ends it.
    ///
    /// @param sessions where those are asked what they have sent again
    /// @return what it has lost, and what was sent again on either side, to be told
    Map<String, Object> end(List<String> sessions) throws IOException, InterruptedException {
        cable.end();
        carrying.join();
        long lost = counters.receivedDrops + counters.sentDrops;
        long all = lost + counters.receivedFrames + counters.sentFrames;
        long ours = 0;
        for (String session : sessions) {
            try (Daemon daemon = Daemon.at(Path.of(session))) {
                ours += value(daemon.ask("nstat").lines().toList(), "TcpRetransSegs=");
            }
        }
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("frames", all);
        values.put("frames_lost", lost);
        values.put("loss_percent", Math.round(lost * PERCENT * PERCENT / Math.max(1, all)) / PERCENT);
        values.put("segments_sent_again", ours);
        values.put("segments_sent_again_by_kernel", kernels());
        return values;
    }

    private static long value(List<String> lines, String name) {
        return lines.stream()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.substring(name.length())))
                .sum();
    }

    /// RetransSegs of /proc/net/snmp: a line of names, then one of values.
    private long kernels() {
        return place.call(() -> {
            List<List<String>> tcp = Files.readAllLines(Path.of("/proc/thread-self/net/snmp")).stream()
                    .filter(line -> line.startsWith("Tcp:"))
                    .map(line -> Arrays.asList(line.split(" ", -1)))
                    .toList();
            return Long.parseLong(tcp.getLast().get(tcp.getFirst().indexOf("RetransSegs")));
        });
    }

    @Override
    public void close() {
        cable.end();
        try {
            carrying.join();
        } catch (InterruptedException impatient) {
            Thread.currentThread().interrupt();
        }
        cable.close();
    }
}
