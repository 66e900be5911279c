package netkeep.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Files and what else has a descriptor: open, close, shared memory with seals, eventfds.
public final class Descriptors {
    public static final int O_RDONLY = 0;
    public static final int O_WRONLY = 1;
    public static final int O_RDWR = 2;
    public static final int O_CREAT = 0x40;
    public static final int O_NONBLOCK = 0x800;
    public static final int O_CLOEXEC = 0x80000;

    /// No further seals.
    public static final int F_SEAL_SEAL = 1;
    /// The size never shrinks.
    public static final int F_SEAL_SHRINK = 2;
    /// The size never grows.
    public static final int F_SEAL_GROW = 4;
    /// No new writable mapping; those that exist go on.
    public static final int F_SEAL_FUTURE_WRITE = 0x10;

    private static final int AT_FDCWD = -100;
    private static final int MFD_CLOEXEC = 1;
    private static final int MFD_ALLOW_SEALING = 2;
    private static final int EFD_CLOEXEC = 0x80000;
    private static final int F_ADD_SEALS = 1033;
    private static final int F_GET_SEALS = 1034;
    private static final int SEEK_DATA = 3;
    private static final int SEEK_HOLE = 4;
    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int FALLOC_FL_KEEP_SIZE = 1;
    private static final int FALLOC_FL_PUNCH_HOLE = 2;

    // `struct stat`: length and number of blocks, of 512 octets, lie at the same places on all architectures.
    private static final int STAT = 144;
    private static final int STAT_LENGTH = 48;
    private static final int STAT_BLOCKS = 64;
    private static final int STAT_BLOCK = 512;

    private Descriptors() {}

