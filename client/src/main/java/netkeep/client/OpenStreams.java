package netkeep.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// The streams of an [OpenSocket]: those of its side, whose end is the channel's end.
final class OpenStreams {
    private OpenStreams() {}

    static final class Input extends InputStream {
        private final OpenConnection channel;
        private final InputStream from;

        Input(OpenConnection channel, InputStream from) {
            this.channel = channel;
            this.from = from;
        }

        @Override
        public int read() throws IOException {
            return channel.call(from::read);
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            return channel.call(() -> from.read(to, offset, length));
        }

        @Override
        public int available() throws IOException {
            return from.available();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    static final class Output extends OutputStream {
        private final OpenConnection channel;
        private final OutputStream to;

        Output(OpenConnection channel, OutputStream to) {
            this.channel = channel;
            this.to = to;
        }

        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            try {
                to.write(from, offset, length);
            } finally {
                channel.end();
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
