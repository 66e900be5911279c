package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import netkeep.linux.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `netkeep run --netns`: a program that no preloaded library reaches, with the kernel's stack on the other side.
@Timeout(120)
class NetnsTest {
    private static final String PORT = "8080";
    private static final String NOBODYS = "8081";
    private static final String OCTETS = "64000001";
    private static final String FEW = "1000001";

    @TempDir
    private Path directory;

    private Place place;
    private Path session;
    private String program;

    @BeforeEach
    void begin() throws Exception {
        assumeTrue(Place.has("gcc"), "no gcc");
        place = new Place(directory);
        session = directory.resolve("session");
        Path source = directory.resolve("walled.c");
        try (InputStream text = Objects.requireNonNull(NetnsTest.class.getResourceAsStream("walled.c"))) {
            Files.write(source, text.readAllBytes());
        }
        program = directory.resolve("walled").toString();
        Place.Said said = place.run("gcc", "-static", "-O2", "-o", program, source.toString());
        assertEquals(0, said.code(), said.err());
    }

    @AfterEach
    void end() {
        if (place != null) {
            place.close();
        }
    }

    private Place.Running walled(String... words) throws Exception {
        return place.start(Place.netkeep(walledLine(words)));
    }

    private List<String> walledLine(String... words) {
        List<String> line = new ArrayList<>(List.of("run", "--netns", "--session", session.toString(), "--", program));
        line.addAll(List.of(words));
        return line;
    }

    private Place.Running kernels(String... words) throws Exception {
        List<String> line = new ArrayList<>(List.of(program));
        line.addAll(List.of(words));
        return place.start(line);
    }

    private static void ended(int code, String out, Place.Running running) throws Exception {
        Place.Said said = running.end();
        assertEquals("", said.err());
        assertEquals(out, said.out());
        assertEquals(code, said.code());
    }

    @Test
    @Row(
            program = "programs linked statically, Go's",
            scenario = "by `run --netns`: connections and datagrams both ways, over both families, the stack killed",
            outcome = "pass in C; by hand net/http of Go 1.19, wget and httpd of busybox, dig")
    void staticProgramTalksBothWaysAndIsSeenByTheStacksAddress() throws Exception {
        Daemon up = new Daemon(place, session, "monolithic");
        talk(Place.OURS_4, Place.KERNEL_4, OCTETS, () -> up.kill("stack", 0, Threads.SIGKILL));
        datagrams(Place.OURS_4, Place.KERNEL_4);
        ended(1, "connect: Connection refused\n", walled("client", Place.KERNEL_6, NOBODYS, FEW));
        talk(Place.OURS_6, Place.KERNEL_6, FEW, () -> {});
        datagrams(Place.OURS_6, Place.KERNEL_6);
        up.await("sessions: 0");
        assertTrue(up.restarts("stack") == 1);
    }

    private interface Meanwhile {
        void happens() throws Exception;
    }

    /// Over a connection to a server without, and over one to a server within.
    private void talk(String own, String peer, String octets, Meanwhile meanwhile) throws Exception {
        Place.Running server = kernels("server", PORT);
        server.says("listens");
        Place.Running client = walled("client", peer, PORT, octets);
        server.says("peer");
        meanwhile.happens();
        ended(0, "own " + own + "\nthe same " + octets + "\n", client);
        ended(0, "listens\npeer " + own + "\n", server);

        Place.Running within = walled("server", PORT);
        Place.await("it is not published", () -> sockets("-tln").contains(":" + PORT));
        ended(0, "own " + peer + "\nthe same " + FEW + "\n", kernels("client", own, PORT, FEW));
        ended(0, "listens\npeer " + peer + "\n", within);
    }

    /// To a server without, and to one within.
    private void datagrams(String own, String peer) throws Exception {
        Place.Running answers = kernels("answer", PORT);
        answers.says("waits");
        ended(0, "waits\npeer " + peer + "\n", walled("ask", peer, PORT));
        ended(0, "waits\npeer " + own + "\n", answers);
        Place.Running within = walled("answer", PORT);
        Place.await("it is not published", () -> sockets("-uln").contains(":" + PORT));
        ended(0, "waits\npeer " + own + "\n", kernels("ask", own, PORT));
        ended(0, "waits\npeer " + peer + "\n", within);
    }

    private String sockets(String which) throws Exception {
        return place.command("ss", which, "--session", session.toString()).out();
    }

    // What the daemon decides outside.

    private void write(String... more) throws Exception {
        Files.writeString(
                directory.resolve("netkeep.toml"),
                """
                session = "%s"
                [[link]]
                tap = "nk-out"
                addresses = ["%s/24"]
                kernel-addresses = ["%s/24"]
                """.formatted(session, Place.OURS_4, Place.KERNEL_4) + String.join("\n", more));
    }

