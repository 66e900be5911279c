package netkeep.agent;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// For a program that is started without `-javaagent`: [#install] does the same from within.
public final class Netkeep {
    private Netkeep() {}

    /// As [#install(String)], with no options.
    public static void install() throws IOException {
        install(null);
    }

    /// Puts Netkeep in place. Before the program's first socket; for all of them.
    ///
    /// The JVM lets an agent in only from outside, so another JVM is started for that, which takes some tenths of a
    /// second; this one then says on standard error that an agent was loaded.
    ///
    /// @param options as behind `-javaagent:netkeep.jar=`
    /// @throws IOException           if the JVM does not let agents in, or this jar is not a file
    /// @throws IllegalStateException if the options make no sense, or it comes too late
    public static void install(@Nullable String options) throws IOException {
        Path jar;
        try {
            jar = Path.of(Netkeep.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (java.net.URISyntaxException e) {
            throw new IOException(e);
        }
        List<String> line = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--add-modules",
                "jdk.attach",
                "-cp",
                jar.toString(),
                Letting.class.getName(),
                Long.toString(ProcessHandle.current().pid()),
                jar.toString(),
                options == null ? "" : options);
        Process letting = new ProcessBuilder(line).redirectErrorStream(true).start();
        letting.getOutputStream().close();
        String said = new String(letting.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        try {
            if (letting.waitFor() != 0) {
                throw new IllegalStateException("netkeep could not be installed: " + said.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
