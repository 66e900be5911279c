package netkeep.servers.http;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.READ;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The directory that is served. Nothing outside is ever opened.
///
/// A path is first resolved with its links, and refused if that leads out. What it resolved to has no links any
/// more, and is then opened name by name, each in the directory opened before, following none: whoever exchanges a
/// directory for a link in between gets a failure, not a file.
final class Root {
    /// Entries of a directory that are listed.
    static final int ENTRIES = 4096;

    private final Path real;

    /// @throws IOException if there is no such directory
    Root(Path directory) throws IOException {
        real = directory.toRealPath();
        if (!Files.isDirectory(real)) {
            throw new IOException(directory + " is not a directory");
        }
    }

    /// The path of names below the root, as asked for.
    ///
    /// @throws TargetPath.Refused if no file can have such a name here
    Path asked(List<String> names) throws TargetPath.Refused {
        try {
            Path path = real;
            for (String name : names) {
                path = path.resolve(name);
            }
            return path;
        } catch (InvalidPathException noName) {
            throw new TargetPath.Refused(Status.NOT_FOUND);
        }
    }

    /// Where a path leads, inside the root.
    ///
    /// @throws TargetPath.Refused if it leads nowhere, out, or where we may not go
    Path resolve(Path asked) throws TargetPath.Refused {
        try {
            Path resolved = asked.toRealPath();
            if (!resolved.startsWith(real)) {
                throw new TargetPath.Refused(Status.NOT_FOUND);
            }
            return resolved;
        } catch (AccessDeniedException denied) {
            throw new TargetPath.Refused(Status.FORBIDDEN);
        } catch (IOException nothing) {
            throw new TargetPath.Refused(Status.NOT_FOUND);
        }
    }

    /// What is done within one directory.
    private interface Inside<T> {
        T in(SecureDirectoryStream<Path> directory) throws IOException;
    }

    /// The attributes of what a resolved path names, itself no link.
    BasicFileAttributes attributes(Path resolved) throws IOException {
        return parent(
                resolved,
                directory -> directory
                        .getFileAttributeView(name(resolved), BasicFileAttributeView.class, NOFOLLOW_LINKS)
                        .readAttributes());
    }

    /// Opens a file to read.
    FileChannel open(Path resolved) throws IOException {
        return parent(resolved, directory -> {
            SeekableByteChannel channel = directory.newByteChannel(name(resolved), Set.of(READ, NOFOLLOW_LINKS));
            if (channel instanceof FileChannel file) {
                return file;
            }
            channel.close();
            throw new IOException("no file channel for " + resolved);
        });
    }

    /// One line of a list.
    record Entry(String name, boolean directory, long size, long modifiedSeconds) {}

    /// What is in a directory, at most [#ENTRIES] of it; without the names that begin with a dot or cannot be
    /// asked for, and without links and devices.
    List<Entry> list(Path resolved) throws IOException {
        return within(resolved, directory -> {
            List<Entry> entries = new ArrayList<>();
            for (Path path : directory) {
                Entry entry = entry(directory, path.getFileName());
                if (entry != null) {
                    entries.add(entry);
                }
                if (entries.size() == ENTRIES) {
                    break;
                }
            }
            return entries;
        });
    }

    private static @Nullable Entry entry(SecureDirectoryStream<Path> directory, Path name) {
        String text = name.toString();
        if (text.startsWith(".") || !isName(text, name)) {
            return null;
        }
        try {
            BasicFileAttributes found = directory
                    .getFileAttributeView(name, BasicFileAttributeView.class, NOFOLLOW_LINKS)
                    .readAttributes();
            return found.isDirectory() || found.isRegularFile()
                    ? new Entry(
                            text,
                            found.isDirectory(),
                            found.size(),
                            found.lastModifiedTime().toMillis() / 1000)
                    : null;
        } catch (IOException gone) {
            return null;
        }
    }

    /// Whether the text leads back to the name: not so where its octets are no text of the system's encoding.
    private static boolean isName(String text, Path name) {
        try {
            return Path.of(text).equals(name);
        } catch (InvalidPathException none) {
            return false;
        }
    }

    /// The last name of a path; the root itself is `.` in itself.
    private Path name(Path resolved) {
        Path name = resolved.equals(real) ? null : resolved.getFileName();
        return name == null ? Path.of(".") : name;
    }

    private <T> T parent(Path resolved, Inside<T> inside) throws IOException {
        Path parent = resolved.equals(real) ? real : resolved.getParent();
        return within(parent == null ? real : parent, inside);
    }

    /// Opens a directory name by name.
    private <T> T within(Path resolved, Inside<T> inside) throws IOException {
        try (DirectoryStream<Path> top = Files.newDirectoryStream(real)) {
            if (top instanceof SecureDirectoryStream<Path> secure) {
                return resolved.equals(real) ? inside.in(secure) : below(secure, real.relativize(resolved), 0, inside);
            }
            throw new IOException("this file system cannot open a file within an open directory");
        }
    }

    private static <T> T below(SecureDirectoryStream<Path> here, Path names, int depth, Inside<T> inside)
            throws IOException {
        if (depth == names.getNameCount()) {
            return inside.in(here);
        }
        try (SecureDirectoryStream<Path> next = here.newDirectoryStream(names.getName(depth), NOFOLLOW_LINKS)) {
            return below(next, names, depth + 1, inside);
        }
    }

    /// How a file looks now.
    static Resource.Stamp stamp(Path asked, Path resolved, BasicFileAttributes found) {
        Object identity = found.fileKey();
        return new Resource.Stamp(
                asked,
                resolved,
                found.size(),
                found.lastModifiedTime().to(NANOSECONDS),
                identity == null ? 0 : identity.hashCode());
    }
}
