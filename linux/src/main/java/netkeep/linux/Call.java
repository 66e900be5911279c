package netkeep.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.util.Objects;

/// The calls of a loop: they allocate nothing and answer a failure as `-errno`.
///
/// Each object holds the word in which libc leaves errno, so one object serves one thread at a time.
/// Memory is always native, and its bounds are checked before the kernel sees an address.
public final class Call {
    private static final MethodHandle SYSCALL = syscall();
    private static final ThreadLocal<Call> OWN = ThreadLocal.withInitial(Call::new);

    private final MemorySegment errno = Arena.ofAuto().allocate(JAVA_LONG);
    private final Timespan timeout = new Timespan();

    public Call() {}

    /// The calling thread's own, for what is called seldom. An object for each call would hold memory that
    /// only the collector gives back; its cleaner survives the first collection, and is old then for long.
    static Call own() {
        return OWN.get();
    }

    /// Reads up to `length` octets to `at`.
    ///
    /// @return octets read, 0 at the end, or `-errno`
    public int read(int descriptor, MemorySegment to, long at, int length) {
        long answer = raw(Architecture.READ, descriptor, writable(to, at, length), length, 0, 0, 0);
        Reference.reachabilityFence(to);
        return (int) answer;
    }

    /// Reads up to `length` octets to `at`, from `offset` of a file on; its position stays.
    ///
    /// @return as [#read]
    public int pread(int descriptor, MemorySegment to, long at, int length, long offset) {
        long answer = raw(Architecture.PREAD64, descriptor, writable(to, at, length), length, offset, 0, 0);
        Reference.reachabilityFence(to);
        return (int) answer;
    }

    /// Writes `length` octets that begin at `at`.
    ///
    /// @return octets written, or `-errno`
    public int write(int descriptor, MemorySegment from, long at, int length) {
        long answer = raw(Architecture.WRITE, descriptor, address(from, at, length), length, 0, 0, 0);
        Reference.reachabilityFence(from);
        return (int) answer;
    }

    /// Reads to the pieces in turn.
    ///
    /// @return octets read, or `-errno`
    public int readv(int descriptor, Vector pieces) {
        return (int) raw(Architecture.READV, descriptor, pieces.address(), pieces.count(), 0, 0, 0);
    }

    /// Writes the pieces as one.
    ///
    /// @return octets written, or `-errno`
    public int writev(int descriptor, Vector pieces) {
        return (int) raw(Architecture.WRITEV, descriptor, pieces.address(), pieces.count(), 0, 0, 0);
    }

    /// Sends to the other end of a socket.
    ///
    /// @param flags `MSG_*`, as in [Sockets]
    /// @return octets sent, or `-errno`
    public int send(int descriptor, MemorySegment from, long at, int length, int flags) {
        long answer = raw(Architecture.SENDTO, descriptor, address(from, at, length), length, flags, 0, 0);
        Reference.reachabilityFence(from);
        return (int) answer;
    }

    /// Receives from the other end of a socket.
    ///
    /// @param flags `MSG_*`, as in [Sockets]
    /// @return octets received, or `-errno`
    public int receive(int descriptor, MemorySegment to, long at, int length, int flags) {
        long answer = raw(Architecture.RECVFROM, descriptor, writable(to, at, length), length, flags, 0, 0);
        Reference.reachabilityFence(to);
        return (int) answer;
    }

    /// Sends a message.
    ///
    /// @param flags `MSG_*`, as in [Sockets]
    /// @return octets sent, or `-errno`
    public int sendmsg(int descriptor, Message message, int flags) {
        return (int) raw(Architecture.SENDMSG, descriptor, message.address(), flags, 0, 0, 0);
    }

    /// Receives a message.
    ///
    /// @param flags `MSG_*`, as in [Sockets]
    /// @return octets received, or `-errno`
    public int recvmsg(int descriptor, Message message, int flags) {
        message.ready();
        return (int) raw(Architecture.RECVMSG, descriptor, message.address(), flags, 0, 0, 0);
    }

    /// Sleeps until a word is woken, unless it no longer holds `expected`. The word may lie in memory that other
    /// processes map.
    ///
    /// @param timeoutNs [Poller#NEVER] to wait for ever
    /// @return 0 when woken, or `-errno`: EAGAIN if the word had changed, ETIMEDOUT
    public int futexWait(MemorySegment word, long at, int expected, long timeoutNs) {
        long until = timeoutNs == Poller.NEVER ? 0 : timeout.ns(timeoutNs).address();
        long answer = raw(Architecture.FUTEX, address(word, at, Integer.BYTES), 0, expected, until, 0, 0);
        Reference.reachabilityFence(word);
        return (int) answer;
    }

    /// Wakes up to `count` sleepers of a word.
    ///
    /// @return how many were woken, or `-errno`
    public int futexWake(MemorySegment word, long at, int count) {
        long answer = raw(Architecture.FUTEX, address(word, at, Integer.BYTES), 1, count, 0, 0, 0);
        Reference.reachabilityFence(word);
        return (int) answer;
    }

    /// Lets another thread have this core, if one waits for it.
    public void yield() {
        raw(Architecture.SCHED_YIELD, 0, 0, 0, 0, 0, 0);
    }

    /// Any call of [Architecture], its arguments as they are.
    ///
    /// @return the answer, or `-errno`
    long raw(int call, long first, long second, long third, long fourth, long fifth, long sixth) {
        long answer;
        try {
            answer = (long) SYSCALL.invokeExact(
                    errno, (long) Architecture.number(call), first, second, third, fourth, fifth, sixth);
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
        return answer == -1 ? -(long) errno.get(JAVA_INT, 0) : answer;
    }

    /// Where the kernel finds `length` octets at `at`.
    static long address(MemorySegment memory, long at, long length) {
        Objects.checkFromIndexSize(at, length, memory.byteSize());
        if (!memory.isNative()) {
            throw new IllegalArgumentException("memory is on the heap: the kernel needs native memory");
        }
        return memory.address() + at;
    }

    /// As [#address], of memory that the kernel may write to.
    static long writable(MemorySegment memory, long at, long length) {
        if (memory.isReadOnly()) {
            throw new IllegalArgumentException("memory is read-only");
        }
        return address(memory, at, length);
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
