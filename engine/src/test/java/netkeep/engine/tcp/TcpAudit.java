package netkeep.engine.tcp;

import netkeep.wire.Address;

/// What a fuzzer asks of TCP's tables, without making an object.
public final class TcpAudit {
    /// No connection has these ends.
    public static final int NONE = -1;

    private final Tcp tcp;
    private final Tcb tcb;

    public TcpAudit(Tcp tcp) {
        this.tcp = tcp;
        this.tcb = new Tcb();
    }

    /// The state of the connection between two ends as the ordinal of a [State], or [#NONE].
    public int state(Address local, int localPort, Address remote, int remotePort) {
        return state(local.hi(), local.lo(), localPort, remote.hi(), remote.lo(), remotePort);
    }

    public int state(long localHi, long localLo, int localPort, long remoteHi, long remoteLo, int remotePort) {
        int hash = tcp.table.hash(localHi, localLo, localPort, remoteHi, remoteLo, remotePort);
        int id = tcp.table.find(hash, localHi, localLo, localPort, remoteHi, remoteLo, remotePort);
        if (id < 0) {
            return NONE;
        }
        if (id >= tcp.socketCount + tcp.halfOpens.count()) {
            return State.TIME_WAIT.ordinal();
        }
        if (id >= tcp.socketCount) {
            return State.SYN_RECEIVED.ordinal();
        }
        tcp.sockets.read(id, tcb);
        return tcb.state();
    }

    /// Flows that are found by their ends: connections, half-open ones, those in TIME-WAIT.
    public int entries() {
        return tcp.table.count();
    }

    /// Records of octets in flight or out of order.
    public int flows() {
        return tcp.flows.size();
    }

    public int halfOpens() {
        return tcp.halfOpens.pool.size();
    }

    public int timeWaits() {
        return tcp.timeWaits.pool.size();
    }

    /// Sockets in use whose records are `from` to `end - 1`.
    public int sockets(int from, int end) {
        int[] count = new int[1];
        tcp.sockets.scan(index -> count[0] += index >= from && index < end ? 1 : 0);
        return count[0];
    }

    /// Sockets of all sessions that are in use.
    public int sockets() {
        return sockets(0, tcp.socketCount);
    }
}
