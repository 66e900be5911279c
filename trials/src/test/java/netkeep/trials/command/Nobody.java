package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import netkeep.linux.Threads;

/// The user who is nobody on this system, reads nothing that is another's, and has no right at all: root becomes it.
final class Nobody {
    static final int USER = 65534;

    private Nobody() {}

    /// Begins the command line of a program of that user.
    static List<String> line() {
        assumeTrue(Threads.effectiveUser() == 0, "root becomes somebody else");
        assumeTrue(Place.has("setpriv"), "no setpriv");
        return new ArrayList<>(
                List.of("setpriv", "--reuid=" + USER, "--regid=" + USER, "--clear-groups", "--no-new-privs"));
    }

    /// The same, of one who may open TUN devices, as on most systems all may.
    ///
    /// @param directory where its own node of them lies if this system's is for root alone
    static List<String> lineWithDevices(Place place, Path directory) throws Exception {
        List<String> line = line();
        Path devices = Path.of("/dev/net/tun");
        if (Files.getPosixFilePermissions(devices).contains(PosixFilePermission.OTHERS_WRITE)) {
            return line;
        }
        Path own = directory.resolve("tun");
        assertEquals(
                0,
                place.run("mknod", "-m", "666", own.toString(), "c", "10", "200")
                        .code());
        String mounted = "mount --bind " + own + " " + devices + " && exec \"$@\"";
        line.addAll(0, List.of("unshare", "--mount", "sh", "-c", mounted, "sh"));
        return line;
    }

    /// The command line of a JVM with its class path turned to copies that anybody reads.
    ///
    /// @param directory where they lie, which anybody may look into from then on
    static List<String> readable(List<String> java, Place place, Path directory) throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        List<String> line = new ArrayList<>(java);
        line.removeIf(word -> word.startsWith("-XX:AOT"));
        int path = line.indexOf("-cp") + 1;
        List<String> copies = new ArrayList<>();
        for (String entry : line.get(path).split(File.pathSeparator)) {
            Path copy = directory.resolve(copies.size() + "-" + Path.of(entry).getFileName());
            assertEquals(0, place.run("cp", "-rL", entry, copy.toString()).code());
            assertEquals(0, place.run("chmod", "-R", "a+rX", copy.toString()).code());
            copies.add(copy.toString());
        }
        line.set(path, String.join(File.pathSeparator, copies));
        return line;
    }
}
