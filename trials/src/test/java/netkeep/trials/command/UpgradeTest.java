package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import netkeep.ring.Layouts;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `netkeep upgrade` to a program that is another one: a copy of `dist`, changed, to which a symbolic link is turned.
/// Streams of both families are checked meanwhile.
@Timeout(240)
class UpgradeTest {
    private static final int PORT = 7;
    private static final int PIECE = 1 << 16;
    private static final int PATIENCE_MS = 60_000;
    private static final String NEXT = "9.9.9-next";
    private static final int NUMBER = Layouts.version();

    @TempDir
    private Path directory;

    private Place place;
    private Path session;

    /// Where the program lies, whichever it is.
    private Path program;

    private Path first;
    private Place.Running up;
    private final List<Echoed> streams = new ArrayList<>();

    @BeforeEach
    void make() throws IOException {
        place = new Place(directory);
        session = directory.resolve("session");
        program = directory.resolve("program");
        first = copy("first");
        turn(first);
    }

    @AfterEach
    void drop() {
        place.close();
    }

    private void begin(String placement) throws Exception {
        List<String> line = new ArrayList<>(List.of("up", "--session", session.toString(), "--placement", placement));
        line.addAll(Place.LINK);
        up = place.start(netkeep(line));
        up.says("one stands by");
        place.start(Place.netkeep(List.of("echo", "--port", Integer.toString(PORT), "--session", session.toString())))
                .says("port");
        streams.add(Echoed.begin(place, Place.OURS_4, PORT, PIECE));
        streams.add(Echoed.begin(place, Place.OURS_6, PORT, PIECE));
    }

    /// A copy of what `./netkeep` runs.
    private Path copy(String name) throws IOException {
        Path lib = Files.createDirectory(directory.resolve(name));
        try (Stream<Path> jars = Files.list(Place.root().resolve("dist/lib"))) {
            for (Path jar : jars.toList()) {
                Files.copy(jar, lib.resolve(jar.getFileName()));
            }
        }
        return lib;
    }

    /// Another one.
    ///
    /// @param what of [Layouts] stands there otherwise
    private Path changed(String what, String otherwise) throws IOException {
        Path lib = copy("second");
        Path source = directory.resolve("Layouts.java");
        String text = Files.readString(Place.root().resolve("ring/src/main/java/netkeep/ring/Layouts.java"));
        assertTrue(text.contains(what), text);
        Files.writeString(source, text.replace(what, otherwise));
        Path classes = directory.resolve("classes");
        ToolProvider javac = ToolProvider.findFirst("javac").orElseThrow();
        assertEquals(0, javac.run(System.out, System.err, "-d", classes.toString(), source.toString()));
        String layouts = "netkeep/ring/Layouts.class";
        put(lib.resolve("netkeep-ring.jar"), layouts, Files.readAllBytes(classes.resolve(layouts)));
        put(lib.resolve("netkeep-domain.jar"), "netkeep/domain/version.txt", NEXT.getBytes(StandardCharsets.UTF_8));
        return lib;
    }

    private static void put(Path jar, String entry, byte[] octets) throws IOException {
        try (FileSystem files = FileSystems.newFileSystem(jar)) {
            Files.write(files.getPath(entry), octets);
        }
    }

    private void turn(Path to) throws IOException {
        Path next = Files.createSymbolicLink(directory.resolve("next"), to);
        Files.move(next, program, StandardCopyOption.ATOMIC_MOVE);
    }

    /// The command line of the program that lies there.
    private List<String> netkeep(List<String> arguments) {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Dnetkeep.rehearsal=20",
                "--enable-native-access=netkeep.linux",
                "-p",
                program.toString(),
                "-m",
                "netkeep.tools/netkeep.tools.Main"));
        line.addAll(arguments);
        return line;
    }

    private Place.Said upgrade() throws Exception {
        return place.start(netkeep(List.of("upgrade", "--session", session.toString())))
                .end(2 * PATIENCE_MS / 1000);
    }

    private void endStreams() throws Exception {
        for (Echoed stream : streams) {
            stream.end();
        }
    }

    private String status() throws Exception {
        return place.command("status", "--session", session.toString(), "--json")
                .out();
    }

    private static Set<String> found(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(result -> result.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /// Of all processes, whether they serve or stand by.
    private static Set<String> versions(String status) {
        return found("\"version\": \"([^\"]+)\"", status);
    }

    /// Which process is which part.
    private static Set<String> serving(String status) {
        return found("(\"pid\": \\d+, \"part\": \"[a-z,]+\", \"state\": \"serving\", \"restarts\": 0)", status);
    }

    @ParameterizedTest
    @ValueSource(strings = {"monolithic", "factored"})
    void changedProgramTakesOverUnderStreams(String placement) throws Exception {
        begin(placement);
        String before = status();
        assertEquals(placement.equals("factored") ? 3 : 1, serving(before).size(), before);
        assertEquals(1, versions(before).size(), before);
        assertNotEquals(Set.of(NEXT), versions(before));

        turn(changed("private Layouts() {}", "private Layouts() {}\n\n    public static void added() {}"));
        Place.Said said = upgrade();

        assertEquals(0, said.code(), said.err());
        String after = status();
        assertEquals(Set.of(NEXT), versions(after), after);
        assertEquals(Set.of(), serving(after), "each part is another process");
        endStreams();
    }

    @Test
    void programOfAnotherNumberIsRefusedAndTheOldOneGoesOn() throws Exception {
        begin("factored");
        Set<String> before = serving(status());
        turn(changed("return " + NUMBER + ";", "return " + (NUMBER + 1) + ";"));

        // Its own command looks first, and changes nothing.
        Place.Said own = upgrade();
        assertEquals(2, own.code(), own.err());
        assertTrue(own.err().contains("number " + (NUMBER + 1) + ", and what runs as number " + NUMBER), own.err());
        assertFalse(status().contains("\"refused\": [{"), "the keeper was not asked");

        // That of the old one has the keeper start the other one.
        Place.Said old = place.command("upgrade", "--session", session.toString());
        assertEquals(1, old.code(), old.err());
        String both = "version " + NEXT + " lays memory out as number " + (NUMBER + 1) + ", and what runs as number "
                + NUMBER + ": put a program of number " + NUMBER + " back, or end what runs and start it anew";
        assertTrue(old.err().contains(both), old.err());
        String status = status();
        assertEquals(before, serving(status), status);
        assertTrue(status.contains(both), status);
        assertFalse(status.contains("\"state\": \"standby\""), status);
        assertTrue(up.err().contains(both), up.err());

        // Once what was there lies there again, somebody stands by.
        turn(first);
        Place.await(100, "nobody stands by", () -> {
            String now = status();
            return now.contains("\"state\": \"standby\"") && now.contains("\"refused\": []");
        });
        assertEquals(before, serving(status()));
        endStreams();
    }
}
