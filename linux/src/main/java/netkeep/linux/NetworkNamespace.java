package netkeep.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// A network namespace that lives as long as this object is open, or a process or an interface's other end is in it.
///
/// A thread can change its network namespace alone, so work in another one is done on a thread of its own that enters
/// it, works and ends: descriptors that it opened go on, and a process that it started stays there.
public final class NetworkNamespace implements AutoCloseable {
    private static final String OWN = "/proc/thread-self/ns/net";

    private final int descriptor;

    private NetworkNamespace(int descriptor) {
        this.descriptor = descriptor;
    }

    /// A new one, with nothing but a loopback interface that is down. Needs root, of a user namespace at least:
    /// [#asRoot] tells how an ordinary user becomes that.
    public static NetworkNamespace make() {
        return onThread(() -> {
            Threads.unshare(Threads.CLONE_NEWNET);
            return new NetworkNamespace(Descriptors.open(OWN, Descriptors.O_RDONLY));
        });
    }

    /// That of the calling thread.
    public static NetworkNamespace here() {
        return new NetworkNamespace(Descriptors.open(OWN, Descriptors.O_RDONLY));
    }

    /// The command that runs `command` as root of a user namespace, in a network namespace of its own, without any
    /// right in the rest of the system. An ordinary user may do this unless the kernel forbids it. (A JVM cannot do
    /// it to itself: it has threads from the start, and user namespaces are entered by single-threaded processes.)
    public static List<String> asRoot(List<String> command) {
        List<String> whole = new ArrayList<>(List.of("unshare", "--user", "--map-root-user", "--net", "--"));
        whole.addAll(command);
        return List.copyOf(whole);
    }

    /// The switch of this system that forbids an ordinary user what [#asRoot] needs, with the way to turn it; empty if
    /// none is known to.
    public static String forbiddenBy() {
        if ("0".equals(setting("user/max_user_namespaces"))) {
            return "user.max_user_namespaces is 0: sysctl -w user.max_user_namespaces=10000";
        }
        if ("0".equals(setting("user/max_net_namespaces"))) {
            return "user.max_net_namespaces is 0: sysctl -w user.max_net_namespaces=10000";
        }
        if ("0".equals(setting("kernel/unprivileged_userns_clone"))) {
            return "kernel.unprivileged_userns_clone is 0: sysctl -w kernel.unprivileged_userns_clone=1";
        }
        if ("1".equals(setting("kernel/apparmor_restrict_unprivileged_userns"))) {
            return "kernel.apparmor_restrict_unprivileged_userns is 1:"
                    + " sysctl -w kernel.apparmor_restrict_unprivileged_userns=0";
        }
        return "";
    }

    /// A descriptor of it, for [Netlink#move].
    public int descriptor() {
        return descriptor;
    }

    /// Does `work` in this namespace and waits for its answer.
    ///
    /// @throws IllegalStateException around a checked exception of `work`
    public <T> T call(Callable<T> work) {
        return onThread(() -> {
            Threads.enter(descriptor, Threads.CLONE_NEWNET);
            return work.call();
        });
    }

    /// As [#call], without an answer.
    public void run(Runnable work) {
        call(() -> {
            work.run();
            return this;
        });
    }

    /// Starts a process in this namespace.
    public Process start(ProcessBuilder process) {
        return call(process::start);
    }

    /// Lets go of it.
    @Override
    public void close() {
        Descriptors.close(descriptor);
    }

    /// A setting under /proc/sys, empty for one that this kernel does not have.
    private static String setting(String name) {
        try {
            return Files.readString(Path.of("/proc/sys", name)).strip();
        } catch (IOException none) {
            return "";
        }
    }

    private static <T> T onThread(Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        Thread thread = Thread.ofPlatform().name("netkeep-namespace").daemon().start(task);
        try {
            T answer = task.get();
            thread.join();
            return answer;
        } catch (ExecutionException failure) {
            switch (failure.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw new IllegalStateException(failure.getCause());
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while work in a namespace went on", interrupted);
        }
    }
}
