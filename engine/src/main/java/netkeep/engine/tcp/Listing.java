package netkeep.engine.tcp;

import java.util.ArrayList;
import java.util.List;
import netkeep.engine.socket.Endpoint;
import netkeep.engine.socket.Sockets;
import netkeep.wire.Address;

/// Reads the records of all sockets, of TCP and UDP, without changing any: for people, between two turns.
public final class Listing {
    /// Octets that the timestamps option takes in each segment, padded.
    private static final int TIMESTAMPS = 12;

    private static final String[] STATES = {
        "UNCONN",
        "LISTEN",
        "SYN-SENT",
        "SYN-RECV",
        "ESTAB",
        "FIN-WAIT-1",
        "FIN-WAIT-2",
        "CLOSE-WAIT",
        "CLOSING",
        "LAST-ACK",
        "TIME-WAIT"
    };

    private final Tcp tcp;
    private final Sockets sockets;
    private final Tcb tcb;
    private final Flow flow;
    private final long nowNs;
    private final List<SocketView> views = new ArrayList<>();

    private Listing(Tcp tcp, long nowNs) {
        this.tcp = tcp;
        this.sockets = tcp.sockets;
        this.tcb = new Tcb();
        this.flow = new Flow();
        this.nowNs = nowNs;
    }

    /// All sockets at this instant.
    public static List<SocketView> of(Tcp tcp, long nowNs) {
        Listing listing = new Listing(tcp, nowNs);
        listing.sockets.scan(listing::socket);
        tcp.halfOpens.pool.scan(listing::halfOpen);
        tcp.timeWaits.pool.scan(listing::timeWait);
        return listing.views;
    }

    /// Some of all sockets.
    ///
    /// @param next where to go on, -1 at the end
    public record Piece(List<SocketView> views, int next) {}

    /// Looks at `most` records from a position on: 0, or where another piece ended. Sockets come and go meanwhile.
    public static Piece of(Tcp tcp, long nowNs, int from, int most) {
        Listing listing = new Listing(tcp, nowNs);
        int sockets = tcp.sockets.count();
        int halves = tcp.halfOpens.pool.count();
        int next;
        if (from < sockets) {
            next = tcp.sockets.look(from, most, listing::socket);
        } else if (from - sockets < halves) {
            next = tcp.halfOpens.pool.scan(from - sockets, most, listing::halfOpen);
            next = next >= tcp.halfOpens.pool.used() ? sockets + halves : sockets + next;
        } else {
            int wait = tcp.timeWaits.pool.scan(from - sockets - halves, most, listing::timeWait);
            next = wait >= tcp.timeWaits.pool.used() ? -1 : sockets + halves + wait;
        }
        return new Piece(listing.views, next);
    }

    private void socket(int index) {
        sockets.read(index, tcb);
        boolean udp = tcb.kind() == Endpoint.DATAGRAMS;
        boolean listens = tcb.kind() == Endpoint.LISTENER;
        boolean connected = tcb.remotePort() != 0;
        String state = udp ? connected ? "ESTAB" : "UNCONN" : listens ? "LISTEN" : STATES[tcb.state()];
        long receive = listens ? tcb.ssthresh() : tcb.rcvTail() - Math.min(sockets.readSoFar(tcb), tcb.rcvTail());
        long send = listens ? tcb.cwnd() : tcb.sndEnd() - tcb.sndHead();
        boolean counts = tcb.kind() == Endpoint.CONNECTION;
        String timer = counts ? timer() : "";
        views.add(new SocketView(
                udp,
                state,
                receive,
                send,
                new Address(tcb.localHi(), tcb.localLo()),
                tcb.localPort(),
                connected ? new Address(tcb.remoteHi(), tcb.remoteLo()) : anywhere(tcb.localHi(), tcb.localLo()),
                tcb.remotePort(),
                tcb.scope(),
                index,
                timer,
                timer.isEmpty() ? 0 : Math.max(0, timerAtNs(timer) - nowNs),
                timer.equals("persist") ? tcb.persist() : timer.equals("keepalive") ? tcb.probes() : tcb.backoff(),
                tcb.sndBuffer(),
                tcb.rcvBuffer(),
                counts && tcb.tcpState().synchronised() ? flow() : null));
    }

