package netkeep.tools.place;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import netkeep.placement.Recording;
import netkeep.tools.status.Places;
import org.jspecify.annotations.Nullable;

/// The files of the last deaths: who dies without end is not to fill a disk, or the memory that is one. Of a death
/// go all files at a time, those of the oldest first, those that an earlier keeper has left among them.
///
/// One thread at a time calls it.
public final class Shelf {
    static final String RECORDING = ".recording";
    static final String REPORT = ".json";

    /// Deaths of which files stay.
    static final int MOST = 64;

    /// The most octets of these files, but for the last death's, which stay in any case.
    static final long MOST_OCTETS = 128L << 20;

    private static final List<String> KINDS = List.of(RECORDING, REPORT);

    /// What else lies in the directory is somebody else's.
    private static final Pattern OURS = Pattern.compile("((link|stack|control)[a-z0-9,-]*-[0-9]+)\\.(recording|json)");

    private final Path directory;
    private final boolean own;

    /// Octets of each death's files, by their path without an ending, the oldest first.
    private final Map<Path, Long> kept = new LinkedHashMap<>();

    private boolean found;

    /// @param own as [Reports] has it
    Shelf(Path directory, boolean own) {
        this.directory = directory.toAbsolutePath();
        this.own = own;
    }

    /// Writes a file that only this user may read, instead of another one of that name.
    ///
    /// @param file in the directory or one below; a kind's name ends it
    /// @throws IOException also if the directory is to be this user's own, and is not
    void write(Path file, MemorySegment octets) throws IOException {
        Path to = file.toAbsolutePath();
        make(directory);
        if (own) {
            Places.checkOwn(directory);
        }
        make(Objects.requireNonNull(to.getParent()));
        if (!found) {
            found = true;
            find();
        }
        Files.deleteIfExists(to);
        Recording.write(to, octets);
        Path death = death(to);
        kept.remove(death);
        kept.put(death, octets(death));
        bound();
    }

    /// The report of the last death that lies in a directory.
    ///
    /// @return null if there is none, or it cannot be read
    public static @Nullable Path last(Path directory) {
        Map<Path, FileTime> deaths = new TreeMap<>();
        try {
            find(directory, deaths);
        } catch (IOException none) {
            return null;
        }
        return deaths.entrySet().stream()
                .filter(death -> Files.exists(Path.of(death.getKey() + REPORT)))
                .max(Map.Entry.comparingByValue())
                .map(death -> Path.of(death.getKey() + REPORT))
                .orElse(null);
    }

    private static void make(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            var mine = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
            Files.createDirectories(directory, mine);
        }
    }

    private static Path death(Path file) {
        String name = file.toString();
        return Path.of(name.substring(0, name.lastIndexOf('.')));
    }

    /// What an earlier keeper has left.
    private void find() throws IOException {
        Map<Path, FileTime> deaths = new TreeMap<>();
        find(directory, deaths);
        try (DirectoryStream<Path> groups = Files.newDirectoryStream(directory, Files::isDirectory)) {
            for (Path group : groups) {
                find(group, deaths);
            }
        }
        List<Map.Entry<Path, FileTime>> ordered = new ArrayList<>(deaths.entrySet());
        ordered.sort(Map.Entry.comparingByValue());
        for (Map.Entry<Path, FileTime> death : ordered) {
            kept.put(death.getKey(), octets(death.getKey()));
        }
    }

    private static void find(Path in, Map<Path, FileTime> deaths) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(in)) {
            for (Path file : files) {
                if (OURS.matcher(String.valueOf(file.getFileName())).matches()) {
                    deaths.merge(
                            death(file),
                            Files.getLastModifiedTime(file),
                            (one, other) -> one.compareTo(other) > 0 ? one : other);
                }
            }
        }
    }

    private static long octets(Path death) throws IOException {
        long octets = 0;
        for (String kind : KINDS) {
            try {
                octets += Files.size(Path.of(death + kind));
            } catch (NoSuchFileException none) {
                // The other one is there, or is about to be.
            }
        }
        return octets;
    }

    private void bound() throws IOException {
        long all = kept.values().stream().mapToLong(Long::longValue).sum();
        Iterator<Map.Entry<Path, Long>> oldest = kept.entrySet().iterator();
        while (kept.size() > 1 && (kept.size() > MOST || all > MOST_OCTETS)) {
            Map.Entry<Path, Long> death = oldest.next();
            for (String kind : KINDS) {
                Files.deleteIfExists(Path.of(death.getKey() + kind));
            }
            all -= death.getValue();
            oldest.remove();
        }
    }
}
