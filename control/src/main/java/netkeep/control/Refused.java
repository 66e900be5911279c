package netkeep.control;

import java.util.concurrent.LinkedBlockingQueue;
import netkeep.linux.Descriptors;
import netkeep.linux.LinuxException;
import netkeep.linux.Sockets;
import org.jspecify.annotations.Nullable;

/// What clients have sent and nobody wants, or nobody wants any more. It is closed here, beside the thread that serves:
/// whoever closes a file of a file system in user space waits for as long as that one's process likes.
final class Refused {
    /// The most that wait to be closed: until they are, [#full] says to take no more.
    static final int MOST = 1024;

    private final LinkedBlockingQueue<Integer> waiting = new LinkedBlockingQueue<>();
    private @Nullable Thread closing;

    /// Closes descriptors, now or some time later.
    void close(int... descriptors) {
        for (int descriptor : descriptors) {
            if (Sockets.isUnix(descriptor)) {
                Descriptors.close(descriptor);
            } else {
                later(descriptor);
            }
        }
    }

    private void later(int descriptor) {
        waiting.add(descriptor);
        if (closing == null) {
            closing = Thread.ofPlatform().name("netkeep-closing").daemon().start(this::closeAll);
        }
    }

    private static void closeOne(int descriptor) {
        try {
            Descriptors.close(descriptor);
        } catch (LinuxException itsOwn) {
            // What its file system says of it. It is closed all the same.
        }
    }

    private void closeAll() {
        try {
            while (true) {
                closeOne(waiting.take());
            }
        } catch (InterruptedException never) {
            Thread.currentThread().interrupt();
        }
    }

    boolean full() {
        return waiting.size() >= MOST;
    }
}
