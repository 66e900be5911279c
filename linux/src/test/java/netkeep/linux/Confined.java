package netkeep.linux;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/// The process of [SeccompTest]: gives its rights up, tries what it may not do any more and what it still may, and says
/// what came of each.
final class Confined {
    private interface Attempt {
        void run() throws Exception;
    }

    private static final List<String> SAID = new ArrayList<>();

    private Confined() {}

    public static void main(String[] arguments) throws Exception {
        int parent = Integer.parseInt(arguments[0]);
        // Once, so that all code is there.
        attempts(parent);
        SAID.clear();
        Seccomp.giveUp();
        attempts(parent);
        System.out.println(String.join("\n", SAID));
    }

    private static void attempts(int parent) throws Exception {
        attempt("open", () -> Descriptors.close(Descriptors.open("/dev/null", Descriptors.O_RDONLY)));
        attempt("reopen", () -> Descriptors.close(Descriptors.open("/proc/self/fd/0", Descriptors.O_RDWR)));
        attempt("socket", () -> Descriptors.close(Sockets.socket(Sockets.AF_UNIX, Sockets.SOCK_STREAM, 0)));
        attempt("spawn", () -> reap(Spawn.start(List.of("true"), List.of())));
        attempt("signal", () -> Threads.kill(parent, 0));
        attempt("trace", () -> Descriptors.close(Threads.pidfd(parent)));
        attempt("namespace", () -> Threads.unshare(Threads.CLONE_NEWUSER));
        attempt("memory", () -> {
            try (Arena arena = Arena.ofConfined()) {
                Memory.sparse(arena, 1 << 20).fill((byte) 1);
            }
        });
        attempt("thread", () -> Thread.ofPlatform().start(() -> {}).join());
    }

    private static void reap(int process) {
        while (Threads.reap(process) < 0) {
            Thread.onSpinWait();
        }
    }

    private static void attempt(String name, Attempt attempt) throws Exception {
        try {
            attempt.run();
            SAID.add(name + " done");
        } catch (LinuxException refused) {
            SAID.add(name + " refused " + refused.errno());
        }
    }
}
