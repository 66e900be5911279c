package netkeep.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/// A thread of another process, as /proc shows it to everybody: what it is doing, and the CPU time that it has used.
public final class OtherThread implements AutoCloseable {
    /// Its state while it runs or waits for a core.
    public static final char RUNS = 'R';

    /// The same while it waits for something else.
    public static final char SLEEPS = 'S';

    /// The same while a signal has it stand still.
    public static final char STOPPED = 'T';

    /// Linux tells CPU time to everybody in hundredths of a second.
    private static final long TICK_NS = 10_000_000;

    private static final int LENGTH = 1024;

    /// Fields behind the name, which may hold anything: the state is the first.
    private static final int USER = 11;

    private static final int SYSTEM = 12;

    private final int descriptor;
    private final Call call = new Call();
    private final MemorySegment text = Arena.ofAuto().allocate(LENGTH);
    private char state;
    private long cpuNs;

    /// @throws LinuxException if there is none
    public OtherThread(int process, int thread) {
        this.descriptor = Descriptors.open("/proc/" + process + "/task/" + thread + "/stat", Descriptors.O_RDONLY);
    }

    /// Looks at it.
    ///
    /// @return false if it has ended
    public boolean look() {
        int length = call.pread(descriptor, text, 0, LENGTH, 0);
        if (length <= 0) {
            return false;
        }
        String stat = new String(text.asSlice(0, length).toArray(JAVA_BYTE), StandardCharsets.ISO_8859_1);
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", SYSTEM + 2);
        state = fields[0].charAt(0);
        cpuNs = (Long.parseLong(fields[USER]) + Long.parseLong(fields[SYSTEM])) * TICK_NS;
        return true;
    }

    /// What it was doing at the last look, as proc(5) has it.
    public char state() {
        return state;
    }

    /// The CPU time that it had used at the last look, in steps of 10 ms.
    public long cpuNs() {
        return cpuNs;
    }

    @Override
    public void close() {
        Descriptors.close(descriptor);
    }
}
