package netkeep.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;

/// The calling thread and processes: cores, ids, namespaces, signals.
public final class Threads {
    public static final int CLONE_NEWNS = 0x20000;
    public static final int CLONE_NEWUSER = 0x10000000;
    public static final int CLONE_NEWNET = 0x40000000;
    public static final int SIGTERM = 15;
    public static final int SIGKILL = 9;

    /// How those go before others for whom all wait, as nice(1).
    public static final int FIRST = -20;

    private static final int WNOHANG = 1;
    private static final int PIDFD_THREAD = 0x80;

    // sched_setattr(2): struct sched_attr as it was at first, and fields that are not 0 there.
    private static final int ATTRIBUTES = 48;
    private static final int FLAGS_AT = 8;
    private static final int NICE_AT = 16;
    private static final int RUNTIME_AT = 24;
    private static final long RESET_ON_FORK = 1;

    /// The shortest slice that there is, ns: who has it, and is awoken, has not to wait for the end of another's, as
    /// long as that is (Linux 6.12; before all have the same).
    private static final long SLICE_NS = 100_000;

    // Room for 8192 cores, the most that Linux is built for.
    private static final long CORES = 1024;

    private Threads() {}

    /// Binds the calling thread, and those it starts from now on, to these cores.
    public static void affinity(int... cores) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(CORES, Long.BYTES);
            for (int core : cores) {
                long at = core / 8;
                mask.set(JAVA_BYTE, at, (byte) (mask.get(JAVA_BYTE, at) | 1 << core % 8));
            }
            LinuxException.check(
                    Call.own().raw(Architecture.SCHED_SETAFFINITY, 0, CORES, mask.address(), 0, 0, 0),
                    "sched_setaffinity");
        }
    }

    /// The cores that the calling thread may run on.
    public static int[] affinity() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(CORES, Long.BYTES);
            LinuxException.check(
                    Call.own().raw(Architecture.SCHED_GETAFFINITY, 0, CORES, mask.address(), 0, 0, 0),
                    "sched_getaffinity");
            return BitSet.valueOf(mask.asByteBuffer()).stream().toArray();
        }
    }

    /// The effective user: 0 is root, of its own user namespace at least.
    public static int effectiveUser() {
        return (int) Call.own().raw(Architecture.GETEUID, 0, 0, 0, 0, 0, 0);
    }

    public static int processId() {
        return (int) Call.own().raw(Architecture.GETPID, 0, 0, 0, 0, 0, 0);
    }

    public static int threadId() {
        return (int) Call.own().raw(Architecture.GETTID, 0, 0, 0, 0, 0, 0);
    }

    /// Has the calling thread, and those it starts from now on, give way to others: for good, unless it is root's.
    ///
    /// @param nice as nice(1), 1..19
    public static void giveWay(int nice) {
        LinuxException.check(Call.own().raw(Architecture.SETPRIORITY, 0, 0, nice, 0, 0, 0), "setpriority");
    }

    /// How a thread gives way.
    ///
    /// @return as nice(1), -20..19; 0 if it has ended
    public static int nice(int thread) {
        // getpriority(2): the call answers 20 less that, for it may not be negative.
        long answer = Call.own().raw(Architecture.GETPRIORITY, 0, thread, 0, 0, 0, 0);
        return answer < 0 ? 0 : 20 - (int) answer;
    }

    /// Has a thread that others wait for go before others, or no more. Either way it has short slices from now on.
    ///
    /// @param thread of any process
    /// @param nice   as nice(1), -20..19
    /// @return false if it has ended, or who is not root asks for what only root may
    public static boolean prefer(int thread, int nice) {
        return schedule(thread, nice, SLICE_NS, 0);
    }

    /// Has the calling thread go before all others, where it is root. Those that it starts do not.
    public static void goFirst() {
        schedule(0, FIRST, SLICE_NS, RESET_ON_FORK);
    }

    private static boolean schedule(int thread, int nice, long sliceNs, long flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(ATTRIBUTES, Long.BYTES);
            attributes.set(JAVA_INT, 0, ATTRIBUTES);
            attributes.set(JAVA_LONG, FLAGS_AT, flags);
            attributes.set(JAVA_INT, NICE_AT, nice);
            attributes.set(JAVA_LONG, RUNTIME_AT, sliceNs);
            return Call.own().raw(Architecture.SCHED_SETATTR, thread, attributes.address(), 0, 0, 0, 0) == 0;
        }
    }

    /// Has those threads of a process that have a name go before others, if the caller is root.
    ///
    /// @param name as the kernel has it: 15 octets at most
    /// @param nice as nice(1), -20..19
    public static void prefer(long process, String name, int nice) {
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/" + process + "/task"))) {
            for (Path each : threads) {
                if (Files.readString(each.resolve("comm")).strip().equals(name)) {
                    prefer(Integer.parseInt(String.valueOf(each.getFileName())), nice);
                }
            }
        } catch (IOException | DirectoryIteratorException ended) {
            // One of them did, or nobody may know: the rest stays as it is.
        }
    }

    /// Has all threads of a process go before others, or no more, that are as nice as they say.
    ///
    /// @param from the nice values of those it concerns, as nice(1): the least
    /// @param to   the most
    /// @param nice what they become
    public static void preferAll(int process, int from, int to, int nice) {
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/" + process + "/task"))) {
            for (Path each : threads) {
                int thread = Integer.parseInt(String.valueOf(each.getFileName()));
                int now = nice(thread);
                if (now >= from && now <= to) {
                    schedule(thread, nice, nice < 0 ? SLICE_NS : 0, 0);
                }
            }
        } catch (IOException | DirectoryIteratorException ended) {
            // Nobody is left.
        }
    }

    /// Moves the calling thread to new namespaces; the other threads of the process stay.
    ///
    /// @param flags `CLONE_NEW*`
    public static void unshare(int flags) {
        long answer = Call.own().raw(Architecture.UNSHARE, flags, 0, 0, 0, 0, 0);
        if (answer < 0) {
            throw new LinuxException(
                    "unshare",
                    (int) -answer,
                    answer == -Errno.EPERM
                            ? "run as root, or under: unshare --user --map-root-user --net -- COMMAND"
                            : "");
        }
    }

    /// Moves the calling thread to a namespace that exists.
    ///
    /// @param kind `CLONE_NEW*` of that kind, or 0 for any
    public static void enter(int namespace, int kind) {
        LinuxException.check(Call.own().raw(Architecture.SETNS, namespace, kind, 0, 0, 0, 0), "setns");
    }

    /// prctl(2), for those whose answer is a number.
    public static long prctl(int option, long second, long third) {
        return LinuxException.check(
                Call.own().raw(Architecture.PRCTL, option, second, third, 0, 0, 0), "prctl " + option);
    }

    /// A descriptor of a process, readable when that has ended.
    public static int pidfd(long process) {
        return (int) LinuxException.check(
                Call.own().raw(Architecture.PIDFD_OPEN, process, 0, 0, 0, 0, 0), "pidfd_open " + process);
    }

    /// A descriptor of one thread, readable when that has ended: sooner than its process, whose memory is taken down
    /// before it counts as ended.
    ///
    /// @throws LinuxException if there is no such thread; EINVAL before Linux 6.9
    public static int threadfd(long thread) {
        return (int) LinuxException.check(
                Call.own().raw(Architecture.PIDFD_OPEN, thread, PIDFD_THREAD, 0, 0, 0, 0), "pidfd_open " + thread);
    }

    /// With what status a process ends of which a thread has ended, before [#reap] can say so.
    ///
    /// @return as [#reap]; -1 if the kernel does not tell
    public static int endOf(long process) {
        try {
            String stat = Files.readString(Path.of("/proc/" + process + "/stat"), StandardCharsets.ISO_8859_1);
            int status =
                    Integer.parseInt(stat.substring(stat.lastIndexOf(' ') + 1).strip());
            // Whoever may not know is told 0, as of one that ends in order.
            return status == 0 ? -1 : status;
        } catch (IOException gone) {
            return -1;
        }
    }

    /// Waits for a child of this process that has ended.
    ///
    /// @return its status as `wait` gives it: the signal in the low seven bits, else the exit code above eight; -1
    ///         while it lives
    public static int reap(long process) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(JAVA_INT);
            long answer = LinuxException.check(
                    Call.own().raw(Architecture.WAIT4, process, status.address(), WNOHANG, 0, 0, 0), "wait4");
            return answer == 0 ? -1 : status.get(JAVA_INT, 0);
        }
    }

    public static void kill(long process, int signal) {
        LinuxException.check(Call.own().raw(Architecture.KILL, process, signal, 0, 0, 0, 0), "kill " + process);
    }
}
