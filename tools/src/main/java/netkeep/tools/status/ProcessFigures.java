package netkeep.tools.status;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import netkeep.linux.Descriptors;
import netkeep.linux.LinuxException;

/// What the kernel tells about processes, in /proc.
final class ProcessFigures {
    private static final long PAGE = 4096;

    private static final String SESSION = "/memfd:netkeep-";

    private ProcessFigures() {}

    /// Octets of memory that a process has touched and not given back; 0 if it is gone.
    static long memory(long pid) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/smaps_rollup"))) {
                if (line.startsWith("Rss:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
                }
            }
        } catch (IOException unreadable) {
            // Of a process with another user than ours, say.
        }
        String[] pages = read(pid, "statm").split(" ", -1);
        return pages.length > 1 ? Long.parseLong(pages[1]) * PAGE : 0;
    }

    /// Processor time that a process has used; 0 if it is gone.
    static long cpuNs(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().totalCpuDuration())
                .map(Duration::toNanos)
                .orElse(0L);
    }

    private static String read(long pid, String file) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/" + file)).strip();
        } catch (IOException gone) {
            return "";
        }
    }

    /// Octets that both sides have touched of each region, by the names that the keeper gave them: `client-3`,
    /// `stack-3`, `ledger`. Empty where we may not look.
    ///
    /// @param suffix that the names have besides
    static Map<String, Long> regions(long keeper, String suffix) {
        Map<String, Long> touched = new HashMap<>();
        Path directory = Path.of("/proc/" + keeper + "/fd");
        try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
            for (Path descriptor : all) {
                String target = Files.readSymbolicLink(descriptor).toString();
                String name = target.replace(" (deleted)", "");
                if (name.startsWith(SESSION) && name.endsWith(suffix)) {
                    touched.put(name.substring(SESSION.length(), name.length() - suffix.length()), touched(descriptor));
                }
            }
        } catch (IOException refused) {
            return touched;
        }
        return touched;
    }

    private static long touched(Path file) throws IOException {
        try {
            int descriptor = Descriptors.open(file.toString(), Descriptors.O_RDONLY);
            try {
                return Descriptors.allocated(descriptor);
            } finally {
                Descriptors.close(descriptor);
            }
        } catch (LinuxException refused) {
            throw new IOException(refused);
        }
    }
}
