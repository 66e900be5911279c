package netkeep.tools.capture;

import java.io.PrintWriter;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import netkeep.placement.Boundary;
import netkeep.placement.Crossing;
import netkeep.ring.CaptureReader;
import netkeep.ring.CaptureWriter;
import netkeep.tools.JsonText;
import netkeep.wire.Verdict;
import netkeep.wire.VirtioNetHeader;

/// Writes a capture as lines, for people or as JSON.
final class LineSink implements Sink {
    private static final long SECOND = 1_000_000_000L;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.nnnnnnnnn", Locale.ROOT).withZone(ZoneId.systemDefault());

    private final PrintWriter out;
    private final IntFunction<String> names;
    private final boolean json;
    private final Crossing crossing = new Crossing();

    /// @param names of links, by their numbers
    LineSink(PrintWriter out, IntFunction<String> names, boolean json) {
        this.out = out;
        this.names = names;
        this.json = json;
    }

    @Override
    public void write(CaptureReader read, int octets) {
        Boundary boundary = Boundary.of(read.boundary());
        boolean up = read.way() == CaptureWriter.UP;
        Crossing who = crossing;
        String text;
        String where = "";
        if (boundary == Boundary.SESSION) {
            SessionText said = SessionText.of(read);
            who = said.who();
            text = said.text();
        } else {
            int virtio = VirtioNetHeader.LENGTH;
            crossing.frame(read.data(), virtio, read.captured() - virtio);
            text = FrameText.of(read.data(), virtio, read.captured() - virtio, crossing);
            where = names.apply(read.link());
        }
        Verdict verdict = Verdict.of(Math.min(read.verdict(), Verdict.count() - 1));
        Instant instant = Instant.ofEpochSecond(read.instant() / SECOND, read.instant() % SECOND);
        if (json) {
            out.println(JsonText.line(fields(instant, boundary, up, where, read.original(), who, verdict, text)));
            return;
        }
        String dropped = verdict == Verdict.OK ? "" : " dropped: " + verdict;
        String place = where.isEmpty() ? "" : where + " ";
        out.println(TIME.format(instant) + " " + place + (up ? "in " : "out ") + text + dropped);
    }

    private static Map<String, Object> fields(
            Instant instant,
            Boundary boundary,
            boolean up,
            String link,
            int octets,
            Crossing who,
            Verdict verdict,
            String text) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("time", instant.toString());
        fields.put("boundary", boundary.toString());
        fields.put("way", up ? "in" : "out");
        if (!link.isEmpty()) {
            fields.put("link", link);
        }
        fields.put("octets", octets);
        fields.put("source", who.source().toString());
        fields.put("target", who.target().toString());
        if (who.sourcePort() >= 0) {
            fields.put("source_port", who.sourcePort());
            fields.put("target_port", who.targetPort());
        }
        fields.put("verdict", verdict.toString());
        fields.put("text", text);
        return fields;
    }

    @Override
    public String flush() {
        return out.checkError() ? "nobody reads what is written" : "";
    }

    @Override
    public void end(long count, long dropped) {
        // It is said on standard error.
    }

    @Override
    public void close() {
        out.flush();
    }
}
