package netkeep.placement;

import static java.nio.ByteOrder.BIG_ENDIAN;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import netkeep.linux.Call;
import netkeep.linux.Descriptors;
import netkeep.session.SessionLayout;
import netkeep.session.Terms;

/// Copies what a domain has left to memory, as a [Recording] has it: first what its last turn was, then what clients
/// and stack tell each other of their sessions. The octets of streams come last, and only within [#FEW]: no turn looks
/// at them but to sum them up, and they are most of what a busy stack has touched.
public final class Recorder {
    /// The most octets of a recording.
    public static final int MOST = 32 << 20;

    /// The most of one for which somebody waits who could go on at once, and of one that has octets of streams.
    public static final int FEW = 3 << 20;

    /// Octets of its memory: behind the last piece there is an end.
    public static final int LENGTH = MOST + (1 << 18);

    static final long MAGIC = 0x4e4b_5245_4300_0002L;

    /// Bits of its flags.
    static final int KILLED = 1;

    static final int CUT = 1 << 1;

    private static final int FLAGS = 16;
    private static final int PIECE = 1 << 18;
    private static final int PAGE = 4096;
    private static final int HEAD = 12;
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(BIG_ENDIAN);
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(BIG_ENDIAN);

    /// A session that a stack served.
    ///
    /// @param regions descriptors by their names
    public record Session(int number, String terms, Map<String, Integer> regions) {}

    /// A domain that died.
    ///
    /// @param cause    how it ended
    /// @param killed   whether somebody else ended it
    /// @param nowNs    an instant behind it
    /// @param settings of the domain
    /// @param regions  descriptors by their names; the first are the last to be left out
    /// @param sessions that it served
    public record Dead(
            String cause,
            boolean killed,
            long nowNs,
            String settings,
            Map<String, Integer> regions,
            List<Session> sessions) {}

    private final MemorySegment to;
    private final Call call = new Call();
    private long at;
    private int most;
    private boolean cut;

    /// @param to [#LENGTH] octets, which hold the last copy
    public Recorder(MemorySegment to) {
        this.to = to;
    }

    /// Copies what lies in regions that at most clients and other stacks write meanwhile.
    ///
    /// @param octets to copy, [#MOST] at most
    /// @return what a file is to have
    public MemorySegment copy(Dead of, int octets) throws IOException {
        at = 0;
        most = octets;
        cut = false;
        u64(MAGIC);
        u64(of.nowNs);
        u32(0);
        text(of.cause);
        StringBuilder settings = new StringBuilder(of.settings);
        of.sessions.forEach(session ->
                settings.append(Recording.terms(session.number, session.terms)).append('\n'));
        text(settings.toString());
        for (Map.Entry<String, Integer> region : of.regions.entrySet()) {
            // What it copied for others is nothing to it.
            if (!region.getKey().startsWith(Grants.CAPTURE)) {
                region(region.getKey(), region.getValue(), 0, Long.MAX_VALUE);
            }
        }
        for (Session session : of.sessions) {
            session(session, true);
        }
        most = Math.min(octets, FEW);
        for (Session session : of.sessions) {
            session(session, false);
        }
        text("");
        to.set(U32, FLAGS, (of.killed ? KILLED : 0) | (cut ? CUT : 0));
        return to.asSlice(0, at);
    }

    /// Copies of a session's regions what lies before the rings of its streams, or these.
    private void session(Session session, boolean before) throws IOException {
        SessionLayout layout = Terms.parse(session.terms).layout();
        for (Map.Entry<String, Integer> region : session.regions.entrySet()) {
            boolean client = region.getKey().startsWith(Grants.CLIENT);
            long rings = client ? layout.sendRings() : layout.receiveRings();
            region(region.getKey(), region.getValue(), before ? 0 : rings, before ? rings : Long.MAX_VALUE);
        }
    }

    /// Copies what was touched of a region from an offset on, up to another.
    private void region(String name, int region, long from, long end) throws IOException {
        text(name);
        u64(Descriptors.length(region));
        long hole = from;
        for (long place = Descriptors.data(region, from); place >= 0 && place < end; ) {
            if (place >= hole) {
                hole = Math.min(end, Descriptors.hole(region, place));
            }
            if (place == hole) {
                // Its writer has given that page back meanwhile: what lies behind it is there still.
                place = Descriptors.data(region, place + PAGE);
                continue;
            }
            int length = (int) Math.min(Math.min(PIECE, hole - place), most - at);
            if (length <= 0) {
                cut = true;
                break;
            }
            int copied = call.pread(region, to, at + HEAD, length, place);
            if (copied <= 0) {
                throw new IOException("a region cannot be read: " + copied);
            }
            u64(place);
            u32(copied);
            at += copied;
            place += copied;
            place = place < hole ? place : Descriptors.data(region, place);
        }
        u64(0);
        u32(0);
    }

    private void text(String text) {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        u32(octets.length);
        MemorySegment.copy(octets, 0, to, ValueLayout.JAVA_BYTE, at, octets.length);
        at += octets.length;
    }

    private void u64(long value) {
        to.set(U64, at, value);
        at += Long.BYTES;
    }

    private void u32(int value) {
        to.set(U32, at, value);
        at += Integer.BYTES;
    }
}
