package netkeep.trials.jvm;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/// Sends a file, and ends without a close, with much of it on the way.
final class Parting {
    private Parting() {}

    /// @param arguments the address and the port to connect to, the file
    public static void main(String[] arguments) throws Exception {
        ByteBuffer content = ByteBuffer.wrap(Files.readAllBytes(Path.of(arguments[2])));
        SocketChannel channel = SocketChannel.open(
                new InetSocketAddress(InetAddress.ofLiteral(arguments[0]), Integer.parseInt(arguments[1])));
        while (content.hasRemaining()) {
            channel.write(content);
        }
    }
}
