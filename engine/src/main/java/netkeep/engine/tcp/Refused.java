package netkeep.engine.tcp;

import netkeep.engine.ledger.Counter;
import netkeep.engine.ledger.Pool;
import netkeep.engine.socket.Attachment;
import netkeep.engine.socket.Endpoint;
import netkeep.engine.socket.Errno;

/// Takes records out of which a predecessor died, before anything is derived from any: what is left of one says that it
/// is over. Nothing that it says is believed, so that this ends well whatever is in it; but for the numbers of the
/// RST, which may then be wrong, or go nowhere.
final class Refused {
    private final Tcp tcp;
    private final Tcb tcb;

    /// What the last one said.
    private final Tcb was = new Tcb();

    Refused(Tcp tcp) {
        this.tcp = tcp;
        this.tcb = tcp.tcb;
    }

    /// As [Tcp#takeOut].
    boolean takeOut(int id) {
        int half = id - tcp.socketCount;
        int wait = half - tcp.halfOpens.count();
        if (half < 0) {
            return socket(id);
        }
        if (wait < 0) {
            // Its peer is told by a RST when it acknowledges what nobody knows of any more.
            tcp.counters.add(Counter.TcpAttemptFails);
            free(tcp.halfOpens.pool, half);
        } else if (wait < tcp.timeWaits.count()) {
            free(tcp.timeWaits.pool, wait);
        }
        return false;
    }

    private static void free(Pool pool, int record) {
        if (pool.taken(record)) {
            pool.free(record);
        }
    }

    private boolean socket(int index) {
        int kind = tcp.sockets.kind(index);
        if (kind == Endpoint.FREE) {
            return false;
        }
        boolean known = over(index);
        if (kind == Endpoint.LISTENER) {
            endChildren(index);
            return false;
        }
        return known;
    }

    /// Makes a socket one whose connection failed.
    ///
    /// @return whether the peer knew of the connection, or may have
    private boolean over(int index) {
        tcp.sockets.renew(index, tcb, was, Errno.ECONNABORTED);
        tcb.kind(Endpoint.CONNECTION);
        tcp.users().defaults(tcp.sockets.attachment(tcb));
        freeOf(tcp.flows, index);
        State state = State.is(was.state()) ? was.tcpState() : State.CLOSED;
        if (state.synchronised()) {
            tcp.counters.add(Counter.TcpCurrEstab, -1);
        }
        tcb.put(Tcb.ACCEPT_WAITS, tcb.parent() != 0 && was.has(Tcb.ACCEPT_WAITS));
        if (tcb.has(Endpoint.CLOSED_BY_USER)) {
            tcp.sockets.free(index);
        }
        return state.synchronised() || state == State.SYN_RECEIVED;
    }

    /// Frees all records of a table that a socket has: what it says itself is not looked at.
    private static void freeOf(Pool pool, int index) {
        pool.scan(record -> {
            if (pool.owner(record) == index + 1) {
                pool.free(record);
            }
        });
    }

    /// A listener is gone: so are connections that it was making, and those that nobody has accepted.
    private void endChildren(int listener) {
        freeOf(tcp.halfOpens.pool, listener);
        Attachment attachment = tcp.sockets.attachment(tcb);
        int parent = listener - attachment.first + 1;
        tcp.sockets.scan(attachment, index -> {
            tcp.sockets.read(index, tcb);
            if (tcb.kind() == Endpoint.CONNECTION && tcb.has(Tcb.ACCEPT_WAITS) && tcb.parent() == parent) {
                tcp.sockets.open(index, tcb);
                tcb.set(Endpoint.CLOSED_BY_USER);
                over(index);
            }
        });
    }

    /// Tells the peer of the last one.
    void reset(long nowNs) {
        tcp.replies.resetConnection(was, nowNs);
        was.leave();
    }
}
