package netkeep.tools.capture;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.WritableByteChannel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import netkeep.link.PcapngWriter;
import netkeep.linux.Clock;
import netkeep.placement.Boundary;
import netkeep.ring.CaptureReader;
import netkeep.ring.CaptureWriter;
import netkeep.wire.Verdict;
import netkeep.wire.VirtioNetHeader;

/// Writes a capture as pcapng: a point for each link. Octets of sessions become packets of IP, as
/// [SessionPackets] tells.
final class PcapSink implements Sink {
    private final PcapngWriter writer;
    private final IntFunction<String> names;
    private final int most;
    private final Clock clock = new Clock();
    private final MemorySegment packet = Arena.ofAuto().allocate(SessionPackets.LONGEST);

    /// Points by their links' numbers.
    private final Map<Integer, Integer> points = new HashMap<>();

    /// @param names of links, by their numbers
    /// @param most  octets of a frame that are kept
    PcapSink(WritableByteChannel channel, IntFunction<String> names, int most) {
        this.writer = new PcapngWriter(channel);
        this.names = names;
        this.most = most;
    }

    @Override
    public void write(CaptureReader read, int octets) {
        int direction = read.way() == CaptureWriter.UP ? PcapngWriter.INBOUND : PcapngWriter.OUTBOUND;
        if (Boundary.of(read.boundary()) == Boundary.SESSION) {
            int point = points.computeIfAbsent(-1, none -> writer.point("sessions", PcapngWriter.RAW, most));
            SessionPackets.of(read, packet, (length, original, comment) -> {
                int kept = Math.min(length, most);
                writer.frame(point, read.instant(), packet, 0, kept, original, direction, comment);
            });
            return;
        }
        int point = points.computeIfAbsent(read.link(), link -> writer.point(names.apply(link), most));
        int virtio = VirtioNetHeader.LENGTH;
        int flags = PcapngWriter.settle(read.data(), read.captured(), virtio + read.original(), direction);
        Verdict verdict = Verdict.of(Math.min(read.verdict(), Verdict.count() - 1));
        List<String> comments = verdict == Verdict.OK ? List.of() : List.of("dropped: " + verdict);
        writer.frame(point, read.instant(), read.data(), virtio, octets, read.original(), flags, comments);
    }

    @Override
    public String flush() {
        writer.flush();
        return writer.failure();
    }

    @Override
    public void end(long count, long dropped) {
        // Which link's were dropped nobody knows: it is said once.
        points.values().stream()
                .min(Integer::compare)
                .ifPresent(point -> writer.statistics(point, clock.realNs(), count + dropped, dropped));
    }

    @Override
    public void close() {
        writer.close();
    }
}
