package netkeep.trials.kill;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.zip.CRC32;

/// One end of a connection: sends a stream that says who sends it, checks each octet of the other's, and its checksum.
final class Stream {
    /// Octets of an opening: the number of the stream, and how long each direction is.
    private static final int HEAD = 16;

    private static final int BUFFER = 1 << 14;

    final SocketChannel channel;
    private final ByteBuffer out = ByteBuffer.allocate(BUFFER).limit(0);
    private final ByteBuffer in = ByteBuffer.allocate(BUFFER);
    private final CRC32 sentSum = new CRC32();
    private final CRC32 receivedSum = new CRC32();
    private final boolean caller;
    private long number;
    private long length;
    private long made;
    private long received;
    private boolean known;
    private boolean shut;
    private boolean over;

    /// @param number of a stream that is called, which its opening tells the other end
    /// @param length octets of each direction
    Stream(SocketChannel channel, long number, long length) throws IOException {
        this.channel = channel;
        this.caller = true;
        this.known = true;
        this.number = number;
        this.length = length;
        channel.configureBlocking(false);
        out.clear().putLong(number).putLong(length).flip();
        sentSum.update(out.array(), 0, HEAD);
    }

    /// The end of a stream that called: its opening says the rest.
    Stream(SocketChannel channel) throws IOException {
        this.channel = channel;
        this.caller = false;
        channel.configureBlocking(false);
    }

    private static byte octet(long number, long position) {
        long mixed = (position ^ number * 0x9E37_79B9_7F4A_7C15L) * 0xBF58_476D_1CE4_E5B9L;
        return (byte) (mixed >>> 40);
    }

    private long own() {
        return caller ? number : ~number;
    }

    /// Lets both go on as far as they can.
    ///
    /// @return whether anything moved
    boolean move() throws IOException {
        if (over || !channel.finishConnect()) {
            return false;
        }
        long before = received + made;
        receive();
        if (known) {
            send();
        }
        return received + made != before;
    }

    private void send() throws IOException {
        for (int round = 0; round < 4 && !shut; round++) {
            if (!out.hasRemaining()) {
                if (made == length) {
                    channel.shutdownOutput();
                    shut = true;
                    return;
                }
                out.clear();
                while (out.hasRemaining() && made < length) {
                    out.put(octet(own(), made));
                    made++;
                }
                out.flip();
                sentSum.update(out.array(), 0, out.limit());
            }
            if (channel.write(out) == 0) {
                return;
            }
        }
    }

    private void receive() throws IOException {
        for (int round = 0; round < 4; round++) {
            in.clear();
            if (!known) {
                in.limit(HEAD - (int) received);
            }
            int got = channel.read(in);
            if (got < 0) {
                ends();
                return;
            }
            if (got == 0) {
                return;
            }
            take(got);
        }
    }

    private void take(int got) {
        receivedSum.update(in.array(), 0, got);
        if (!known) {
            in.flip();
            while (in.hasRemaining()) {
                if (received < 8) {
                    number = number << 8 | in.get() & 0xFF;
                } else {
                    length = length << 8 | in.get() & 0xFF;
                }
                received++;
            }
            known = received == HEAD;
            return;
        }
        long from = received - (caller ? 0 : HEAD);
        for (int at = 0; at < got; at++) {
            if (in.get(at) != octet(~own(), from + at)) {
                throw new AssertionError("octet " + (from + at) + " of " + this + " is wrong");
            }
        }
        received += got;
    }

    private void ends() throws IOException {
        long wanted = length + (caller ? 0 : HEAD);
        if (!known || received != wanted) {
            throw new AssertionError("the end after " + received + " of " + wanted + ": " + this);
        }
        if (shut) {
            channel.close();
            over = true;
        }
    }

    /// Both directions came to their end.
    boolean over() {
        return over;
    }

    long number() {
        return number;
    }

    long received() {
        return received;
    }

    /// The checksum of all that this end sent.
    long sentSum() {
        return sentSum.getValue();
    }

    /// The checksum of all that this end received.
    long receivedSum() {
        return receivedSum.getValue();
    }

    boolean caller() {
        return caller;
    }

    @Override
    public String toString() {
        return "stream " + number + (caller ? " of the caller" : " of the called") + ", length " + length + ", made "
                + made + ", received " + received + (shut ? ", shut" : "");
    }
}
