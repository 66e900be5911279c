package netkeep.tools.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import netkeep.linux.NetworkNamespace;

/// An unmodified curl in a namespace.
final class Curl {
    private static final int SECONDS = 20;

    private final NetworkNamespace where;
    private final Path scratch;

    /// @param scratch a file that downloads overwrite
    Curl(NetworkNamespace where, Path scratch) {
        this.where = where;
        this.scratch = scratch;
    }

    /// Downloads a file.
    ///
    /// @return octets a second, as curl saw it
    /// @throws IOException if curl fails, or is not there
    double get(String url) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        "curl",
                        "-sS",
                        "-f",
                        "--max-time",
                        String.valueOf(SECONDS),
                        "-o",
                        scratch.toString(),
                        "-w",
                        "%{speed_download}",
                        url)
                .redirectErrorStream(true);
        Process curl = where.start(builder);
        try {
            String said = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!curl.waitFor(SECONDS, TimeUnit.SECONDS) || curl.exitValue() != 0) {
                throw new IOException("curl " + url + ": " + said.strip());
            }
            return Double.parseDouble(said.strip());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            curl.destroyForcibly();
        }
    }

    /// The digest of what was downloaded last.
    String digest() throws IOException {
        return digest(scratch);
    }

    /// SHA-256 of a file, in hexadecimal.
    static String digest(Path file) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
