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
}
