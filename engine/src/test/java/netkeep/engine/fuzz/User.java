package netkeep.engine.fuzz;

import java.util.SplittableRandom;
import netkeep.engine.sim.SimClient;
import netkeep.session.Option;
import netkeep.session.Status;
import org.jspecify.annotations.Nullable;

/// The application: reads, writes, accepts, connects, shuts down and closes, and checks each octet that it reads.
final class User {
    private static final int BUFFER = 1 << 14;
    private static final int MOST_CONNECTS = 24;

    private final SimClient client;
    private final Peers peers;
    private final SplittableRandom luck;
    private final Pattern pattern;
    private final Tally tally;
    private final byte[] buffer = new byte[BUFFER];
    private final int[] listeners = {-1, -1};
    private final @Nullable Talk[] bySocket;
    private int connects;

    User(SimClient client, Peers peers, SplittableRandom luck, Pattern pattern, Tally tally) {
        this.client = client;
        this.peers = peers;
        this.luck = luck;
        this.pattern = pattern;
        this.tally = tally;
        this.bySocket = new @Nullable Talk[client.layout().sockets()];
    }

    void listen() {
        for (int i = 0; i < listeners.length; i++) {
            listeners[i] = client.open(6);
            client.bind(listeners[i], 0, 0, Peers.PORTS[i]);
            client.listen(listeners[i], 1 + luck.nextInt(40));
        }
    }

    /// Does something or other.
    void act() {
        while (client.event() >= 0) {
            // All it says is in the words.
        }
        if (luck.nextInt(4) == 0) {
            accept();
        }
        if (luck.nextInt(60) == 0 && connects < MOST_CONNECTS && peers.calling) {
            connect();
        }
        for (int i = 0; i < 3; i++) {
            int socket = luck.nextInt(bySocket.length);
            Talk talk = bySocket[socket];
            if (talk != null) {
                act(talk, socket);
            }
        }
    }

    private void accept() {
        for (int listener : listeners) {
            int socket = client.accept(listener);
            if (socket >= 0) {
                Talk talk = peers.byPort(client.remotePort(socket));
                if (talk == null || talk.phase != Talk.UP || talk.socket >= 0 || talk.gaveBack) {
                    // Of somebody who was forgotten meanwhile.
                    client.close(socket);
                } else {
                    talk.socket = socket;
                    bySocket[socket] = talk;
                }
            }
        }
    }

    private void connect() {
        Talk talk = peers.talks[luck.nextInt(peers.talks.length)];
        if (talk.phase != Talk.FREE) {
            return;
        }
        int socket = client.open(6);
        if (socket < 0) {
            return;
        }
        connects++;
        peers.calledBy(talk, socket);
        bySocket[socket] = talk;
        client.connect(socket, talk.remote.hi(), talk.remote.lo(), talk.port);
    }

    private void act(Talk talk, int socket) {
        if (talk.socket != socket) {
            throw new AssertionError("socket " + socket + " of another: " + talk);
        }
        boolean over = client.has(socket, Status.FAILED)
                || client.has(socket, Status.READ_END | Status.WRITE_END)
                        && !client.has(socket, Status.CONNECTED)
                        && !client.has(socket, Status.CONNECTING);
        if (client.has(socket, Status.FAILED) && client.error(socket) == 110) {
            talk.mayEnd = true;
        }
        if (luck.nextInt(8) >= talk.lazy || over) {
            read(talk, socket, over);
        }
        if (over || talk.phase == Talk.CALLED && talk.age > 50) {
            close(talk, socket, false);
            return;
        }
        if (talk.phase == Talk.UP && talk.established) {
            write(talk, socket);
        }
        if (luck.nextInt(300) == 0) {
            option(talk, socket);
        }
        if (talk.age > talk.lifetime && luck.nextInt(12) == 0 || talk.ended && luck.nextInt(8) == 0) {
            end(talk, socket);
        }
    }

    private void read(Talk talk, int socket, boolean over) {
        boolean last = client.has(socket, Status.READ_END);
        int most = over || luck.nextInt(3) == 0 ? BUFFER : 1 + luck.nextInt(BUFFER);
        int got = client.receive(socket, buffer, 0, most);
        if (got > 0) {
            if (!pattern.holds(buffer, Shot.position(talk, talk.read), got)) {
                throw new AssertionError("wrong octets read at " + talk.read + ": " + talk);
            }
            talk.read += got;
            tally.delivered += got;
            if (talk.read + talk.iss + 1 - talk.sent > 0) {
                throw new AssertionError("more was read than was sent: " + talk);
            }
        }
        if (talk.promised && !talk.shutRead) {
            long known = Integer.toUnsignedLong(talk.read) + client.readable(socket);
            // The FIN takes a number, too.
            int told = talk.acked - talk.iss - 1;
            if (told - known > (last || client.has(socket, Status.READ_END) ? 1 : 0)) {
                throw new AssertionError("acknowledged but not delivered: " + (told - known) + " " + talk);
            }
        }
        talk.ended |= got < 0;
    }

    private void write(Talk talk, int socket) {
        if (talk.shutWrite || luck.nextInt(3) == 0) {
            return;
        }
        int length = luck.nextInt(1 << 3 + luck.nextInt(12));
        int sent = client.send(socket, pattern.octets(), pattern.at(Shot.position(talk, talk.written)), length);
        talk.written += sent;
        if (luck.nextInt(50) == 0 && sent > 0) {
            client.urgent(socket);
        }
    }

    private void option(Talk talk, int socket) {
        int option = 1 + luck.nextInt(24);
        if (option == Option.USER_TIMEOUT || option == Option.KEEP_ALIVE || option == Option.KEEP_COUNT) {
            talk.mayEnd = true;
        }
        long value = luck.nextInt(4) == 0 ? luck.nextLong() : luck.nextInt(1 << luck.nextInt(20));
        client.option(socket, option, value);
    }

    private void end(Talk talk, int socket) {
        switch (luck.nextInt(8)) {
            case 0 -> close(talk, socket, true);
            case 1, 2 -> close(talk, socket, false);
            case 3 -> {
                client.shutdown(socket, 1);
                talk.shutRead = true;
            }
            default -> {
                client.shutdown(socket, 2);
                talk.shutWrite = true;
            }
        }
        // RFC 9293 §3.10.4: text for who has shut both ways is answered by a reset.
        talk.mayEnd |= talk.shutRead && talk.shutWrite;
    }

    private void close(Talk talk, int socket, boolean abort) {
        if (socket < client.layout().sockets() / 2) {
            connects--;
        }
        if (abort) {
            client.abort(socket);
        } else {
            client.close(socket);
        }
        talk.gaveBack = true;
        talk.socket = -1;
        bySocket[socket] = null;
    }

    /// Gives everything back.
    void leave() {
        for (int socket = 0; socket < bySocket.length; socket++) {
            Talk talk = bySocket[socket];
            if (talk != null) {
                close(talk, socket, luck.nextInt(4) == 0);
            }
        }
        for (int listener : listeners) {
            client.close(listener);
        }
    }
}
