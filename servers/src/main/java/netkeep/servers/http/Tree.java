package netkeep.servers.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// The files that are served, by the paths of targets.
///
/// What was found is kept, and looked at again when it is asked for a second or more later.
final class Tree {
    /// The longest file that is held in memory.
    static final int IN_MEMORY = 65_536;

    private static final long FRESH_NS = 1_000_000_000;
    private static final String INDEX = "index.html";

    /// How often a file is read again that changes while it is read.
    private static final int ATTEMPTS = 3;

    private final Root root;
    private final boolean listings;
    private final Cache cache;
    private final Map<Status, Resource> failures = new EnumMap<>(Status.class);

    Tree(HttpSettings settings) throws IOException {
        root = new Root(settings.root());
        listings = settings.listings();
        cache = new Cache(settings.limits().cacheBytes());
    }

    /// What a path leads to.
    ///
    /// @param hash       of its octets
    /// @param nowSeconds since 1970
    Resource find(ByteBuffer in, int at, int end, int hash, long nowNs, long nowSeconds) throws IOException {
        Resource known = cache.get(in, at, end - at, hash);
        if (known != null && fresh(known, nowNs)) {
            known.used = true;
            return known;
        }
        return findAnew(in, at, end, nowNs, nowSeconds);
    }

    private Resource findAnew(ByteBuffer in, int at, int end, long nowNs, long nowSeconds) throws IOException {
        try {
            TargetPath path = TargetPath.read(in, at, end);
            byte[] key = path.canonical();
            Resource known = cache.get(key);
            if (known != null) {
                if (fresh(known, nowNs)) {
                    known.used = true;
                    return known;
                }
                cache.remove(known);
            }
            Resource found = load(path, nowSeconds);
            found.checkedNs = nowNs;
            cache.put(key, found);
            return found;
        } catch (TargetPath.Refused refused) {
            return failures.computeIfAbsent(refused.status(), Resource::failure);
        }
    }

    /// Whether a resource is what it was.
    private boolean fresh(Resource known, long nowNs) {
        if (nowNs - known.checkedNs < FRESH_NS) {
            return true;
        }
        Resource.Stamp stamp = known.stamp;
        if (stamp == null) {
            return false;
        }
        try {
            Path resolved = root.resolve(stamp.asked());
            if (!stamp.equals(Root.stamp(stamp.asked(), resolved, root.attributes(resolved)))) {
                return false;
            }
            known.checkedNs = nowNs;
            return true;
        } catch (IOException | TargetPath.Refused gone) {
            return false;
        }
    }

    private Resource load(TargetPath path, long nowSeconds) throws TargetPath.Refused {
        Path asked = root.asked(path.names());
        Path resolved = root.resolve(asked);
        try {
            BasicFileAttributes found = root.attributes(resolved);
            if (found.isDirectory()) {
                return path.directory() ? directory(path, asked, resolved, nowSeconds) : moved(path);
            }
            if (path.directory() || !found.isRegularFile()) {
                throw new TargetPath.Refused(Status.NOT_FOUND);
            }
            return file(asked, resolved, nowSeconds);
        } catch (IOException failure) {
            throw refused(failure);
        }
    }

    private static TargetPath.Refused refused(IOException failure) {
        return new TargetPath.Refused(
                switch (failure) {
                    case AccessDeniedException denied -> Status.FORBIDDEN;
                    case NoSuchFileException gone -> Status.NOT_FOUND;
                    // No descriptor left, or a file that does not stand still.
                    default -> Status.SERVICE_UNAVAILABLE;
                });
    }

    private Resource directory(TargetPath path, Path asked, Path resolved, long nowSeconds)
            throws IOException, TargetPath.Refused {
        try {
            Path index = asked.resolve(INDEX);
            Path resolvedIndex = root.resolve(index);
            if (root.attributes(resolvedIndex).isRegularFile()) {
                return file(index, resolvedIndex, nowSeconds);
            }
        } catch (TargetPath.Refused refused) {
            if (refused.status() != Status.NOT_FOUND) {
                throw refused;
            }
        }
        if (!listings) {
            throw new TargetPath.Refused(Status.FORBIDDEN);
        }
        List<Root.Entry> entries = root.list(resolved);
        Draft draft = new Draft(Status.OK);
        String title = "/" + String.join("/", path.names()) + (path.names().isEmpty() ? "" : "/");
        draft.content = Listing.page(title, path.names().isEmpty(), entries);
        draft.size = draft.content.length;
        draft.mediaType = Listing.MEDIA_TYPE;
        return new Resource(draft);
    }

    private static Resource moved(TargetPath path) {
        Draft draft = new Draft(Status.MOVED_PERMANENTLY);
        // Made from the names, not from the target: two slashes at its beginning would lead to another host.
        draft.location = new TargetPath(path.names(), true).canonical();
        return new Resource(draft);
    }

    private Resource file(Path asked, Path resolved, long nowSeconds) throws IOException {
        for (int i = 0; i < ATTEMPTS; i++) {
            Resource.Stamp before = Root.stamp(asked, resolved, root.attributes(resolved));
            FileChannel channel = root.open(resolved);
            boolean keep = before.size() > IN_MEMORY;
            try {
                byte[] content = keep ? new byte[0] : read(channel, (int) before.size());
                // What was opened and read is what was looked at, if it looks the same afterwards.
                if (!before.equals(Root.stamp(asked, resolved, root.attributes(resolved)))
                        || content.length < before.size() && !keep) {
                    keep = false;
                    continue;
                }
                Draft draft = draft(before, nowSeconds);
                draft.content = content;
                draft.file = keep ? channel : null;
                return new Resource(draft);
            } finally {
                if (!keep) {
                    channel.close();
                }
            }
        }
        throw new IOException(resolved + " does not stand still");
    }

    private static byte[] read(FileChannel channel, int size) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(size);
        int count = 0;
        while (content.hasRemaining() && count >= 0) {
            count = channel.read(content);
        }
        byte[] read = new byte[content.position()];
        content.flip().get(read);
        return read;
    }

    private static Draft draft(Resource.Stamp stamp, long nowSeconds) {
        Draft draft = new Draft(Status.OK);
        draft.stamp = stamp;
        draft.size = stamp.size();
        String name = stamp.asked().getFileName() == null
                ? ""
                : stamp.asked().getFileName().toString();
        draft.mediaType = MediaTypes.of(name);
        // RFC 9110 §8.8.1: strong, for it changes with every change that the file system can tell.
        draft.etag = Octets.of('"'
                + Long.toHexString(stamp.modified())
                + '-'
                + Long.toHexString(stamp.size())
                + '-'
                + Integer.toHexString(stamp.identity())
                + '"');
        long modifiedSeconds = Math.floorDiv(stamp.modified(), 1_000_000_000L);
        // RFC 9110 §8.8.2.1: nothing was changed in the future.
        draft.modifiedSeconds = modifiedSeconds >= 0 && modifiedSeconds <= nowSeconds ? modifiedSeconds : HttpDate.NONE;
        return draft;
    }

    /// Forgets all and closes all files that nobody reads.
    void close() throws IOException {
        cache.clear();
    }
}
