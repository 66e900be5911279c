package netkeep.client;

import java.io.IOException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/// Waiting without a lock that the thread holds.
///
/// The JDK's streams over a channel ([java.nio.channels.Channels]) hold the lock of its blocking mode as long as they
/// read or write, unless the channel is of a class of the JDK's. So whoever waits to read would keep out who writes:
/// another thread waits in its place, and the lock is given up until that one is done.
final class Apart {
    private Apart() {}

    /// Runs a call: on a thread of its own if the calling thread holds the lock. An interrupt does not end it, and
    /// stays pending.
    ///
    /// @throws IOException what the call has thrown
    static <T extends @Nullable Object> T call(Object lock, Sockets.Call<T> call) throws IOException {
        if (!Thread.holdsLock(lock)) {
            return call.run();
        }
        FutureTask<T> apart = new FutureTask<>(call::run) {
            @Override
            protected void done() {
                synchronized (lock) {
                    lock.notifyAll();
                }
            }
        };
        Thread.ofVirtual().name("netkeep-apart").start(apart);
        boolean interrupted = false;
        synchronized (lock) {
            while (!apart.isDone()) {
                try {
                    lock.wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return outcome(apart);
    }

    private static <T extends @Nullable Object> T outcome(FutureTask<T> of) throws IOException {
        if (of.state() == Future.State.SUCCESS) {
            return of.resultNow();
        }
        switch (of.exceptionNow()) {
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable e -> throw new AssertionError(e); // a call throws nothing else
        }
    }
}
