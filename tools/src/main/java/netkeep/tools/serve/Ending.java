package netkeep.tools.serve;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Lets a command that serves end in order when it is told to by SIGINT or SIGTERM, with an exit code of its own.
///
/// The JVM would exit with 130 or 143 as soon as the hook returns, wherever the other threads are.
public final class Ending implements AutoCloseable {
    private static final long PATIENCE_S = 10;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook = Thread.ofPlatform().name("netkeep-ending").unstarted(this::end);
    private volatile @Nullable Runnable stop;
    private volatile boolean told;
    private volatile int code;

    public Ending() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /// What has the command end soon, from any thread; the program's end waits for it.
    public void by(Runnable action) {
        stop = action;
    }

    /// The exit code where the command was told to end: 0 unless it says another.
    public void code(int exit) {
        code = exit;
    }

    private void end() {
        told = true;
        Runnable action = stop;
        if (action == null) {
            return;
        }
        action.run();
        try {
            if (ended.await(PATIENCE_S, TimeUnit.SECONDS)) {
                Runtime.getRuntime().halt(code);
            }
        } catch (InterruptedException impatient) {
            // Whoever interrupts the end of a program wants it to end.
            Thread.currentThread().interrupt();
        }
    }

    /// When all is done.
    @Override
    public void close() {
        if (told) {
            System.out.flush();
            ended.countDown();
        } else {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }
}
