package netkeep.engine.sim;

import java.util.Arrays;
import netkeep.session.Status;
import netkeep.sim.Seeds;
import netkeep.wire.Address;

/// An application that sends as much as it is offered over one connection, and checks each octet of the one it
/// accepts: cheap enough for hours of them.
final class Stream implements Runnable {
    private static final int CHUNK = 1 << 13;
    /// A prime: no length of a segment or a buffer divides it.
    private static final int PERIOD = 65_521;

    private static final byte[] PATTERN = pattern();

    private final SimHost host;
    private final SimClient client;
    private final byte[] buffer = new byte[CHUNK];
    private final int listener;
    private int out = -1;
    private int in = -1;
    private boolean reads = true;
    private long offered;
    private long sent;
    private long received;

    Stream(SimHost host, int port) {
        this.host = host;
        this.client = host.client();
        this.listener = client.open(6);
        client.bind(listener, 0, 0, port);
        client.listen(listener, 4);
        host.application(this);
    }

    void connect(Address to, int port) {
        out = client.open(6);
        client.connect(out, to.hi(), to.lo(), port);
        host.host().kick();
    }

    /// Lets it send `octets` more.
    void offer(long octets) {
        offered += octets;
        host.host().kick();
    }

    /// The socket that sends, -1 before [#connect].
    int out() {
        return out;
    }

    /// The socket that receives, -1 before it is accepted.
    int in() {
        return in;
    }

    /// Reads no more, or again.
    void reads(boolean value) {
        reads = value;
        host.host().kick();
    }

    long offered() {
        return offered;
    }

    long received() {
        return received;
    }

    @Override
    public void run() {
        while (client.event() >= 0) {
            // All it says is in the words.
        }
        if (in < 0) {
            in = client.accept(listener);
        }
        if (out >= 0) {
            send();
        }
        if (in >= 0 && reads) {
            receive();
        }
    }

    private void send() {
        if (client.has(out, Status.FAILED)) {
            throw new AssertionError("errno " + client.error(out) + " after " + sent);
        }
        if (!client.has(out, Status.CONNECTED)) {
            return;
        }
        while (sent < offered) {
            int at = (int) (sent % PERIOD);
            int length = (int) Math.min(CHUNK, offered - sent);
            int taken = client.send(out, PATTERN, at, length);
            sent += taken;
            if (taken < length) {
                return;
            }
        }
    }

    private void receive() {
        for (int got = client.receive(in, buffer, 0, CHUNK); got != 0; got = client.receive(in, buffer, 0, CHUNK)) {
            if (got < 0) {
                throw new AssertionError("the end after " + received);
            }
            int at = (int) (received % PERIOD);
            int wrong = Arrays.mismatch(buffer, 0, got, PATTERN, at, at + got);
            if (wrong >= 0) {
                throw new AssertionError("a wrong octet at " + (received + wrong));
            }
            received += got;
        }
    }

    /// One period and a chunk more, so that a chunk may begin anywhere.
    private static byte[] pattern() {
        byte[] period = new byte[PERIOD + CHUNK];
        Seeds.luck(1).nextBytes(period);
        System.arraycopy(period, 0, period, PERIOD, CHUNK);
        return period;
    }
}
