package netkeep.servers.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What a path leads to, ready to be sent: a file, a list of a directory, a redirection, or nothing.
///
/// ```text
/// ready: | head of a 200 response, date to be set | CRLF | content, if it is held in memory |
///        0                                 headLength   contentAt
/// ```
final class Resource {
    private static final byte[] NOTHING = {};

    /// OK, MOVED_PERMANENTLY, or why there is nothing.
    final Status status;

    /// The head of a 200 response, an empty line, and the content if [#file] is null.
    final byte[] ready;

    /// Octets of the head without the empty line, so that fields can be added.
    final int headLength;

    /// Octets of the content.
    final long size;

    /// The entity tag with its quotes; empty if there is none. Always a strong one.
    final byte[] etag;

    /// Last change in seconds since 1970, or [HttpDate#NONE].
    final long modifiedSeconds;

    /// The fields that a 304 and a 206 repeat, each with its CRLF.
    final byte[] validators;

    final byte[] mediaType;

    /// Where a redirection leads; otherwise empty.
    final byte[] location;

    /// Where the content is read from, if not from [#ready].
    final @Nullable FileChannel file;

    /// What it was made from, and how that looked then; null for what is made anew each time that it is too old.
    final @Nullable Stamp stamp;

    // Where it lies in the cache.
    byte[] key = NOTHING;
    int hash;
    int slot;

    @Nullable
    Resource next;

    boolean used;
    boolean cached;
    long checkedNs;
    private int readers;

    /// A file's place and looks.
    ///
    /// @param asked    the path as it was resolved from the target
    /// @param real     where that led, through no link that leaves the root
    /// @param modified the time of the last change, to the nanosecond
    /// @param identity tells a file from another of the same name
    record Stamp(Path asked, Path real, long size, long modified, int identity) {}

    Resource(Draft draft) {
        this.status = draft.status;
        this.size = draft.size;
        this.etag = draft.etag;
        this.modifiedSeconds = draft.modifiedSeconds;
        this.validators = draft.validators();
        this.mediaType = Octets.of(draft.mediaType);
        this.location = draft.location;
        this.file = draft.file;
        this.stamp = draft.stamp;
        byte[] head = draft.head(validators);
        this.headLength = head.length;
        this.ready = draft.ready(head);
    }

    /// Nothing, for a reason.
    static Resource failure(Status status) {
        return new Resource(new Draft(status));
    }

    /// Whether the content is held in memory.
    boolean inMemory() {
        return file == null;
    }

    /// Memory that it takes, roughly.
    long weight() {
        return ready.length + 512L;
    }

    /// Copies content.
    ///
    /// @param from offset in the content
    /// @throws IOException if the file became shorter
    void copy(ByteBuffer out, long from, int length) throws IOException {
        FileChannel channel = file;
        if (channel == null) {
            out.put(ready, headLength + 2 + (int) from, length);
            return;
        }
        int limit = out.limit();
        int stop = out.position() + length;
        out.limit(stop);
        long at = from;
        while (out.position() < stop) {
            int read = channel.read(out, at);
            if (read <= 0) {
                throw new IOException("a file became shorter while it was sent");
            }
            at += read;
        }
        out.limit(limit);
    }

    /// Keeps it usable until [#release], in the cache or not.
    void hold() {
        readers++;
    }

    void release() throws IOException {
        readers--;
        discard();
    }

    /// Closes the file if nobody can come to it any more.
    void discard() throws IOException {
        if (!cached && readers == 0 && file != null) {
            file.close();
        }
    }
}
