package netkeep.control;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import netkeep.linux.Descriptors;
import netkeep.linux.LinuxException;
import netkeep.linux.Sockets;
import org.jspecify.annotations.Nullable;

/// What clients have sent and nobody wants, or nobody wants any more. It is closed here, beside the thread that serves:
/// whoever closes a file of a file system in user space waits for as long as that one's process likes. What a user's
/// programs have sent has a queue of its own, and a thread as long as there is one.
final class Refused {
    /// The most that wait to be closed: a user's are half of what others leave of them, and a few in any case.
    static final int MOST = 1024;

    private static final int FEW = 32;

    /// Users whose files are closed at the same time.
    private static final int THREADS = 16;

    private static final long IDLE_S = 10;

    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            THREADS,
            THREADS,
            IDLE_S,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            run -> Thread.ofPlatform().name("netkeep-closing").daemon().unstarted(run));

    /// By users; there is a queue as long as somebody closes what is in it, or is to.
    private final Map<Integer, Deque<Integer>> waiting = new HashMap<>();

    private int count;

    Refused() {
        threads.allowCoreThreadTimeOut(true);
    }

    /// Closes descriptors that a user's program has sent, now or some time later.
    void close(int user, int... descriptors) {
        for (int descriptor : descriptors) {
            if (Sockets.isUnix(descriptor)) {
                Descriptors.close(descriptor);
            } else {
                later(user, descriptor);
            }
        }
    }

    private synchronized void later(int user, int descriptor) {
        Deque<Integer> queue = waiting.get(user);
        if (queue == null) {
            queue = new ArrayDeque<>();
            waiting.put(user, queue);
            threads.execute(() -> closeAll(user));
        }
        queue.add(descriptor);
        count++;
    }

    private void closeAll(int user) {
        for (Integer descriptor = next(user); descriptor != null; descriptor = next(user)) {
            try {
                Descriptors.close(descriptor);
            } catch (LinuxException itsOwn) {
                // What its file system says of it. It is closed all the same.
            }
        }
    }

    private synchronized @Nullable Integer next(int user) {
        Deque<Integer> queue = waiting.get(user);
        Integer next = queue == null ? null : queue.poll();
        if (next == null) {
            waiting.remove(user);
        } else {
            count--;
        }
        return next;
    }

    /// Whether so many of a user's wait that no more of them are to be taken.
    synchronized boolean full(int user) {
        Deque<Integer> queue = waiting.get(user);
        int own = queue == null ? 0 : queue.size();
        return own >= Math.max(FEW, (MOST - (count - own)) / 2);
    }
}
