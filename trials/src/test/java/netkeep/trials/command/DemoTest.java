package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import netkeep.trials.Java;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `netkeep demo`: parts of a factored stack die under a program that knows nothing of it, and each file comes whole.
@Timeout(120)
class DemoTest {
    /// It starts a keeper with all its processes twice, on a machine that has other things to do.
    private static final long PATIENCE_S = 100;

    @TempDir
    private Path directory;

    private Place place;

    @BeforeEach
    void make() {
        place = new Place(directory);
    }

    @AfterEach
    void drop() {
        place.close();
    }

    /// A packet socket is what an ordinary user gets, the JDK's server who has no nginx.
    @ParameterizedTest
    @CsvSource({"TAP, nginx", "veth and packet socket, jdk"})
    void filesComeWholeThoughPartsDie(String link, String server) throws Exception {
        boolean nginx = server.equals("nginx");
        assumeTrue(!nginx || Place.has("nginx") && Place.has("gcc"), "no nginx, or no gcc");
        List<String> words = new ArrayList<>(List.of("demo", "--json", "--rounds", nginx ? "1" : "0"));
        if (!nginx) {
            words.addAll(List.of("--server", "jdk", "--link", "packet"));
        }
        List<String> line = new ArrayList<>(Place.netkeep(words));
        line.add(1, "-Dnetkeep.command=" + Place.root().resolve("netkeep"));

        Place.Said said = place.start(line).end(PATIENCE_S);

        assertEquals(0, said.code(), said.out() + said.err());
        assertEquals("", said.err());
        assertTrue(said.out().contains("\"link\": \"" + link + "\""), said.out());
        assertTrue(said.out().contains("\"sound\": true"), said.out());
        assertTrue(said.out().contains(nginx ? "\"server\": \"nginx" : "\"server\": \"the JDK's server"), said.out());
        for (String part : List.of("stack", "link")) {
            assertTrue(
                    Pattern.compile("\"part\": \"" + part + "\", \"process\": \\d+, \"successor\": \\d+")
                            .matcher(said.out())
                            .find(),
                    said.out());
        }
        for (String where : nginx ? List.of("embedded", "monolithic", "factored", "kernel") : List.<String>of()) {
            assertTrue(
                    Pattern.compile("\"" + where + "\": [0-9.]+[1-9]")
                            .matcher(said.out())
                            .find(),
                    said.out());
        }
    }

    /// Who is nobody on this system, and reads nothing that is another's: the demo makes itself root of a user
    /// namespace.
    @ParameterizedTest
    @CsvSource({"nginx", "jdk"})
    void ordinaryUserSeesItWithoutAnyRight(String server) throws Exception {
        assumeTrue(Place.has("unshare"), "no unshare");
        assumeTrue(server.equals("jdk") || Place.has("nginx") && Place.has("gcc"), "no nginx, or no gcc");
        List<String> trial = Nobody.line();
        trial.addAll(List.of("unshare", "--user", "--map-root-user", "--net", "true"));
        assumeTrue(place.start(trial).end().code() == 0, "no user namespaces");
        List<String> line = Nobody.line();
        List<String> java = Java.line(
                "-Dnetkeep.rehearsal=20", "-Dnetkeep.command=" + Place.root().resolve("netkeep"));
        line.addAll(Nobody.readable(java, place, directory));
        line.addAll(List.of("netkeep.tools.Main", "demo", "--json", "--rounds", "0"));
        if (server.equals("jdk")) {
            line.addAll(List.of("--server", "jdk"));
        } else {
            builtLibrary();
        }

        Place.Said said = place.start(line).end(PATIENCE_S);

        assertEquals(0, said.code(), said.out() + said.err());
        assertEquals("", said.err());
        assertTrue(said.out().contains("\"link\": \"veth and packet socket\""), said.out());
        assertTrue(said.out().contains("\"sound\": true"), said.out());
        assertTrue(
                said.out().contains("\"server\": \"" + (server.equals("jdk") ? "the JDK's server" : "nginx")),
                said.out());
    }

    /// Whose folder it is has built it: nobody else may write there.
    private void builtLibrary() throws Exception {
        Path session = directory.resolve("session");
        try (ServerSocketChannel any = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            any.bind(UnixDomainSocketAddress.of(session));
            Place.Said said = place.start(Place.run(session, "true")).end();
            assertEquals(0, said.code(), said.err());
        }
    }
}
