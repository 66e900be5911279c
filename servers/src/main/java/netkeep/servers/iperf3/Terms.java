package netkeep.servers.iperf3;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is measured, as the client tells the server.
///
/// @param udp           over UDP; else over TCP
/// @param reverse       the server sends; else the client
/// @param streams       how many at a time, 1..128
/// @param block         octets of a write or a datagram
/// @param timeNs        how long, if `octets` does not say when it ends
/// @param octets        how many over all streams together; 0 for as many as go in the time
/// @param bitsPerSecond of each UDP stream, at most; 0 for no bound
/// @param wide          datagrams are numbered with 64 bits, not 32
/// @param noDelay       without Nagle's algorithm
/// @param window        size of the socket buffers; 0 for the stack's own
public record Terms(
        boolean udp,
        boolean reverse,
        int streams,
        int block,
        long timeNs,
        long octets,
        long bitsPerSecond,
        boolean wide,
        boolean noDelay,
        int window) {
    private static final int MOST_STREAMS = 128;
    private static final int LARGEST_BLOCK = 1 << 20;
    private static final int LARGEST_DATAGRAM = 65_507;
    private static final int LARGEST_WINDOW = 1 << 29;
    /// Where to a datagram's number and time fit.
    private static final int SMALLEST_DATAGRAM = 16;

    /// One TCP stream for so long, from client to server.
    public static Terms tcp(long timeNs) {
        return new Terms(false, false, 1, 1 << 17, timeNs, 0, 0, false, false, 0);
    }

    /// One UDP stream for so long, from client to server.
    public static Terms udp(long timeNs, int block, long bitsPerSecond) {
        return new Terms(true, false, 1, block, timeNs, 0, bitsPerSecond, false, false, 0);
    }

    /// The same, but so many octets, however long it takes.
    public Terms withOctets(long octets) {
        return new Terms(udp, reverse, streams, block, timeNs, octets, bitsPerSecond, wide, noDelay, window);
    }

    /// The same, with so many streams.
    public Terms withStreams(int streams) {
        return new Terms(udp, reverse, streams, block, timeNs, octets, bitsPerSecond, wide, noDelay, window);
    }

    /// The same, from server to client.
    public Terms reversed() {
        return new Terms(udp, !reverse, streams, block, timeNs, octets, bitsPerSecond, wide, noDelay, window);
    }

    /// Reads what a client wants. What has no influence on octets and datagrams is left out.
    static Terms read(Map<String, @Nullable Object> told) throws BadPeer {
        if (truth(told, "bidirectional") || truth(told, "sctp") || number(told, "omit") != 0) {
            throw new BadPeer("a test in both directions, over SCTP or with an omitted begin");
        }
        boolean udp = truth(told, "udp");
        long block = number(told, "len");
        long streams = Math.max(1, number(told, "parallel"));
        long window = number(told, "window");
        if (streams > MOST_STREAMS || window < 0 || window > LARGEST_WINDOW) {
            throw new BadPeer(streams + " streams with buffers of " + window);
        }
        if (udp ? block < SMALLEST_DATAGRAM || block > LARGEST_DATAGRAM : block < 1 || block > LARGEST_BLOCK) {
            throw new BadPeer("blocks of " + block);
        }
        long octets = number(told, "num");
        long blocks = number(told, "blockcount");
        long timeS = number(told, "time");
        if (octets < 0 || blocks < 0 || timeS < 0 || blocks > Long.MAX_VALUE / LARGEST_BLOCK) {
            throw new BadPeer("an end that is none");
        }
        return new Terms(
                udp,
                truth(told, "reverse"),
                (int) streams,
                (int) block,
                SECONDS.toNanos(timeS),
                octets != 0 ? octets : blocks * block,
                Math.max(0, number(told, "bandwidth")),
                number(told, "udp_counters_64bit") != 0,
                truth(told, "nodelay"),
                (int) window);
    }

    String json() {
        return "{\"" + (udp ? "udp" : "tcp") + "\":true,\"omit\":0,\"time\":" + timeNs / SECONDS.toNanos(1)
                + ",\"num\":" + octets
                + ",\"blockcount\":0,\"parallel\":" + streams + ",\"len\":" + block
                + (reverse ? ",\"reverse\":true" : "")
                + (noDelay ? ",\"nodelay\":true" : "")
                + (window != 0 ? ",\"window\":" + window : "")
                + (bitsPerSecond != 0 ? ",\"bandwidth\":" + bitsPerSecond : "")
                + (wide ? ",\"udp_counters_64bit\":1" : "")
                + ",\"pacing_timer\":1000,\"client_version\":\"3.12\"}";
    }

    static boolean truth(Map<String, @Nullable Object> told, String name) {
        return Boolean.TRUE.equals(told.get(name)) || told.get(name) instanceof Double number && number != 0;
    }

    /// A whole number, 0 if it is not there.
    static long number(Map<String, @Nullable Object> told, String name) {
        return told.get(name) instanceof Double number ? number.longValue() : 0;
    }
}
