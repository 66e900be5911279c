package netkeep.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
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
            if (!channel.isBlocking()) {
                throw new IllegalBlockingModeException();
            }
            if (length == 0) {
                return 0;
            }
            int millis = socket.getSoTimeout();
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
            Sockets.Call<Integer> call = () -> channel.read(ByteBuffer.wrap(to, offset, length), deadlineNs);
            int octets = tells ? Sockets.call(call) : Sockets.callBehind(call);
            if (octets == 0) {
                throw new SocketTimeoutException("Read timed out");
            }
            return octets;
        }

        @Override
        public int available() throws IOException {
            return Sockets.call(channel::available);
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
            Objects.checkFromIndexSize(offset, length, from.length);
            if (!channel.isBlocking()) {
                throw new IllegalBlockingModeException();
            }
            ByteBuffer octets = ByteBuffer.wrap(from, offset, length);
            while (octets.hasRemaining()) {
                if (tells) {
                    Sockets.call(() -> channel.write(octets));
                } else {
                    Sockets.callBehind(() -> channel.put(octets));
                }
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
