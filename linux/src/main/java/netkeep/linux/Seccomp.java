package netkeep.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Gives up, for all threads of the process and for good, every system call but those that a loop over descriptors it
/// has and the JVM under it need: seccomp(2).
///
/// What is given up answers EPERM: to open anything, to make a socket, a process, a namespace; to trace, to signal
/// another process. What was opened and mapped before stays, and memory can be mapped.
public final class Seccomp {
    // The calls of Architecture's tables are for who makes them; these are for the JVM and libc, too.
    private static final int[] X86_64 = {
        0, 1, 3, 5, 262, 8, 9, 10, 11, 12, 13, 14, 15, 17, 19, 20, 24, 25, 28, 35, 39, 44, 45, 46, 47, 60, 98, 99, 131,
        186, 202, 204, 219, 228, 229, 230, 231, 233, 281, 271, 7, 273, 288, 318, 334, 441, 48, 55, 309, 96, 324
    };
    private static final int[] AARCH64 = {
        63, 64, 57, 80, 79, 62, 222, 226, 215, 214, 134, 135, 139, 67, 65, 66, 124, 216, 233, 101, 172, 206, 207, 211,
        212, 93, 165, 179, 132, 178, 98, 123, 128, 113, 114, 115, 94, 21, 22, 73, 99, 242, 278, 293, 441, 209, 210, 168,
        169, 283
    };

    private static final int CLONE3 = 435;
    private static final int CLONE_THREAD = 0x10000;
    private static final int PR_SET_NAME = 15;
    private static final int PR_SET_VMA = 0x53564d41;

    private static final int NUMBER = 0;
    private static final int ARCHITECTURE = 4;
    private static final int FIRST_ARGUMENT = 16;

    private static final short LOAD = 0x20;
    private static final short EQUAL = 0x15;
    private static final short ANY_BIT = 0x45;
    private static final short RETURN = 0x06;

    private static final int ALLOW = 0x7fff0000;
    private static final int KILL = 0x80000000;
    private static final int REFUSE = 0x00050000;

    private static final int SET_MODE_FILTER = 1;
    private static final int ALL_THREADS = 1;
    private static final long INSTRUCTION = 8;

    /// An instruction: classic BPF.
    private record Step(short code, int yes, int no, int value) {}

    private final List<Step> steps = new ArrayList<>();

    private Seccomp() {}

    /// Gives them up. The process must have no new privileges, or be root.
    public static void giveUp() {
        boolean x86 = Architecture.isX86();
        Seccomp filter = new Seccomp();
        filter.add(LOAD, 0, 0, ARCHITECTURE);
        filter.add(EQUAL, 1, 0, x86 ? 0xC000003E : 0xC00000B7);
        filter.add(RETURN, 0, 0, KILL);
        filter.add(LOAD, 0, 0, NUMBER);
        for (int call : x86 ? X86_64 : AARCH64) {
            filter.add(EQUAL, 0, 1, call);
            filter.add(RETURN, 0, 0, ALLOW);
        }
        // libc falls back to clone, whose flags can be seen.
        filter.add(EQUAL, 0, 1, CLONE3);
        filter.add(RETURN, 0, 0, REFUSE | Errno.ENOSYS);
        filter.where(x86 ? 56 : 220, ANY_BIT, CLONE_THREAD);
        filter.where(x86 ? 157 : 167, EQUAL, PR_SET_NAME, PR_SET_VMA);
        filter.where(x86 ? 234 : 131, EQUAL, Threads.processId());
        filter.add(RETURN, 0, 0, REFUSE | Errno.EPERM);
        filter.load();
    }

    private void add(short code, int yes, int no, int value) {
        steps.add(new Step(code, yes, no, value));
    }

    /// Allows a call where its first argument passes one of the tests.
    private void where(int call, short test, int... values) {
        add(EQUAL, 0, 2 + 2 * values.length, call);
        add(LOAD, 0, 0, FIRST_ARGUMENT);
        for (int value : values) {
            add(test, 0, 1, value);
            add(RETURN, 0, 0, ALLOW);
        }
        add(RETURN, 0, 0, REFUSE | Errno.EPERM);
    }

    private void load() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment program = arena.allocate(INSTRUCTION * steps.size(), Long.BYTES);
            for (int i = 0; i < steps.size(); i++) {
                Step step = steps.get(i);
                program.set(JAVA_SHORT, INSTRUCTION * i, step.code);
                program.set(JAVA_BYTE, INSTRUCTION * i + 2, (byte) step.yes);
                program.set(JAVA_BYTE, INSTRUCTION * i + 3, (byte) step.no);
                program.set(JAVA_INT, INSTRUCTION * i + 4, step.value);
            }
            MemorySegment header = arena.allocate(16, Long.BYTES);
            header.set(JAVA_SHORT, 0, (short) steps.size());
            header.set(JAVA_LONG, 8, program.address());
            LinuxException.check(
                    Call.own().raw(Architecture.SECCOMP, SET_MODE_FILTER, ALL_THREADS, header.address(), 0, 0, 0),
                    "seccomp");
        }
    }
}
