package netkeep.tools.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import netkeep.linux.NetworkNamespace;

/// The system's curl, as it is, in a network namespace.
final class Curl implements Fetcher {
    private static final String PROGRAM = "curl";
    private static final String PATIENCE_S = "30";

    private final NetworkNamespace place;
    private final String version;

    /// @param place where it runs
    Curl(NetworkNamespace place) throws IOException {
        this.place = place;
        this.version = first(run(InputStream::readAllBytes, "--version"));
    }

    /// Whether this system has one.
    static boolean there() {
        return Program.find(PROGRAM).isPresent();
    }

    private static String first(byte[] output) {
        String[] words = new String(output, StandardCharsets.UTF_8).split("\\s+", 3);
        return words.length < 2 ? PROGRAM : words[0] + " " + words[1];
    }

    @Override
    public String name() {
        return version;
    }

    @Override
    public String sha256(String url, long middle, Meanwhile meanwhile) throws IOException {
        String[] arguments = {"--silent", "--show-error", "--fail", "--globoff", "--max-time", PATIENCE_S, url};
        return run(in -> new Reading(middle, meanwhile).sha256(in), arguments);
    }

    @Override
    public double[] seconds(String url, int times) throws IOException {
        // Curl keeps its connection for all that a pattern names; the server does not care for the query. The brackets
        // of an address of IPv6 are not a pattern: escaped.
        String many = url.replace("[", "\\[").replace("]", "\\]") + "?[1-" + times + "]";
        byte[] output = run(
                InputStream::readAllBytes,
                "--silent",
                "--show-error",
                "--fail",
                "--max-time",
                PATIENCE_S,
                "--output",
                "/dev/null",
                "--write-out",
                "%{time_total}\\n",
                many);
        double[] seconds = new String(output, StandardCharsets.US_ASCII)
                .lines()
                .mapToDouble(line -> Double.parseDouble(line.replace(',', '.')))
                .toArray();
        if (seconds.length != times) {
            throw new IOException("curl got " + url + " " + seconds.length + " times of " + times);
        }
        return seconds;
    }

    private interface Reader<T> {
        T read(InputStream in) throws IOException;
    }

    private <T> T run(Reader<T> reader, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(PROGRAM, "--disable", "--noproxy", "*"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(false);
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        Process process = place.start(builder);
        try (InputStream in = process.getInputStream()) {
            process.getOutputStream().close();
            T output = reader.read(in);
            int code = process.waitFor();
            if (code != 0) {
                throw new IOException(String.join(" ", command) + " ended with " + code);
            }
            return output;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("curl was interrupted");
        } finally {
            process.destroy();
        }
    }
}
