package netkeep.linux;

import java.util.Locale;

/// What differs between processors: the numbers of the system calls and one layout.
///
/// Only calls that every architecture has are used (`openat`, `ppoll`, `epoll_pwait2`), so that a new one is a new
/// column here and nothing else.
enum Architecture {
    X86_64(new int[] {
        0, 1, 19, 20, 257, 3, 16, 41, 49, 54, 55, 51, 46, 47, 44, 45, 271, 291, 233, 441, 290, 319, 77, 285, 72, 91, 9,
        11, 28, 272, 308, 203, 204, 24, 102, 107, 157, 202, 62, 434, 186, 39, 53, 42, 50, 288, 61, 317, 444, 445, 446,
        302, 5, 17, 8, 141, 321, 140, 314, 48
    }),
    AARCH64(new int[] {
        63, 64, 65, 66, 56, 57, 29, 198, 200, 208, 209, 204, 211, 212, 206, 207, 73, 20, 21, 441, 19, 279, 46, 47, 25,
        52, 222, 215, 233, 97, 268, 122, 123, 124, 174, 175, 167, 98, 129, 434, 178, 172, 199, 203, 201, 242, 260, 277,
        444, 445, 446, 261, 80, 67, 62, 140, 280, 141, 274, 210
    });

    // The column's index of each call: the order of the tables above.
    static final int READ = 0;
    static final int WRITE = 1;
    static final int READV = 2;
    static final int WRITEV = 3;
    static final int OPENAT = 4;
    static final int CLOSE = 5;
    static final int IOCTL = 6;
    static final int SOCKET = 7;
    static final int BIND = 8;
    static final int SETSOCKOPT = 9;
    static final int GETSOCKOPT = 10;
    static final int GETSOCKNAME = 11;
    static final int SENDMSG = 12;
    static final int RECVMSG = 13;
    static final int SENDTO = 14;
    static final int RECVFROM = 15;
    static final int PPOLL = 16;
    static final int EPOLL_CREATE1 = 17;
    static final int EPOLL_CTL = 18;
    static final int EPOLL_PWAIT2 = 19;
    static final int EVENTFD2 = 20;
    static final int MEMFD_CREATE = 21;
    static final int FTRUNCATE = 22;
    static final int FALLOCATE = 23;
    static final int FCNTL = 24;
    static final int FCHMOD = 25;
    static final int MMAP = 26;
    static final int MUNMAP = 27;
    static final int MADVISE = 28;
    static final int UNSHARE = 29;
    static final int SETNS = 30;
    static final int SCHED_SETAFFINITY = 31;
    static final int SCHED_GETAFFINITY = 32;
    static final int SCHED_YIELD = 33;
    static final int GETUID = 34;
    static final int GETEUID = 35;
    static final int PRCTL = 36;
    static final int FUTEX = 37;
    static final int KILL = 38;
    static final int PIDFD_OPEN = 39;
    static final int GETTID = 40;
    static final int GETPID = 41;
    static final int SOCKETPAIR = 42;
    static final int CONNECT = 43;
    static final int LISTEN = 44;
    static final int ACCEPT4 = 45;
    static final int WAIT4 = 46;
    static final int SECCOMP = 47;
    static final int LANDLOCK_CREATE_RULESET = 48;
    static final int LANDLOCK_ADD_RULE = 49;
    static final int LANDLOCK_RESTRICT_SELF = 50;
    static final int PRLIMIT64 = 51;
    static final int FSTAT = 52;
    static final int PREAD64 = 53;
    static final int LSEEK = 54;
    static final int SETPRIORITY = 55;
    static final int BPF = 56;
    static final int GETPRIORITY = 57;
    static final int SCHED_SETATTR = 58;
    static final int SHUTDOWN = 59;

    private static final Architecture HERE = here();

    @SuppressWarnings("ImmutableEnumChecker") // never written after the constructor, never handed out
    private final int[] numbers;

    Architecture(int[] numbers) {
        this.numbers = numbers;
    }

    /// The number of a call on this machine.
    static int number(int call) {
        return HERE.numbers[call];
    }

    static boolean isX86() {
        return HERE == X86_64;
    }

    /// Octets from one `epoll_event` to the next: packed on x86-64 alone.
    static int epollEventLength() {
        return HERE == X86_64 ? 12 : 16;
    }

    private static Architecture here() {
        String name = System.getProperty("os.arch", "");
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64" -> X86_64;
            case "aarch64", "arm64" -> AARCH64;
            default ->
                throw new UnsupportedOperationException(
                        "netkeep.linux knows the system calls of x86-64 and AArch64, not of " + name);
        };
    }
}
