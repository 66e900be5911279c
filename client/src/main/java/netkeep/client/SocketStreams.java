package netkeep.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.IllegalBlockingModeException;
import java.util.Objects;

/// The streams of a connection's socket.
final class SocketStreams {
    private SocketStreams() {}

    static final class Input extends InputStream {
        private final ConnectionChannel channel;
        private final SocketAdaptor socket;
        private final boolean tells;

        /// @param tells whether the Flight Recorder is told: else somebody above does it
        Input(ConnectionChannel channel, SocketAdaptor socket, boolean tells) {
            this.channel = channel;
            this.socket = socket;
            this.tells = tells;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, to.length);
            if (length == 0) {
                return 0;
            }
            int millis = socket.millis();
            if (!tells || !SocketEvents.reads()) {
                return read(to, offset, length, millis);
            }
            long start = SocketEvents.now();
            int octets = read(to, offset, length, millis);
            SocketEvents.read(start, octets, channel.peer(), millis);
            return octets;
        }

        private int read(byte[] to, int offset, int length, int millis) throws IOException {
            long deadlineNs = Sockets.deadlineNs(channel.connection.session.pump, millis);
            ByteBuffer into = ByteBuffer.wrap(to, offset, length);
            int octets =
                    tells ? channel.read(into, deadlineNs) : Sockets.callBehind(() -> channel.read(into, deadlineNs));
            if (octets == 0) {
                throw new SocketTimeoutException("Read timed out");
            }
            return octets;
        }

        @Override
        public int available() throws IOException {
            return tells ? channel.available() : Sockets.callBehind(channel::available);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    static final class Output extends OutputStream {
        private final ConnectionChannel channel;

        private final boolean tells;

        /// @param tells as of [Input]
        Output(ConnectionChannel channel, boolean tells) {
            this.channel = channel;
            this.tells = tells;
        }

        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            ByteBuffer octets = ByteBuffer.wrap(from, offset, length);
            while (octets.hasRemaining()) {
                if (!channel.isBlocking() && channel.isOpen()) {
                    throw new IllegalBlockingModeException();
                }
                if (tells) {
                    channel.write(octets);
                } else {
                    putBehind(octets);
                }
            }
        }

        /// Behind a `Socket` an output that was shut is what it is to the kernel, not a channel that was closed.
        private void putBehind(ByteBuffer octets) throws IOException {
            try {
                Sockets.callBehind(() -> channel.put(octets));
            } catch (SocketException e) {
                throw channel.outputShut() && channel.isOpen() ? new SocketException(Errno.text(Errno.EPIPE), e) : e;
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
