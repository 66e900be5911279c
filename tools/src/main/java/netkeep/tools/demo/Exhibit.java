package netkeep.tools.demo;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;

/// A file that is served.
///
/// @param sha256 of its octets, in hexadecimal
record Exhibit(String name, long length, String sha256) {
    private static final int CHUNK = 1 << 16;

    /// The lengths: nothing, little, a web page's, more than a segment, a lot.
    private static final List<Integer> LENGTHS = List.of(0, 10, 612, 100_000, 64 << 20);

    /// Makes them in a directory, of random octets.
    static List<Exhibit> make(Path directory) throws IOException {
        SplittableRandom luck = new SplittableRandom(1);
        List<Exhibit> all = new ArrayList<>();
        for (int length : LENGTHS) {
            String name = length >= 1 << 20 ? (length >> 20) + "MiB" : String.valueOf(length);
            MessageDigest digest = digest();
            try (OutputStream out = new DigestOutputStream(Files.newOutputStream(directory.resolve(name)), digest)) {
                byte[] chunk = new byte[CHUNK];
                for (int left = length; left > 0; left -= CHUNK) {
                    luck.nextBytes(chunk);
                    out.write(chunk, 0, Math.min(left, CHUNK));
                }
            }
            all.add(new Exhibit(name, length, HexFormat.of().formatHex(digest.digest())));
        }
        return all;
    }

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every Java has it", impossible);
        }
    }

    String path() {
        return "/" + name;
    }
}
