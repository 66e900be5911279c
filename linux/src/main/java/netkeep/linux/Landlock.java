package netkeep.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;

/// Takes from the calling thread, and from all that it starts from then on, for good, every access to files and to the
/// network that the kernel knows to take: landlock(7). What is open stays open. Other threads of the process keep what
/// they have: seccomp is for all of them.
public final class Landlock {
    private static final int VERSION = 1;
    private static final int PATH_BENEATH = 1;
    private static final int O_PATH = 0x200000;

    private static final long EXECUTE = 1;
    private static final long WRITE_FILE = 1 << 1;
    private static final long READ_FILE = 1 << 2;
    private static final long READ_DIRECTORY = 1 << 3;
    private static final long TRUNCATE = 1 << 14;

    /// The rights on files that each version of the interface knows, from version 1 on.
    private static final long[] FILES = {(1 << 13) - 1, (1 << 14) - 1, (1 << 15) - 1, (1 << 15) - 1, (1 << 16) - 1};

    /// To bind and to connect TCP sockets of the kernel's, from version 4 on.
    private static final long NETWORK = 3;

    /// To signal, and to connect to abstract UNIX sockets, beyond those who are confined alike; from version 6 on.
    private static final long SCOPED = 3;

    /// Rights that are kept on what lies beneath a path.
    ///
    /// @param writable whether files may be made, written and removed, too; else they may be read and run
    public record Beneath(String path, boolean writable) {}

    private Landlock() {}

    /// The version of the kernel's interface, 0 where it has none or has turned it off.
    public static int version() {
        return (int) Math.max(0, Call.own().raw(Architecture.LANDLOCK_CREATE_RULESET, 0, 0, VERSION, 0, 0, 0));
    }

    /// Takes all, but for what is `kept`; signals to other processes, too. The thread must gain no privileges any more,
    /// or be root.
    ///
    /// @throws LinuxException ENOSYS or EOPNOTSUPP where there is no such thing
    public static void confine(Beneath... kept) {
        confine(SCOPED, kept);
    }

    /// Takes all that concerns files and network.
    ///
    /// @throws LinuxException as [#confine]
    public static void confineEntirely() {
        // Without signals: the threads of one process that are confined differently must be able to signal each other.
        confine(0);
    }

    private static void confine(long scoped, Beneath... kept) {
        int version = version();
        long files = FILES[Math.clamp(version, 1, FILES.length) - 1];
        Call call = Call.own();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(3 * JAVA_LONG.byteSize(), Long.BYTES);
            attributes.set(JAVA_LONG, 0, files);
            attributes.set(JAVA_LONG, 8, NETWORK);
            attributes.set(JAVA_LONG, 16, scoped);
            int length = version >= 6 ? 24 : version >= 4 ? 16 : 8;
            int rules = (int) LinuxException.check(
                    call.raw(Architecture.LANDLOCK_CREATE_RULESET, attributes.address(), length, 0, 0, 0, 0),
                    "landlock_create_ruleset");
            try {
                for (Beneath one : kept) {
                    long rights = one.writable ? files : files & (EXECUTE | READ_FILE | READ_DIRECTORY);
                    keep(arena, rules, one.path, rights);
                }
                LinuxException.check(
                        call.raw(Architecture.LANDLOCK_RESTRICT_SELF, rules, 0, 0, 0, 0, 0), "landlock_restrict_self");
            } finally {
                Descriptors.close(rules);
            }
        }
    }

    private static void keep(Arena arena, int rules, String path, long rights) {
        int place = Descriptors.open(path, O_PATH);
        try {
            MemorySegment rule = arena.allocate(12, Long.BYTES);
            // What only directories have is not to be granted on a file.
            boolean directory = Files.isDirectory(Path.of(path));
            long ofFiles = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE;
            rule.set(JAVA_LONG_UNALIGNED, 0, directory ? rights : rights & ofFiles);
            rule.set(JAVA_INT, 8, place);
            LinuxException.check(
                    Call.own().raw(Architecture.LANDLOCK_ADD_RULE, rules, PATH_BENEATH, rule.address(), 0, 0, 0),
                    "landlock_add_rule " + path);
        } finally {
            Descriptors.close(place);
        }
    }
}
