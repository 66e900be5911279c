package netkeep.trials;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// How the trials start a JVM of their own: quickly, for they start thousands of short ones. Where all modules are
/// jars,
/// as in `./check`, it finds their classes linked in a cache that each JVM of the trials makes once.
public final class Java {
    private static final long PATIENCE_S = 60;
    private static final String PROGRAM =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();
    private static final List<String> OPTIONS = List.of(
            "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "--enable-native-access=ALL-UNNAMED");

    /// A cache holds for class paths that begin with its own, and for jars alone.
    private static final String JARS = path(true);

    private static final String CLASSES = Stream.of(JARS, path(false))
            .filter(part -> !part.isEmpty())
            .collect(Collectors.joining(File.pathSeparator));
    private static final List<String> CACHED = cache();

    private Java() {}

    /// Begins a command line: the JVM and the class path of the trials. What follows is a class's name.
    ///
    /// @param options of this JVM
    public static List<String> line(String... options) {
        List<String> line = new ArrayList<>(List.of(PROGRAM));
        line.addAll(OPTIONS);
        line.addAll(CACHED);
        line.addAll(List.of(options));
        line.addAll(List.of("-cp", CLASSES));
        return line;
    }

    private static String path(boolean jars) {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> entry.endsWith(".jar") == jars)
                .collect(Collectors.joining(File.pathSeparator));
    }

    /// The options that name a cache; none, where it cannot be made: everything starts without one, too.
    private static List<String> cache() {
        try {
            Path cache = Files.createTempFile("netkeep-trials", ".aot");
            cache.toFile().deleteOnExit();
            List<String> line = new ArrayList<>(List.of(PROGRAM, "-XX:AOTCacheOutput=" + cache));
            line.addAll(OPTIONS);
            line.addAll(List.of("-cp", JARS, "netkeep.tools.Main", "rehearse"));
            Process training = new ProcessBuilder(line)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!training.waitFor(PATIENCE_S, TimeUnit.SECONDS)) {
                training.destroyForcibly();
            }
            return training.waitFor() == 0 ? List.of("-XX:AOTCache=" + cache, "-Xlog:aot=off,cds=off") : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