    private static Address anywhere(long hi, long lo) {
        return Address.isV4(hi, lo) ? Address.UNSPECIFIED_V4 : Address.UNSPECIFIED;
    }

    private String timer() {
        return switch (tcb.timer()) {
            case Timers.RETRANSMISSION, Timers.LOSS_PROBE, Timers.REORDERING, Timers.CORK -> "on";
            case Timers.PERSIST -> "persist";
            default -> tcb.idleNs() != 0 ? tcb.has(Tcb.KEEP_ALIVE) ? "keepalive" : "timewait" : "";
        };
    }

    private long timerAtNs(String timer) {
        return timer.equals("on") || timer.equals("persist") ? tcb.timerNs() : tcb.idleNs();
    }

    private SocketView.FlowView flow() {
        boolean inUse = tcb.flowRecord() != 0;
        if (inUse) {
            tcp.flows.read(tcb.flowRecord() - 1, flow);
        }
        long acknowledged = since(tcb.sndUna(), tcb.iss(), tcb.sndHead());
        long received = since(tcb.rcvNxt(), tcb.irs(), tcb.rcvTail());
        return new SocketView.FlowView(
                tcb.has(Tcb.TIMESTAMPS),
                tcb.has(Tcb.SACK_OK),
                tcb.has(Tcb.ECN),
                tcb.congestion() == 0 ? "cubic" : "reno",
                tcb.sndScale(),
                tcb.rcvScale(),
                tcb.rtoUs(),
                tcb.srttUs(),
                tcb.rttvarUs(),
                tcb.minRttUs(),
                text(tcb),
                tcb.rcvMss(),
                pmtu(tcb),
                tcb.cwnd(),
                tcb.ssthresh(),
                tcb.sndNxt() - tcb.sndUna(),
                tcb.sndWnd(),
                tcb.rcvAdv() - tcb.rcvNxt(),
                acknowledged,
                acknowledged + Integer.toUnsignedLong(tcb.sndNxt() - tcb.sndUna()),
                received,
                tcb.retransmits(),
                inUse ? flow.gaps() : 0,
                Math.max(0, nowNs - tcb.heardNs()));
    }

    /// Octets of text that a segment holds.
    static int text(Tcb tcb) {
        return tcb.sndMss() - (tcb.has(Tcb.TIMESTAMPS) ? TIMESTAMPS : 0);
    }

    /// Octets of the longest packet that is sent.
    static int pmtu(Tcb tcb) {
        return tcb.sndMss() + SegmentSize.headers(!Address.isV4(tcb.remoteHi(), tcb.remoteLo()));
    }

    /// Octets from the SYN's number to `seq`, both 32 bits. What was ever counted on this socket has more of them, and
    /// is right if its low ones are the same.
    static long since(int seq, int syn, long ever) {
        int count = seq - syn - 1;
        return (int) ever == count ? ever : Integer.toUnsignedLong(count);
    }

    private void halfOpen(int index) {
        HalfOpen half = new HalfOpen();
        tcp.halfOpens.pool.read(index, half);
        add(
                "SYN-RECV",
                new Address(half.localHi(), half.localLo()),
                half.localPort(),
                new Address(half.remoteHi(), half.remoteLo()),
                half.remotePort(),
                half.link(),
                "on",
                half.deadlineNs(),
                half.retries());
    }

    private void timeWait(int index) {
        TimeWait wait = new TimeWait();
        tcp.timeWaits.pool.read(index, wait);
        add(
                "TIME-WAIT",
                new Address(wait.localHi(), wait.localLo()),
                wait.localPort(),
                new Address(wait.remoteHi(), wait.remoteLo()),
                wait.remotePort(),
                wait.link(),
                "timewait",
                wait.endsNs(),
                0);
    }

    private void add(
            String state,
            Address local,
            int localPort,
            Address remote,
            int remotePort,
            int link,
            String timer,
            long atNs,
            int retries) {
        views.add(new SocketView(
                false,
                state,
                0,
                0,
                local,
                localPort,
                remote,
                remotePort,
                link,
                -1,
                timer,
                Math.max(0, atNs - nowNs),
                retries,
                0,
                0,
                null));
    }
}
