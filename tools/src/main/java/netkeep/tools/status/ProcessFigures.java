package netkeep.tools.status;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import netkeep.domain.Pulse;
import netkeep.linux.Descriptors;
import netkeep.linux.LinuxException;
import org.jspecify.annotations.Nullable;

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

    /// Where each region can be opened, by the names that the keeper gave them: `client-3`, `stack-3`, `ledger`. Empty
    /// where we may not look.
    ///
    /// @param suffix that the names have besides
    static Map<String, Path> regions(long keeper, String suffix) {
        Map<String, Path> regions = new HashMap<>();
        Path directory = Path.of("/proc/" + keeper + "/fd");
        try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
            for (Path descriptor : all) {
                String target = Files.readSymbolicLink(descriptor).toString();
                String name = target.replace(" (deleted)", "");
                if (name.startsWith(SESSION) && name.endsWith(suffix)) {
                    regions.put(name.substring(SESSION.length(), name.length() - suffix.length()), descriptor);
                }
            }
        } catch (IOException refused) {
            return regions;
        }
        return regions;
    }

    /// Octets that both sides have touched of a region; 0 for one that is not there.
    static long touched(@Nullable Path region) {
        if (region == null) {
            return 0;
        }
        try {
            int descriptor = Descriptors.open(region.toString(), Descriptors.O_RDONLY);
            try {
                return Descriptors.allocated(descriptor);
            } finally {
                Descriptors.close(descriptor);
            }
        } catch (LinuxException gone) {
            return 0;
        }
    }

    /// How often a domain's loop went round; 0 if its sign of life is not there.
    ///
    /// @param pulse the region of that, as [Pulse] draws it
    static long rounds(@Nullable Path pulse) {
        if (pulse == null) {
            return 0;
        }
        ByteBuffer word = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
        try (FileChannel region = FileChannel.open(pulse)) {
            region.read(word, Pulse.ROUNDS);
        } catch (IOException gone) {
            return 0;
        }
        return word.getLong(0);
    }
}
