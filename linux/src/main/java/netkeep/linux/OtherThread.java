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

    private static final int LENGTH = 1024;

    /// Of the fields behind the name the one with flags, and the flag that it has begun to end: include/linux/sched.h.
    private static final int FLAGS = 6;

    private static final int PF_EXITING = 4;

    private final int stat;
    private final int times;
    private final Call call = new Call();
    private final MemorySegment text = Arena.ofAuto().allocate(LENGTH);
    private char state;
    private boolean ends;
    private long cpuNs;

    /// @throws LinuxException if there is none
    public OtherThread(int process, int thread) {
        String directory = "/proc/" + process + "/task/" + thread;
        this.stat = Descriptors.open(directory + "/stat", Descriptors.O_RDONLY);
        try {
            this.times = Descriptors.open(directory + "/schedstat", Descriptors.O_RDONLY);
        } catch (LinuxException ended) {
            Descriptors.close(stat);
            throw ended;
        }
    }

    /// Looks what it is doing.
    ///
    /// @return false if it has ended
    public boolean look() {
        String all = read(stat);
        if (all.isEmpty()) {
            return false;
        }
        // Behind its name, which may hold anything.
        String[] fields = all.substring(all.lastIndexOf(')') + 2).split(" ", FLAGS + 2);
        state = fields[0].charAt(0);
        ends = (Integer.parseUnsignedInt(fields[FLAGS]) & PF_EXITING) != 0;
        return true;
    }

    /// What it was doing at the last [#look], as proc(5) has it.
    public char state() {
        return state;
    }

    /// Whether the last [#look] found it ending: nothing of its program runs on it any more. If it is the last one
    /// of its process it takes down the memory of that first, which may take the kernel some 10 ms, and only then
    /// [#look] and descriptors of it say that it has ended.
    public boolean ends() {
        return ends;
    }

    /// The CPU time that it has used until the timer's last tick (of 1 to 10 ms), ns; of one that has ended, what that
    /// was when it was asked last.
    public long cpuNs() {
        // CPU time, time that it waited for a core, and how often it had one.
        String all = read(times);
        cpuNs = all.isEmpty() ? cpuNs : Long.parseLong(all.substring(0, all.indexOf(' ')));
        return cpuNs;
    }

    private String read(int file) {
        int length = call.pread(file, text, 0, LENGTH, 0);
        return length <= 0 ? "" : new String(text.asSlice(0, length).toArray(JAVA_BYTE), StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() {
        Descriptors.close(stat);
        Descriptors.close(times);
    }
}
