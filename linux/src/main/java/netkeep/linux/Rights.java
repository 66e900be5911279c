package netkeep.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/// Whose this process is, who may look into it, and how much it may have: all of its threads.
public final class Rights {
    /// Octets of private writable memory (RLIMIT_DATA).
    public static final int MEMORY = 2;
    /// Octets of a file that is written to.
    public static final int FILE_LENGTH = 1;
    /// Octets of a core file.
    public static final int CORE = 4;
    /// Threads of all processes of the user.
    public static final int THREADS = 6;
    /// Descriptors.
    public static final int DESCRIPTORS = 7;

    private static final int PR_SET_DUMPABLE = 4;
    private static final int PR_SET_NO_NEW_PRIVS = 38;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle SETGROUPS =
            function("setgroups", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS));
    private static final MethodHandle SETRESGID =
            function("setresgid", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle SETRESUID =
            function("setresuid", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));

    private Rights() {}

    /// Makes the process another user's, with one group of the same number and no other. The system call would do so
    /// for the calling thread alone; libc does it for all. Root's capabilities are gone with it.
    ///
    /// @throws LinuxException EPERM for who may not, EINVAL where this user namespace has no such number
    public static void become(int user) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            // The numbers first: whether this namespace has them is known before anything has changed but the groups.
            check((int) SETGROUPS.invokeExact(state, 0L, MemorySegment.NULL), state, "setgroups");
            check((int) SETRESGID.invokeExact(state, user, user, user), state, "setresgid");
            check((int) SETRESUID.invokeExact(state, user, user, user), state, "setresuid");
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    /// The process leaves no core, and other processes of its user can neither trace it nor open what it has open.
    public static void hide() {
        Threads.prctl(PR_SET_DUMPABLE, 0, 0);
    }

    /// The calling thread, and all that it starts, gain no privilege by whatever they run.
    public static void gainNone() {
        Threads.prctl(PR_SET_NO_NEW_PRIVS, 1, 0);
    }

    /// Bounds what the process may have of something, for good: never to more than it may by now.
    ///
    /// @param what one of the constants
    public static void bound(int what, long most) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment limit = arena.allocate(2 * JAVA_LONG.byteSize(), JAVA_LONG.byteSize());
            long bound = most(what, most);
            limit.setAtIndex(JAVA_LONG, 0, bound);
            limit.setAtIndex(JAVA_LONG, 1, bound);
            LinuxException.check(
                    Call.own().raw(Architecture.PRLIMIT64, 0, what, limit.address(), 0, 0, 0), "prlimit " + what);
        }
    }

    /// How much the process may have of something, however it is bound by itself.
    ///
    /// @param what one of the constants
    /// @param most that is asked for
    public static long most(int what, long most) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment limit = arena.allocate(2 * JAVA_LONG.byteSize(), JAVA_LONG.byteSize());
            LinuxException.check(
                    Call.own().raw(Architecture.PRLIMIT64, 0, what, 0, limit.address(), 0, 0), "prlimit " + what);
            // Unsigned: none is the highest number.
            long hard = limit.getAtIndex(JAVA_LONG, 1);
            return Long.compareUnsigned(hard, most) < 0 ? hard : most;
        }
    }

    private static void check(int answer, MemorySegment state, String call) {
        if (answer < 0) {
            throw new LinuxException(call, (int) ERRNO.get(state, 0L));
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(String name, FunctionDescriptor type) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name), type, Linker.Option.captureCallState("errno"));
    }
}
