package netkeep.tools.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Reads what the kernel tells in files. What it does not tell is an empty text.
final class Proc {
    private Proc() {}

    static String read(String path) {
        try {
            return Files.readString(Path.of(path)).strip();
        } catch (IOException none) {
            return "";
        }
    }

    /// The choice in `always [madvise] never`.
    static String chosen(String choices) {
        int from = choices.indexOf('[');
        int to = choices.indexOf(']');
        return from < 0 || to < from ? choices : choices.substring(from + 1, to);
    }

    /// What stands behind a name in lines like `CapEff:  000001ffffffffff`.
    static String field(String text, String name) {
        for (String line : text.split("\n", -1)) {
            if (line.startsWith(name)) {
                return line.substring(name.length()).strip();
            }
        }
        return "";
    }

    /// Whether a set of capabilities, as /proc tells it, holds one.
    static boolean has(String capabilities, int number) {
        try {
            return (Long.parseUnsignedLong(capabilities, 16) >>> number & 1) != 0;
        } catch (NumberFormatException unknown) {
            return false;
        }
    }

    /// The soft limit of a line of /proc/self/limits: `Max open files  20000  20000  files`.
    static String softLimit(String limits, String name) {
        String rest = field(limits, name);
        return rest.isEmpty() ? "" : rest.split("\\s+", 2)[0];
    }

    /// Whether a version like `6.18.44-fc` is at least another.
    static boolean atLeast(String version, int major, int minor) {
        String[] parts = version.split("[^0-9]+", 3);
        try {
            int ours = Integer.parseInt(parts[0]);
            return ours > major || ours == major && parts.length > 1 && Integer.parseInt(parts[1]) >= minor;
        } catch (NumberFormatException unknown) {
            return false;
        }
    }

    /// Which of these programs are not on the PATH.
    static List<String> missing(List<String> programs) {
        String path = System.getenv("PATH");
        List<String> absent = new ArrayList<>();
        for (String program : programs) {
            boolean there = false;
            for (String directory : (path == null ? "" : path + ":/usr/sbin:/sbin").split(":", -1)) {
                there |= Files.isExecutable(Path.of(directory, program));
            }
            if (!there) {
                absent.add(program);
            }
        }
        return absent;
    }

    static String mebibytes(long octets) {
        return String.format(Locale.ROOT, "%d MiB", octets >> 20);
    }
}
