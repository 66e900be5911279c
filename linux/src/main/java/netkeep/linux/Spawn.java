package netkeep.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.List;

/// Starts a process with exactly the descriptors that it needs: `posix_spawnp(3)`.
///
/// It has a process group of its own: what a terminal tells those that run in front is for its parent alone. Of this
/// process's descriptors the child has 0 to 2 and those that are named: all others are closed, also where
/// somebody forgot to say that they close on exec.
public final class Spawn {
    /// Octets of glibc's `posix_spawn_file_actions_t`, and some more.
    private static final long ACTIONS = 256;

    /// Octets of glibc's `posix_spawnattr_t`, and some more.
    private static final long ATTRIBUTES = 512;

    private static final short SETPGROUP = 2;

    /// The first descriptor behind standard input, output and error.
    private static final int FIRST = 3;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle SPAWN = function(
            "posix_spawnp", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
    private static final MethodHandle INIT =
            function("posix_spawn_file_actions_init", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle DUPLICATE =
            function("posix_spawn_file_actions_adddup2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
    private static final MethodHandle CLOSE_FROM =
            function("posix_spawn_file_actions_addclosefrom_np", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle DESTROY =
            function("posix_spawn_file_actions_destroy", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle ATTRIBUTES_INIT =
            function("posix_spawnattr_init", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle FLAGS =
            function("posix_spawnattr_setflags", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_SHORT));

    private Spawn() {}

    /// Starts a program.
    ///
    /// @param line        the program, looked for as a shell does, and its arguments
    /// @param environment like `NAME=value`, all of it
    /// @param descriptors become 3, 4 and so on there; they stay open here
    /// @return the process; to be reaped with [Threads#reap]
    public static int start(List<String> line, List<String> environment, int... descriptors) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment actions = arena.allocate(ACTIONS, Long.BYTES);
            MemorySegment process = arena.allocate(JAVA_INT);
            // It owns nothing that would have to be destroyed. Group 0, which it begins with, is a new one.
            MemorySegment attributes = arena.allocate(ATTRIBUTES, Long.BYTES);
            check((int) ATTRIBUTES_INIT.invokeExact(attributes));
            check((int) FLAGS.invokeExact(attributes, SETPGROUP));
            check((int) INIT.invokeExact(actions));
            try {
                // First out of the way of the targets: one of them could be a source that is still to be moved.
                int[] high = new int[descriptors.length];
                try {
                    for (int i = 0; i < descriptors.length; i++) {
                        high[i] = Descriptors.duplicateFrom(descriptors[i], FIRST + descriptors.length);
                    }
                    for (int i = 0; i < descriptors.length; i++) {
                        check((int) DUPLICATE.invokeExact(actions, high[i], FIRST + i));
                    }
                    check((int) CLOSE_FROM.invokeExact(actions, FIRST + descriptors.length));
                    check((int) SPAWN.invokeExact(
                            process,
                            arena.allocateFrom(line.getFirst()),
                            actions,
                            attributes,
                            strings(arena, line),
                            strings(arena, environment)));
                } finally {
                    for (int descriptor : high) {
                        if (descriptor > 0) {
                            Descriptors.close(descriptor);
                        }
                    }
                }
            } finally {
                int ignored = (int) DESTROY.invokeExact(actions);
            }
            return process.get(JAVA_INT, 0);
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    /// A null-terminated array of strings.
    private static MemorySegment strings(Arena arena, List<String> texts) {
        MemorySegment array = arena.allocate(ADDRESS, texts.size() + 1L);
        for (int i = 0; i < texts.size(); i++) {
            array.setAtIndex(ADDRESS, i, arena.allocateFrom(texts.get(i)));
        }
        return array;
    }

    private static void check(int errno) {
        if (errno != 0) {
            throw new LinuxException("posix_spawn", errno, "");
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(String name, FunctionDescriptor type) {
        SymbolLookup lookup = LINKER.defaultLookup();
        return LINKER.downcallHandle(lookup.findOrThrow(name), type);
    }
}
