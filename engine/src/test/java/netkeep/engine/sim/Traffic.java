package netkeep.engine.sim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import netkeep.session.Status;
import netkeep.wire.Address;
import org.jspecify.annotations.Nullable;

/// An application on a host: connections over which both ends send a stream of a known pattern, check what arrives
/// octet by octet, close, and wait for the other's close.
public final class Traffic implements Runnable {
    private static final int CHUNK = 4096;
    private static final int EHOSTUNREACH = 113;

    /// One connection of this host.
    private static final class Talk {
        int socket;
        final @Nullable Address to;
        final int port;
        final long toSend;
        final long toReceive;
        long sent;
        long received;
        boolean shut;
        boolean ended;
        boolean closed;

        Talk(int socket, @Nullable Address to, int port, long toSend, long toReceive) {
            this.socket = socket;
            this.to = to;
            this.port = port;
            this.toSend = toSend;
            this.toReceive = toReceive;
        }
    }

    private final SimHost host;
    private final SimClient client;
    private final List<Talk> talks = new ArrayList<>();
    private final byte[] buffer = new byte[CHUNK];
    private long serves;
    private long answers;
    private int listener = -1;
    private int accepted;

    public Traffic(SimHost host) {
        this.host = host;
        this.client = host.client();
        host.application(this);
    }

    /// Listens, and serves each connection: `receives` octets come, `sends` octets go.
    public Traffic serve(int port, long receives, long sends) {
        serves = receives;
        answers = sends;
        listener = client.open(6);
        client.bind(listener, 0, 0, port);
        client.listen(listener, 16);
        host.host().kick();
        return this;
    }

    /// Connects, sends `sends` octets and receives `receives`.
    public Traffic connect(Address to, int port, long sends, long receives) {
        talks.add(new Talk(open(to, port), to, port, sends, receives));
        host.host().kick();
        return this;
    }

    private int open(Address to, int port) {
        int socket = client.open(6);
        if (socket < 0) {
            throw new AssertionError("no socket is free");
        }
        client.connect(socket, to.hi(), to.lo(), port);
        return socket;
    }

    /// Whether `count` connections have come to their end.
    public boolean done(int count) {
        return talks.size() == count && talks.stream().allMatch(talk -> talk.closed);
    }

    /// How many connections were accepted.
    public int accepted() {
        return accepted;
    }

    /// How many connections have come to their end.
    public int ended() {
        return (int) talks.stream().filter(talk -> talk.closed).count();
    }

    /// Octets that arrived, over all connections.
    public long received() {
        return talks.stream().mapToLong(talk -> talk.received).sum();
    }

    @Override
    public void run() {
        while (client.event() >= 0) {
            // All it says is in the words.
        }
        if (listener >= 0) {
            for (int socket = client.accept(listener); socket >= 0; socket = client.accept(listener)) {
                accepted++;
                talks.add(new Talk(socket, null, 0, answers, serves));
            }
        }
        for (int index = 0; index < talks.size(); index++) {
            Talk talk = talks.get(index);
            if (!talk.closed) {
                run(talk);
            }
        }
    }

    private void run(Talk talk) {
        Address to = talk.to;
        boolean failed = client.has(talk.socket, Status.FAILED);
        if (to != null && failed && client.error(talk.socket) == EHOSTUNREACH && talk.sent + talk.received == 0) {
            // Three questions for the neighbor were lost in the storm: the user tries again.
            client.close(talk.socket);
            talk.socket = open(to, talk.port);
            return;
        }
        // An error without that is a soft one: the connection goes on.
        if (failed) {
            throw new AssertionError("connection failed with " + client.error(talk.socket) + " after sending "
                    + talk.sent + " of " + talk.toSend + " and receiving " + talk.received + " of " + talk.toReceive);
        }
        if (!client.has(talk.socket, Status.CONNECTED) && talk.received == 0 && talk.sent == 0) {
            return;
        }
        send(talk);
        receive(talk);
        if (talk.shut && talk.ended) {
            client.close(talk.socket);
            talk.closed = true;
        }
    }

    private void send(Talk talk) {
        while (talk.sent < talk.toSend) {
            int length = (int) Math.min(CHUNK, talk.toSend - talk.sent);
            pattern(buffer, talk.sent, length);
            int taken = client.send(talk.socket, buffer, 0, length);
            talk.sent += taken;
            if (taken < length) {
                return;
            }
        }
        if (!talk.shut) {
            client.shutdown(talk.socket, 2);
            talk.shut = true;
        }
    }

    private void receive(Talk talk) {
        byte[] wanted = new byte[CHUNK];
        for (int got = client.receive(talk.socket, buffer, 0, CHUNK);
                got != 0;
                got = client.receive(talk.socket, buffer, 0, CHUNK)) {
            if (got < 0) {
                if (talk.received != talk.toReceive) {
                    throw new AssertionError("the end after " + talk.received + " of " + talk.toReceive);
                }
                talk.ended = true;
                return;
            }
            pattern(wanted, talk.received, got);
            int wrong = Arrays.mismatch(buffer, 0, got, wanted, 0, got);
            if (wrong >= 0) {
                throw new AssertionError("a wrong octet at " + (talk.received + wrong));
            }
            talk.received += got;
        }
    }

    /// Octets that say where in the stream they stand.
    static void pattern(byte[] octets, long from, int length) {
        for (int at = 0; at < length; at++) {
            long position = from + at;
            octets[at] = (byte) (position * 31 + (position >> 8) * 7 + (position >> 16));
        }
    }
}