    /// Opens a file that is there.
    ///
    /// @param flags `O_*`; `O_CLOEXEC` is added
    public static int open(String path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            long name = arena.allocateFrom(path).address();
            long answer = Call.own().raw(Architecture.OPENAT, AT_FDCWD, name, flags | O_CLOEXEC, 0, 0, 0);
            return (int) LinuxException.check(answer, "open " + path);
        }
    }

    public static void close(int descriptor) {
        LinuxException.check(Call.own().raw(Architecture.CLOSE, descriptor, 0, 0, 0, 0, 0), "close " + descriptor);
    }

    /// A second descriptor of the same open file, closed on exec.
    public static int duplicate(int descriptor) {
        return fcntl(descriptor, F_DUPFD_CLOEXEC, 0, "fcntl F_DUPFD_CLOEXEC");
    }

    /// As [#duplicate], its number at least `least`.
    static int duplicateFrom(int descriptor, int least) {
        return fcntl(descriptor, F_DUPFD_CLOEXEC, least, "fcntl F_DUPFD_CLOEXEC");
    }

    /// Anonymous memory that can be shared by passing its descriptor, `length` octets of zeros. Every page is there
    /// from the start, so that no later touch can fail for want of memory, in whoever touches first; only its owner
    /// may open it again.
    ///
    /// @param name shown in /proc, nothing else
    public static int memory(String name, long length) {
        int descriptor = sparse(name, length);
        try {
            allocate(descriptor, 0, length);
            return descriptor;
        } catch (LinuxException failure) {
            close(descriptor);
            throw failure;
        }
    }

    /// As [#memory], but a page is there only once it is touched: where there is no memory then, whoever touches it
    /// dies.
    public static int sparse(String name, long length) {
        int descriptor;
        Call call = Call.own();
        try (Arena arena = Arena.ofConfined()) {
            long address = arena.allocateFrom(name).address();
            int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
            descriptor = (int) LinuxException.check(
                    call.raw(Architecture.MEMFD_CREATE, address, flags, 0, 0, 0, 0), "memfd_create " + name);
        }
        try {
            LinuxException.check(
                    call.raw(Architecture.FTRUNCATE, descriptor, length, 0, 0, 0, 0), "ftruncate to " + length);
            LinuxException.check(call.raw(Architecture.FCHMOD, descriptor, 0600, 0, 0, 0, 0), "fchmod");
        } catch (LinuxException failure) {
            close(descriptor);
            throw failure;
        }
        return descriptor;
    }

    /// Backs a range of a file with memory or disk now.
    public static void allocate(int descriptor, long at, long length) {
        LinuxException.check(
                Call.own().raw(Architecture.FALLOCATE, descriptor, FALLOC_FL_KEEP_SIZE, at, length, 0, 0),
                "fallocate " + length);
    }

    /// Gives the pages of a range of shared memory back; they read as zeros.
    public static void punch(int descriptor, long at, long length) {
        int mode = FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE;
        LinuxException.check(
                Call.own().raw(Architecture.FALLOCATE, descriptor, mode, at, length, 0, 0), "fallocate PUNCH_HOLE");
    }

    /// Octets of memory or disk behind a file, holes not counted.
    public static long allocated(int descriptor) {
        return stat(descriptor, STAT_BLOCKS) * STAT_BLOCK;
    }

    /// Octets of a file, holes counted.
    public static long length(int descriptor) {
        return stat(descriptor, STAT_LENGTH);
    }

    private static long stat(int descriptor, long at) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment stat = arena.allocate(STAT, Long.BYTES);
            LinuxException.check(Call.own().raw(Architecture.FSTAT, descriptor, stat.address(), 0, 0, 0, 0), "fstat");
            return stat.get(JAVA_LONG, at);
        }
    }

    /// Where the first octet from `at` on is that lies in no hole, -1 if none does. Moves the file's position.
    public static long data(int descriptor, long at) {
        long answer = Call.own().raw(Architecture.LSEEK, descriptor, at, SEEK_DATA, 0, 0, 0);
        return answer == -Errno.ENXIO ? -1 : LinuxException.check(answer, "lseek SEEK_DATA");
    }

    /// Where the first hole from `at` on begins, or the file ends. Moves the file's position.
    public static long hole(int descriptor, long at) {
        return LinuxException.check(
                Call.own().raw(Architecture.LSEEK, descriptor, at, SEEK_HOLE, 0, 0, 0), "lseek SEEK_HOLE");
    }

    /// Changes a file's length.
    public static void truncate(int descriptor, long length) {
        LinuxException.check(
                Call.own().raw(Architecture.FTRUNCATE, descriptor, length, 0, 0, 0, 0), "ftruncate to " + length);
    }

    /// Adds seals to shared memory, for good.
    ///
    /// @param seals `F_SEAL_*`
    public static void seal(int descriptor, int seals) {
        fcntl(descriptor, F_ADD_SEALS, seals, "fcntl F_ADD_SEALS");
    }

    /// The seals of shared memory.
    public static int seals(int descriptor) {
        return fcntl(descriptor, F_GET_SEALS, 0, "fcntl F_GET_SEALS");
    }

    /// A counter that can be waited for: a doorbell. Non-blocking, see [Bell].
    public static int eventfd() {
        return (int) LinuxException.check(
                Call.own().raw(Architecture.EVENTFD2, 0, EFD_CLOEXEC | O_NONBLOCK, 0, 0, 0, 0), "eventfd2");
    }

    /// An ioctl whose argument is a number.
    static long ioctl(int descriptor, long request, long argument) {
        return Call.own().raw(Architecture.IOCTL, descriptor, request, argument, 0, 0, 0);
    }

    /// An ioctl whose argument is memory.
    static long ioctl(int descriptor, long request, MemorySegment argument) {
        return Call.own().raw(Architecture.IOCTL, descriptor, request, argument.address(), 0, 0, 0);
    }

    /// An ioctl whose argument is a pointer to an int.
    static long ioctlInt(int descriptor, long request, int argument) {
        try (Arena arena = Arena.ofConfined()) {
            return ioctl(descriptor, request, arena.allocateFrom(JAVA_INT, argument));
        }
    }

    private static int fcntl(int descriptor, int command, long argument, String name) {
        return (int)
                LinuxException.check(Call.own().raw(Architecture.FCNTL, descriptor, command, argument, 0, 0, 0), name);
    }
}
