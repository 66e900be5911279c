package netkeep.tools.chaos;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import netkeep.linux.NetworkNamespace;

/// Those who ask, with the kernel's stack: where they are, and how long they go on.
final class KernelSide {
    private final NetworkNamespace place;
    private final Path scratch;
    private volatile boolean over;

    /// @param scratch a directory for what programs say; who removes it is the caller
    KernelSide(NetworkNamespace place, Path scratch) {
        this.place = place;
        this.scratch = scratch;
    }

    /// Whether nobody is to ask any more.
    boolean over() {
        return over;
    }

    void end() {
        over = true;
    }

    Socket connect(String address, int port) throws IOException {
        return Load.connect(place, address, port);
    }

    /// Starts a program of the system's.
    Tool start(List<String> command) throws IOException {
        return Tool.start(place, scratch, command);
    }
}
