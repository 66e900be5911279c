package netkeep.engine.tcp;

import java.util.List;
import netkeep.engine.socket.Endpoint;
import netkeep.wire.Address;

/// What the tests of other packages see of TCP.
public final class TcpView {
    private TcpView() {}

    /// The state of the connection between two ports, by its name in RFC 9293.
    public static String state(Tcp tcp, Address local, int localPort, Address remote, int remotePort) {
        int hash = tcp.table.hash(local.hi(), local.lo(), localPort, remote.hi(), remote.lo(), remotePort);
        int id = tcp.table.find(hash, local.hi(), local.lo(), localPort, remote.hi(), remote.lo(), remotePort);
        if (id < 0) {
            return State.CLOSED.name();
        }
        if (id >= tcp.socketCount + tcp.halfOpens.count()) {
            return State.TIME_WAIT.name();
        }
        if (id >= tcp.socketCount) {
            return State.SYN_RECEIVED.name();
        }
        Tcb tcb = new Tcb();
        tcp.sockets.read(id, tcb);
        return tcb.tcpState().name();
    }

    /// What the record of a socket says, word by word from its tag on, which is left out: 0.
    public static long[] words(Tcp tcp, int socket) {
        Raw raw = new Raw();
        tcp.sockets.read(socket, raw);
        long[] words = new long[Endpoint.SLOT / Long.BYTES];
        for (int word = 1; word < words.length; word++) {
            words[word] = raw.word(word);
        }
        return words;
    }

    /// A record without names.
    private static final class Raw extends Endpoint {
        private long word(int number) {
            return i64(number * Long.BYTES);
        }
    }

    /// How many connections have a record of what is in flight or out of order.
    public static int flows(Tcp tcp) {
        return tcp.flows.size();
    }

    /// What a connection knows of its way.
    ///
    /// @param cwnd      octets, as ssthresh
    /// @param sndBuffer octets that the user may give, rcvBuffer those that the peer may send
    /// @param sndMss    largest segment, options not counted
    public record Sight(int cwnd, int ssthresh, int srttUs, int sndBuffer, int rcvBuffer, int sndMss) {}

    /// Looks at the connection of a socket.
    public static Sight sight(Tcp tcp, int socket) {
        Tcb tcb = new Tcb();
        tcp.sockets.read(socket, tcb);
        return new Sight(tcb.cwnd(), tcb.ssthresh(), tcb.srttUs(), tcb.sndBuffer(), tcb.rcvBuffer(), tcb.sndMss());
    }

    /// Adds what is wrong in what TCP derives from records: whoever has a deadline is looked at by then, and who would
    /// be after a death has a deadline or is asked for what it has to send.
    public static void check(Tcp live, Tcp built, List<String> differences) {
        live.sockets.scan(index -> {
            live.sockets.read(index, live.tcb);
            if (live.tcb.kind() == Endpoint.CONNECTION && live.tcb.tcpState() != State.CLOSED) {
                long deadlineNs = Timers.deadlineNs(live.tcb);
                if (live.deadlines.instantNs(index) > deadlineNs) {
                    differences.add("socket " + index + " is due at " + deadlineNs + " and looked at "
                            + live.deadlines.instantNs(index));
                }
                if (built.deadlines.instantNs(index) > deadlineNs) {
                    differences.add("a successor looks at socket " + index + " only at "
                            + built.deadlines.instantNs(index) + ", not " + deadlineNs);
                }
            }
        });
    }
}