    private void up(String... more) throws Exception {
        write(more);
        String file = directory.resolve("netkeep.toml").toString();
        place.start(Place.netkeep(List.of("up", "--config", file))).says("one stands by");
    }

    private void reload(String... more) throws Exception {
        write(more);
        Place.Said said = place.command("reload", "--session", session.toString());
        assertEquals(0, said.code(), said.err());
    }

    @Test
    void filterRefusesWhatANamespaceBeginsAndWhatComesForIt() throws Exception {
        up(
                "[[filter]]\naction = \"reject\"\ndirection = \"out\"\nprotocol = \"tcp\"\nports = [\"" + NOBODYS
                        + "\"]\nuser = \"root\"",
                "[[filter]]\naction = \"drop\"\ndirection = \"out\"\nprotocol = \"udp\"");
        Place.Running forbidden = kernels("server", NOBODYS);
        Place.Running server = kernels("server", PORT);
        Place.Running answers = kernels("answer", PORT);
        for (Place.Running each : List.of(forbidden, server)) {
            each.says("listens");
        }
        answers.says("waits");
        ended(1, "connect: Connection refused\n", walled("client", Place.KERNEL_4, NOBODYS, FEW));
        ended(0, "own " + Place.OURS_4 + "\nthe same " + FEW + "\n", walled("client", Place.KERNEL_4, PORT, FEW));
        ended(1, "waits\nno answer\n", walled("ask", Place.KERNEL_4, PORT));
        assertEquals("listens\n", forbidden.out());
        assertEquals("waits\n", answers.out());

        Place.Running within = walled("server", PORT);
        Place.await("it is not published", () -> sockets("-tln").contains(":" + PORT));
        reload("[[filter]]\naction = \"reject\"\nsession = " + number());
        ended(1, "connect: Connection refused\n", kernels("client", Place.OURS_4, PORT, FEW));
        reload();
        ended(0, "own " + Place.KERNEL_4 + "\nthe same " + FEW + "\n", kernels("client", Place.OURS_4, PORT, FEW));
        ended(0, "listens\npeer " + Place.KERNEL_4 + "\n", within);
    }

    /// The number of the session that there is.
    private int number() throws Exception {
        String status = place.command("status", "--session", session.toString()).out();
        Matcher session = Pattern.compile("session (\\d+) process").matcher(status);
        assertTrue(session.find(), status);
        return Integer.parseInt(session.group(1));
    }

    /// The program has given up before the connection outside was there, which nobody has then.
    @Test
    void connectionThatNobodyWaitsForAnyMoreEnds() throws Exception {
        up();
        Place.Running server = kernels("server", PORT);
        server.says("listens");
        Place.Running client = walled("leave", Place.KERNEL_4, PORT);
        ended(1, "listens\npeer " + Place.OURS_4 + "\nread: Connection reset by peer\n", server);
        assertTrue(client.alive());
        client.stop();
    }

    /// Half of a session's sockets are for what it begins.
    @Test
    void limitOfASessionHoldsForAllThatANamespaceBegins() throws Exception {
        up("[limits]\nsockets = 8");
        Place.Running server = kernels("server", PORT);
        server.says("listens");
        ended(1, "made 4\nconnect: Connection refused\n", walled("many", Place.KERNEL_4, PORT, "6"));
    }

    /// As programs do that look names up.
    @Test
    void socketThatAskedOnceIsGivenBackWhenItIsClosed() throws Exception {
        up("[limits]\nsockets = 8");
        kernels("answers", PORT).says("waits");
        ended(0, ("waits\npeer " + Place.KERNEL_4 + "\n").repeat(12), walled("asks", Place.KERNEL_4, PORT, "12"));
    }

    @Test
    void captureOfASessionShowsWhatANamespaceSays() throws Exception {
        up();
        Place.Running capture =
                place.start(Place.netkeep(List.of("capture", "session", "--session", session.toString())));
        capture.says("capturing");
        Place.Running server = kernels("server", PORT);
        server.says("listens");
        ended(0, "own " + Place.OURS_4 + "\nthe same " + FEW + "\n", walled("client", Place.KERNEL_4, PORT, FEW));
        String there =
                Pattern.quote(Place.OURS_4) + "\\.(\\d+) > " + Pattern.quote(Place.KERNEL_4 + "." + PORT) + "\\b";
        Place.await(
                "nothing was captured",
                () -> Pattern.compile(there).matcher(capture.out()).find());
        Matcher went = Pattern.compile(there).matcher(capture.out());
        assertTrue(went.find());
        String back = Place.KERNEL_4 + "." + PORT + " > " + Place.OURS_4 + "." + went.group(1);
        Place.await("nothing came back", () -> capture.out().contains(back));
        assertEquals(0, capture.stop().code());
    }
}
