package netkeep.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// CPU time and memory of a process, from /proc.
final class ProcessFigures {
    private ProcessFigures() {}

    /// CPU time of processes that still run, in seconds.
    static double cpuSeconds(List<ProcessHandle> processes) {
        return processes.stream()
                .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
                .mapToDouble(time -> time.toNanos() / 1e9)
                .sum();
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
