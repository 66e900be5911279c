package netkeep.tools.demo;

import com.sun.net.httpserver.SimpleFileServer;
import com.sun.net.httpserver.SimpleFileServer.OutputLevel;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/// The JDK's own server of files, as it is: its channels are whatever the JVM's default provider gives.
final class WebServer {
    private WebServer() {}

    /// @param arguments address, port, and the directory, absolute
    public static void main(String[] arguments) {
        InetSocketAddress at = new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1]));
        SimpleFileServer.createFileServer(at, Path.of(arguments[2]), OutputLevel.NONE)
                .start();
    }
}
