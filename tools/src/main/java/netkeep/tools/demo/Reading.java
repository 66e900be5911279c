package netkeep.tools.demo;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;

/// Reads a file as it comes, and does something in the middle of it.
final class Reading {
    private static final int CHUNK = 1 << 16;

    private final MessageDigest digest = Exhibit.digest();
    private final long middle;
    private final Fetcher.Meanwhile meanwhile;
    private long octets;

    /// @param middle    once so many octets have come,
    /// @param meanwhile is done, before more are read
    Reading(long middle, Fetcher.Meanwhile meanwhile) {
        this.middle = middle;
        this.meanwhile = meanwhile;
    }

    /// Reads to the end.
    ///
    /// @return the SHA-256 of what came, in hexadecimal
    String sha256(InputStream in) throws IOException {
        byte[] chunk = new byte[CHUNK];
        for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
            digest.update(chunk, 0, count);
            boolean before = octets < middle;
            octets += count;
            if (before && octets >= middle) {
                meanwhile.done();
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
