package netkeep.tools.serve;

import java.io.IOException;
import java.net.InetSocketAddress;

/// One of the servers, as the commands see them.
interface Service {
    void listen(InetSocketAddress address) throws IOException;

    /// Serves until [#stop].
    void run() throws IOException;

    /// From any thread; does not wait.
    void stop();

    /// What is worth a line at the end; empty for nothing.
    default String epitaph() {
        return "";
    }
}
