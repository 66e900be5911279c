package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import netkeep.linux.Threads;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A JVM before 25, which takes no agent of ours: the preloaded library is its way to the stack.
@Timeout(120)
class OlderJvmTest {
    private static final Pattern VERSION = Pattern.compile("JAVA_VERSION=\"(\\d+)\\.");
    private static final int LEAST = 11;
    private static final int AGENTS = 25;
    private static final int LENGTH = 8_000_001;
    private static final int PORT = 7000;
    private static final int KERNELS = 7001;

    @TempDir
    private Path directory;

    private Place place;

    @BeforeEach
    void begin() {
        place = new Place(directory);
    }

    @AfterEach
    void end() {
        place.close();
    }

    /// Where one is installed that has an `HttpClient`.
    private static Optional<Path> older() throws IOException {
        Path all = Path.of("/usr/lib/jvm");
        if (!Files.isDirectory(all)) {
            return Optional.empty();
        }
        try (Stream<Path> homes = Files.list(all)) {
            for (Path home : homes.sorted().toList()) {
                Path release = home.resolve("release");
                var version = VERSION.matcher(Files.isReadable(release) ? Files.readString(release) : "");
                if (version.find() && Files.isExecutable(home.resolve("bin/java"))) {
                    int feature = Integer.parseInt(version.group(1));
                    if (feature >= LEAST && feature < AGENTS) {
                        return Optional.of(home);
                    }
                }
            }
        }
        return Optional.empty();
    }

    private void compiled() throws Exception {
        Path source = directory.resolve("Older.java");
        try (InputStream text = Objects.requireNonNull(OlderJvmTest.class.getResourceAsStream("Older.java"))) {
            Files.write(source, text.readAllBytes());
        }
        Path compiler = Path.of(System.getProperty("java.home"), "bin", "javac");
        Place.Said said = place.run(
                compiler.toString(), "--release", "" + LEAST, "-nowarn", "-d", directory.toString(), source.toString());
        assertEquals(0, said.code(), said.err());
    }

    @Test
    void jdksServerAndClientsAreReachedByTheLibrary() throws Exception {
        Optional<Path> home = older();
        assumeTrue(home.isPresent(), "no older JVM");
        ProgramsTest.needs("gcc", "curl", "python3");
        compiled();
        byte[] content = new byte[LENGTH];
        Seeds.luck(1).nextBytes(content);
        Path file = directory.resolve("file");
        Files.write(file, content);
        assertEquals(0, place.run("ip", "link", "set", "lo", "up").code());
        Daemon up = new Daemon(place, directory.resolve("session"), "monolithic");
        place.start(List.of(
                "python3", "-m", "http.server", "--bind", Place.KERNEL_4, "-d", directory.toString(), "" + KERNELS));
        Place.await("the kernel has no server", () -> {
            try {
                place.connect(Place.KERNEL_4, KERNELS).close();
                return true;
            } catch (ConnectException notYet) {
                return false;
            }
        });
        Place.Running older = place.start(Place.run(
                up.session,
                home.orElseThrow().resolve("bin/java").toString(),
                "-cp",
                directory.toString(),
                "Older",
                Place.OURS_4,
                "" + PORT,
                file.toString(),
                "http://" + Place.KERNEL_4 + ":" + KERNELS + "/file"));
        older.says("serves");
        Path got = directory.resolve("got");
        String url = "http://" + Place.OURS_4 + ":" + PORT + "/";
        Place.Running curl = place.start(List.of("curl", "-sS", "--limit-rate", "8M", "-o", got.toString(), url));
        Place.await("nothing came", () -> Files.exists(got) && Files.size(got) > LENGTH / 10);
        up.kill("stack", 0, Threads.SIGKILL);
        Place.Said said = curl.end();
        assertEquals(0, said.code(), said.err());
        assertArrayEquals(content, Files.readAllBytes(got));
    }
}
