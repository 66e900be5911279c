package netkeep.servers.iperf3;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;

/// What both ends do to a stream's connection.
final class Connections {
    private Connections() {}

    static void set(SocketChannel channel, Terms terms) throws IOException {
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, terms.noDelay());
        if (terms.window() != 0) {
            channel.setOption(StandardSocketOptions.SO_SNDBUF, terms.window());
            channel.setOption(StandardSocketOptions.SO_RCVBUF, terms.window());
        }
    }
}
