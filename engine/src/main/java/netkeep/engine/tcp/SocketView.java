package netkeep.engine.tcp;

import netkeep.wire.Address;
import org.jspecify.annotations.Nullable;

/// A socket as `ss` shows one: a copy, made when it was asked for.
///
/// @param udp     whether it is of UDP, else of TCP
/// @param state   in the words of `ss`: `LISTEN`, `ESTAB` and so on, `UNCONN` for UDP that is not connected
/// @param receive octets that wait to be read; for a listener connections that wait to be accepted
/// @param send    octets that are not acknowledged; for a listener its backlog
/// @param link    that it is bound to, 0 for any
/// @param index   of its record; -1 for what has no socket's record: half open, or in TIME-WAIT
/// @param timer   in the words of `ss`: `on`, `keepalive`, `timewait`, `persist`; empty for none
/// @param timerNs until it fires
/// @param retries how often it fired in a row
/// @param sendBuffer    octets that it may hold until they are acknowledged
/// @param receiveBuffer octets that it may hold until they are read
/// @param flow    what a synchronised connection has, else null
public record SocketView(
        boolean udp,
        String state,
        long receive,
        long send,
        Address local,
        int localPort,
        Address remote,
        int remotePort,
        int link,
        int index,
        String timer,
        long timerNs,
        int retries,
        int sendBuffer,
        int receiveBuffer,
        @Nullable FlowView flow) {
    /// What a connection knows of its peer and the way there. Lengths are octets, times microseconds.
    ///
    /// @param cwnd          octets; `ss` shows it in segments
    /// @param ssthresh      octets, negative for none yet
    /// @param acknowledged  octets that the peer acknowledged; modulo 2^32 on a socket that was used before
    /// @param sent          those and what is on its way, retransmissions not counted
    /// @param received      octets that arrived in order, alike
    /// @param lastHeardNs   since the last segment arrived
    public record FlowView(
            boolean timestamps,
            boolean sack,
            boolean ecn,
            String congestion,
            int sndScale,
            int rcvScale,
            int rtoUs,
            int rttUs,
            int rttvarUs,
            int minRttUs,
            int mss,
            int rcvMss,
            int pmtu,
            int cwnd,
            int ssthresh,
            int inFlight,
            int sndWnd,
            int rcvWnd,
            long acknowledged,
            long sent,
            long received,
            int retransmits,
            int outOfOrder,
            long lastHeardNs) {}
}
