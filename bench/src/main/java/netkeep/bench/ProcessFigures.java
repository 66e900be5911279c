package netkeep.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/// CPU time and memory of a process, from /proc.
final class ProcessFigures {
    // Fields of /proc/PID/stat behind the name in brackets, which may itself hold blanks and brackets.
    private static final int UTIME = 11;
    private static final int STIME = 12;

    private ProcessFigures() {}

    /// CPU time of processes that still run, in seconds.
    static double cpuSeconds(List<ProcessHandle> processes) {
        return processes.stream().mapToDouble(each -> cpuSeconds(each.pid())).sum();
    }

    private static double cpuSeconds(long pid) {
        try {
            return cpuSeconds(Files.readString(Path.of("/proc/" + pid + "/stat")));
        } catch (NoSuchFileException gone) {
            return 0; // ended since it was listed
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static double cpuSeconds(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Double.parseDouble(fields[UTIME]) + Double.parseDouble(fields[STIME])) / CoreTime.TICKS_PER_SECOND;
    }

    /// Resident memory of a process.
    static long residentOctets(ProcessHandle process) throws IOException {
        return octets(Files.readString(Path.of("/proc/" + process.pid() + "/status")), "VmRSS:");
    }

    /// Memory that the kernel's own objects take, sockets among them.
    static long slabOctets() throws IOException {
        return octets(Files.readString(Path.of("/proc/meminfo")), "Slab:");
    }

    /// A line `Name:  1234 kB` of a file in /proc.
    ///
    /// @throws IOException if there is none of this name
    static long octets(String text, String name) throws IOException {
        for (String line : text.lines().toList()) {
            if (line.startsWith(name)) {
                return Long.parseLong(
                                line.substring(name.length()).replace("kB", "").trim())
                        * 1024;
            }
        }
        throw new IOException("no line " + name);
    }
}
