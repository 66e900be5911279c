package netkeep.tools.status;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import netkeep.domain.Welcome;
import netkeep.linux.Threads;

/// Where the sockets of running stacks lie: `PID.sock` in a directory that is its user's alone.
///
/// `$XDG_RUNTIME_DIR/netkeep` where there is one, else `/run/netkeep` for root, else `/tmp/netkeep-UID`.
public final class Places {
    private static final String SUFFIX = ".sock";

    private Places() {}

    /// The directory, which need not exist.
    static Path directory() {
        return Welcome.directory();
    }

    /// Where this process listens; makes the directory.
    ///
    /// @throws IOException also where the directory is somebody else's
    static Path own() throws IOException {
        return own(ProcessHandle.current().pid() + SUFFIX);
    }

    /// A file of that name in the directory, which is made.
    ///
    /// @throws IOException also where the directory is somebody else's
    public static Path own(String name) throws IOException {
        Path directory = directory();
        try {
            Files.createDirectory(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException there) {
            checkOwn(directory);
        }
        return directory.resolve(name);
    }

    /// Checks that a directory is this user's, and nobody else may look into it.
    ///
    /// @throws IOException if it is not, or leads elsewhere
    public static void checkOwn(Path directory) throws IOException {
        Object owner = Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        boolean open = PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(directory, LinkOption.NOFOLLOW_LINKS))
                .endsWith("------");
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
                || !Integer.valueOf(Threads.effectiveUser()).equals(owner)
                || !open) {
            throw new IOException(directory + " is not this user's own directory with mode 0700");
        }
    }

    /// The sockets of processes that run, by their ids; what dead ones left is removed.
    static List<Path> running() throws IOException {
        List<Path> all = new ArrayList<>();
        Path directory = directory();
        if (!Files.isDirectory(directory)) {
            return all;
        }
        checkOwn(directory);
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
            for (Path path : found) {
                if (ProcessHandle.of(pid(path)).isPresent()) {
                    all.add(path);
                } else {
                    Files.deleteIfExists(path);
                }
            }
        }
        all.sort((one, other) -> Long.compare(pid(one), pid(other)));
        return all;
    }

    /// The process that listens there.
    static long pid(Path socket) {
        String name = String.valueOf(socket.getFileName());
        try {
            return Long.parseLong(name.substring(0, name.length() - SUFFIX.length()));
        } catch (NumberFormatException noneOfOurs) {
            return -1;
        }
    }
}
