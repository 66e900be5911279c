package netkeep.engine.fuzz;

import java.util.SplittableRandom;
import netkeep.engine.sim.SimClient;
import netkeep.session.Status;
import netkeep.wire.Address;

/// Two clients that keep the rules, and have a connection with each other: what one reads is what the other has sent.
final class Friends {
    /// Where the first of them listens.
    static final int PORT = 5000;

    private static final int MOST = 1 << 12;
    private static final int BACKLOG = 32;

    private final SimClient server;
    private final SimClient caller;
    private final SplittableRandom luck;
    private final Pattern pattern;
    private final byte[] room = new byte[MOST];
    private final int listener;
    private final int calling;
    private int answering = -1;

    /// Octets sent by the caller and by the server, and read of them.
    private final long[] sent = new long[2];

    private final long[] read = new long[2];

    Friends(SimClient server, SimClient caller, SplittableRandom luck, Pattern pattern) {
        this.server = server;
        this.caller = caller;
        this.luck = luck;
        this.pattern = pattern;
        this.listener = server.open(6);
        Address at = Place.local(1, true);
        server.bind(listener, at.hi(), at.lo(), PORT);
        server.listen(listener, BACKLOG);
        this.calling = caller.open(6);
        caller.connect(calling, at.hi(), at.lo(), PORT);
    }

    /// Whether the two are connected.
    boolean connected() {
        accept();
        return answering >= 0 && caller.has(calling, Status.CONNECTED);
    }

    /// Takes what knocks: the caller stays, all others are sent away.
    private void accept() {
        for (int socket = server.accept(listener); socket >= 0; socket = server.accept(listener)) {
            boolean callers = answering < 0 && server.remotePort(socket) == caller.localPort(calling);
            if (callers && server.has(socket, Status.CONNECTED)) {
                answering = socket;
            } else {
                server.abort(socket);
            }
        }
    }

    /// Sends and reads something in both directions.
    ///
    /// @return octets that were read
    long act() {
        drain(server);
        drain(caller);
        accept();
        long before = read[0] + read[1];
        talk(0, caller, calling, server, answering);
        talk(1, server, answering, caller, calling);
        return read[0] + read[1] - before;
    }

    private static void drain(SimClient client) {
        long event = client.event();
        while (event != -1) {
            event = client.event();
        }
    }

    private void talk(int way, SimClient from, int fromSocket, SimClient to, int toSocket) {
        int length = luck.nextInt(MOST);
        sent[way] += from.send(fromSocket, pattern.octets(), offset(way, sent[way]), length);
        int got = to.receive(toSocket, room, 0, 1 + luck.nextInt(MOST));
        if (got < 0 || !pattern.holds(room, offset(way, read[way]), got)) {
            throw new AssertionError("a stream between others was touched at " + read[way] + ": " + got);
        }
        read[way] += got;
        for (SimClient client : new SimClient[] {from, to}) {
            int socket = client == from ? fromSocket : toSocket;
            if (!client.has(socket, Status.CONNECTED) || (client.status(socket) & Status.FAILED) != 0) {
                throw new AssertionError("a connection between others ended: status " + client.status(socket)
                        + ", error " + client.error(socket));
            }
        }
    }

    private int offset(int way, long position) {
        return pattern.at((int) (position % Integer.MAX_VALUE) + way * 7919);
    }

    /// Octets on their way.
    long underWay() {
        return sent[0] + sent[1] - read[0] - read[1];
    }

    /// Reads without sending.
    void rest() {
        drain(server);
        drain(caller);
        accept();
        for (int way = 0; way < 2; way++) {
            SimClient to = way == 0 ? server : caller;
            int got = to.receive(way == 0 ? answering : calling, room, 0, MOST);
            if (got < 0 || !pattern.holds(room, offset(way, read[way]), got)) {
                throw new AssertionError("a stream between others was touched at " + read[way] + ": " + got);
            }
            read[way] += got;
        }
    }
}
