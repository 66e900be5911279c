package netkeep.engine.sim;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import netkeep.sim.Pipe;
import netkeep.wire.Address;
import netkeep.wire.TcpHeader;
import org.jspecify.annotations.Nullable;

/// Watches what a host sends, as a peer that never forgets: whatever happens inside, no promise is taken back and no
/// octet changes.
public final class Witness implements Pipe.Censor {
    /// What one direction of a connection has said.
    private static final class Flow {
        int iss;
        int nxt;
        int ack;
        int edge;
        int scale;
        boolean acked;
        boolean fin;
        int finSeq;
    }

    private record Key(Address source, int sourcePort, Address destination, int destinationPort) {}

    private final Map<Key, Flow> flows = new HashMap<>();
    private long segments;
    private long resets;
    private @Nullable Segment last;
    private final boolean gapless;

    public Witness() {
        this(true);
    }

    /// @param gapless whether everything that was sent was seen: a host that dies loses frames
    public Witness(boolean gapless) {
        this.gapless = gapless;
    }

    public long segments() {
        return segments;
    }

    /// How many RST were sent for connections whose end was not told before.
    public long resets() {
        return resets;
    }

    public @Nullable Segment last() {
        return last;
    }

    @Override
    public boolean passes(MemorySegment frames, long at, int length) {
        Segment segment = Segment.parse(frames, at, length);
        if (segment != null) {
            last = segment;
            segments++;
            watch(segment);
        }
        return true;
    }

    private void watch(Segment segment) {
        Key key = new Key(segment.source, segment.sourcePort, segment.destination, segment.destinationPort);
        Flow flow = flows.get(key);
        if (segment.has(TcpHeader.RST)) {
            // What comes late for a connection that both have ended is answered so.
            resets += flow != null && flow.fin ? 0 : 1;
            return;
        }
        if (segment.has(TcpHeader.SYN)) {
            if (flow == null || flow.iss != segment.seq) {
                flow = new Flow();
                flow.iss = segment.seq;
                flow.nxt = segment.seq + 1;
                flows.put(key, flow);
            }
            flow.scale = Math.max(0, segment.wscale);
        }
        if (flow == null) {
            return; // its begin was before the watch
        }
        text(flow, segment);
        if (segment.has(TcpHeader.ACK)) {
            acknowledgment(flow, segment);
        }
    }

    private void text(Flow flow, Segment segment) {
        int behind = segment.seq + segment.space();
        if (behind - flow.nxt > 0) {
            if (gapless && segment.seq - flow.nxt > 0) {
                throw new AssertionError(
                        "a gap before " + segment + ", sent up to " + Integer.toUnsignedString(flow.nxt));
            }
            flow.nxt = behind;
        }
        if (segment.has(TcpHeader.FIN)) {
            int fin = behind - 1;
            if (flow.fin && flow.finSeq != fin) {
                throw new AssertionError("another end: " + segment);
            }
            flow.fin = true;
            flow.finSeq = fin;
        }
        byte[] wanted = new byte[segment.length()];
        Traffic.pattern(wanted, segment.seq - flow.iss - 1, wanted.length);
        for (int at = 0; at < wanted.length; at++) {
            if (wanted[at] != segment.text[at]) {
                throw new AssertionError("octet " + at + " is wrong in " + segment);
            }
        }
    }

    private static void acknowledgment(Flow flow, Segment segment) {
        int scale = segment.has(TcpHeader.SYN) ? 0 : flow.scale;
        int edge = segment.ack + (segment.window << scale);
        if (flow.acked) {
            if (segment.ack - flow.ack < 0) {
                throw new AssertionError(
                        "an acknowledgment is taken back: " + segment + " after " + Integer.toUnsignedString(flow.ack));
            }
            // RFC 9293 §3.8.6 (SHLD-14).
            if (edge - flow.edge < 0) {
                throw new AssertionError("a window is taken back by " + (flow.edge - edge) + ": " + segment);
            }
        }
        flow.acked = true;
        flow.ack = segment.ack;
        flow.edge = edge;
    }
}
