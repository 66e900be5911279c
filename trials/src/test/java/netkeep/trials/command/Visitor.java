package netkeep.trials.command;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import netkeep.domain.Shared;
import netkeep.linux.LinuxException;
import netkeep.linux.Sockets;
import netkeep.linux.Spawn;
import netkeep.linux.Threads;

/// Tries, inside a domain, what a domain must not do, each time that [Sandbox#VISITOR] is called, and says what came of
/// each: `wall PROCESS STAGE NAME ERRNO`, errno 0 for what was done. [#LAST] is the last name of a stage.
public final class Visitor implements Runnable {
    static final String LAST = "high descriptor";

    private static final boolean X86 = System.getProperty("os.arch").equals("amd64");
    private static final int SIGHAND_ALONE = 0x800;
    private static final int PTRACE_ATTACH = 16;
    private static final int MAP_SHARED = 1;
    private static final int MAP_OF_OUR_OWN = 0x4022;
    private static final int PAGE = 4096;
    private static final int HIGH_DESCRIPTOR = 1 << 14;

    /// syscall(2).
    public interface Raw {
        long call(MemorySegment errno, long number, long a, long b, long c, long d, long e, long f);
    }

    private static final Raw SYSCALL = MethodHandleProxies.asInterfaceInstance(Raw.class, syscall());

    private final Arena arena = Arena.ofShared();
    private final MemorySegment errno = arena.allocate(JAVA_INT);
    private final Map<String, Integer> said = new LinkedHashMap<>();
    private final long self = ProcessHandle.current().pid();
    private final long parent = ProcessHandle.current().parent().orElseThrow().pid();

    /// A region as its reader has it, and its mapping.
    private final int readOnly = Shared.readOnly(Shared.make("visited", PAGE));
    private final long mapped = raw(X86 ? 9 : 222, 0, PAGE, 1, MAP_SHARED, readOnly, 0);

    private final int tcp = Sockets.socket(Sockets.AF_INET, Sockets.SOCK_STREAM, 0);
    private final int udp = Sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM, 0);
    private int stage;

    /// For [Sandbox].
    public Visitor() {}

    @Override
    public void run() {
        said.clear();
        files();
        network();
        processes();
        amounts();
        said.forEach((name, answer) -> System.out.println("wall " + self + " " + stage + " " + name + " " + answer));
        if (stage > 0) {
            // A standby that is told before it has rehearsed may never have done that.
            new SecureRandom().nextLong();
        }
        // Whoever cannot open a file any more can still say what is wrong.
        System.getLogger(Visitor.class.getName()).log(System.Logger.Level.WARNING, "stage " + stage);
        stage++;
    }

    private void files() {
        attempt("read", X86 ? 257 : 56, -100, text("/dev/null"), 0);
        attempt("write", X86 ? 257 : 56, -100, text("/dev/null"), 1);
        attempt("reopen", X86 ? 257 : 56, -100, text("/proc/self/fd/" + readOnly), 2);
        attempt("map", X86 ? 9 : 222, 0, PAGE, 3, MAP_SHARED, readOnly);
        attempt("protect", X86 ? 10 : 226, mapped, PAGE, 3);
        attempt("mount", X86 ? 165 : 40, 0, text("/"), 0, 0x8000);
    }

    private void network() {
        // sockaddr_in: 127.0.0.1, port 9.
        MemorySegment nobody =
                arena.allocateFrom(JAVA_BYTE, new byte[] {2, 0, 0, 9, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0});
        attempt("socket", X86 ? 41 : 198, 2, 2, 0);
        attempt("local socket", X86 ? 41 : 198, 1, 1, 0);
        attempt("connect", X86 ? 42 : 203, tcp, nobody.address(), nobody.byteSize());
        attempt("bind", X86 ? 49 : 200, tcp, nobody.address(), nobody.byteSize());
        attempt("send", X86 ? 44 : 206, udp, nobody.address(), 1, 0, nobody.address(), nobody.byteSize());
    }

    private void processes() {
        // What the kernel itself refuses otherwise: a fork would be one of a JVM.
        attempt("fork", X86 ? 56 : 220, SIGHAND_ALONE);
        attempt("exec", X86 ? 59 : 221, text("/nowhere"), 0, 0);
        spawn();
        attempt("trace", X86 ? 101 : 117, PTRACE_ATTACH, parent);
        MemorySegment octets = arena.allocateFrom(JAVA_LONG, errno.address(), 1);
        attempt("look into", X86 ? 310 : 270, parent, octets.address(), 1, octets.address(), 1);
        attempt("signal", X86 ? 62 : 129, parent, 0);
        attempt("namespace", X86 ? 272 : 97, Threads.CLONE_NEWNS);
        attempt("user namespace", X86 ? 272 : 97, Threads.CLONE_NEWUSER);
        attempt("become root", X86 ? 117 : 147, 0, 0, 0);
    }

    private void amounts() {
        long much = 1L << 36;
        long at = attempt("much memory", X86 ? 9 : 222, 0, much, 3, MAP_OF_OUR_OWN, -1);
        if (at > 0) {
            raw(X86 ? 11 : 215, at, much, 0, 0, 0, 0);
        }
        attempt(LAST, X86 ? 72 : 25, udp, 0, HIGH_DESCRIPTOR);
    }

    private void spawn() {
        try {
            int process = Spawn.start(List.of("true"), List.of());
            while (Threads.reap(process) < 0) {
                Thread.onSpinWait();
            }
            said.put("spawn", 0);
        } catch (LinuxException refused) {
            said.put("spawn", refused.errno());
        }
    }

    private long text(String text) {
        return arena.allocateFrom(text).address();
    }

    private long attempt(String name, long call, long... arguments) {
        long[] six = Arrays.copyOf(arguments, 6);
        long answer = raw(call, six[0], six[1], six[2], six[3], six[4], six[5]);
        said.put(name, answer == -1 ? errno.get(JAVA_INT, 0) : 0);
        return answer;
    }

    private long raw(long call, long a, long b, long c, long d, long e, long f) {
        return SYSCALL.call(errno, call, a, b, c, d, e, f);
    }

    @SuppressWarnings("restricted")
    private static MethodHandle syscall() {
        Linker linker = Linker.nativeLinker();
        FunctionDescriptor seven = FunctionDescriptor.of(
                JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow("syscall"), seven, Linker.Option.captureCallState("errno"));
    }
}
