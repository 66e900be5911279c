package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import netkeep.domain.Line;
import netkeep.domain.Welcome;
import netkeep.linux.Threads;
import netkeep.session.Ask;
import netkeep.session.SessionLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a daemon tells about itself, and how it is ended.
@Timeout(120)
class DaemonTest {
    private static final int PORT = 80;
    private static final String STACK = "\"part\": \"[a-z,]*stack[a-z,]*\", \"state\": \"serving\"";
    private static final String RESTARTS = STACK + ", \"restarts\": (\\d+)";

    @TempDir
    private Path directory;

    private Place place;
    private Place.Running up;
    private Place.Running server;
    private Path session;

    @BeforeEach
    void make() {
        place = new Place(directory);
        session = directory.resolve("session");
    }

    private void begin(String placement) throws Exception {
        Path root = Files.createDirectory(directory.resolve("root"));
        Files.write(root.resolve("file"), new byte[100_000]);
        List<String> line = new ArrayList<>(List.of("up", "--session", session.toString(), "--placement", placement));
        line.addAll(Place.LINK);
        up = place.start(Place.netkeep(line));
        up.says("programs attach at");
        server = place.start(Place.netkeep(
                List.of("serve", "http", "--root", root.toString(), "--port", "80", "--session", session.toString())));
        server.says("serving");
    }

    @AfterEach
    void end() {
        place.close();
    }

    private Place.Said ask(String... command) throws Exception {
        List<String> line = new ArrayList<>(List.of(command));
        line.addAll(List.of("--session", session.toString()));
        return place.start(Place.netkeep(line)).end();
    }

    private String said(String... command) throws Exception {
        Place.Said said = ask(command);
        assertEquals(0, said.code(), said.err() + up.out() + up.err());
        return said.out();
    }

    private static List<String> found(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(result -> result.group(1))
                .toList();
    }

    private long serving() throws Exception {
        List<String> pids = found("\"pid\": (\\d+), " + STACK, said("status", "--json"));
        assertEquals(1, pids.size());
        return Long.parseLong(pids.getFirst());
    }

    @ParameterizedTest
    @ValueSource(strings = {"monolithic", "factored"})
    void statusTellsWhoServesWhatAndWhom(String placement) throws Exception {
        begin(placement);
        up.says("one stands by");
        String json = said("status", "--json");
        assertEquals(1, json.lines().count());
        assertTrue(
                json.startsWith("{\"placement\": \"" + placement + "\", \"keeper\": {\"pid\": " + up.pid() + ","),
                json);
        List<String> states = found("\"state\": \"(serving|standby)\"", json);
        assertEquals(
                placement.equals("factored") ? 3 : 1,
                states.stream().filter("serving"::equals).count(),
                json);
        assertTrue(states.contains("standby"), json);
        for (String pid : found("\"pid\": (\\d+), \"part\"", json)) {
            assertTrue(ProcessHandle.of(Long.parseLong(pid)).isPresent(), json);
        }
        for (String memory : found("\"memory\": (\\d+)", json)) {
            assertTrue(Long.parseLong(memory) > 1 << 12, json);
        }
        assertTrue(json.contains("\"address\": \"" + Place.OURS_4 + "/24\", \"state\": \""), json);
        assertTrue(json.contains("\"address\": \"" + Place.OURS_6 + "/64\""), json);
        assertTrue(json.contains("\"name\": \"nk-cmd\""), json);
        assertTrue(json.contains("{\"number\": 0, \"pid\": " + server.pid() + ", \"user\": 0, \"sockets\": 1,"), json);
        String text = said("status");
        assertTrue(text.contains(placement + ", keeper " + up.pid()), text);
        assertTrue(text.contains("session 0 process " + server.pid()), text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"monolithic", "factored"})
    void restartsAndTurnsAreTold(String placement) throws Exception {
        begin(placement);
        up.says("one stands by");
        long first = serving();
        assertEquals(List.of("0"), found(RESTARTS, said("status", "--json")));
        Threads.kill(first, Threads.SIGKILL);
        up.says("restarts 1;");
        String json = said("status", "--json");
        assertFalse(json.contains("\"pid\": " + first + ","), json);
        assertEquals(List.of("1"), found(RESTARTS, json));
        // Each domain's, whatever its parts.
        List<String> turns = found("\"turns\": (\\d+)", json);
        assertEquals(placement.equals("factored") ? 3 : 1, turns.size(), json);
        for (String count : turns) {
            assertTrue(Long.parseLong(count) > 0, json);
        }
        assertTrue(json.contains("\"pid\": " + server.pid()), json);
    }

    /// The same connections, seen from either side: what is local here is the peer there.
    @ParameterizedTest
    @ValueSource(strings = {"monolithic", "factored"})
    void socketsAreThoseOfTheKernelsOtherSide(String placement) throws Exception {
        begin(placement);
        assumeTrue(Place.has("ss"), "no ss");
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 40; i++) {
                String address = i % 2 == 0 ? Place.OURS_4 : Place.OURS_6;
                sockets.add(place.space().call(() -> new Socket(address, PORT)));
            }
            Set<String> kernels = place.run("ss", "-Htn", "state", "established", "dport", "=", ":80")
                    .out()
                    .replaceAll("\\[::ffff:([0-9.]+)]", "$1")
                    .lines()
                    .map(line -> Arrays.asList(line.strip().split("\\s+")))
                    .map(words -> words.get(3) + " " + words.get(2))
                    .collect(Collectors.toCollection(TreeSet::new));
            String ours = said("ss", "-Htnp");
            assertEquals(40, kernels.size());
            assertEquals(
                    kernels,
                    ours.lines()
                            .map(line -> Arrays.asList(line.strip().split("\\s+")))
                            .map(words -> words.get(4) + " " + words.get(5))
                            .collect(Collectors.toCollection(TreeSet::new)));
            assertTrue(ours.lines().allMatch(line -> line.contains("pid=" + server.pid() + ",")), ours);
            assertTrue(said("ss", "-Htln").lines().anyMatch(line -> line.startsWith("tcp   LISTEN")));
            assertTrue(said("status", "--json").contains("\"sockets\": 41"));
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    @Test
    void countersAndRatesAreOfWhatPassed() throws Exception {
        begin("factored");
        assumeTrue(Place.has("curl"), "no curl");
        String url = "http://" + Place.OURS_4 + "/file";
        assertEquals(
                0,
                place.run("curl", "-sfo", directory.resolve("got").toString(), url)
                        .code());
        assertEquals(100_000, Files.size(directory.resolve("got")));
        assertTrue(said("nstat", "TcpPassiveOpens").contains("TcpPassiveOpens                 1 "));
        Matcher octets = Pattern.compile("\"IpExtOutOctets\": (\\d+)").matcher(said("nstat", "--json"));
        assertTrue(octets.find());
        assertTrue(Long.parseLong(octets.group(1)) > 100_000, octets.group());
        String top = said("top", "--count", "2");
        assertEquals(
                2,
                top.lines().filter(line -> line.startsWith("netkeep factored")).count(),
                top);
        assertTrue(top.contains("connections accepted"), top);
        assertFalse(top.contains("\u001b"), "no terminal, no escapes");
        String json = said("top", "--count", "1", "--json");
        assertEquals(1, json.lines().count(), json);
        assertTrue(json.startsWith("{\"placement\": \"factored\", "), json);
        assertEquals(3, found("\"turns_per_second\": ([0-9.E-]+)", json).size(), json);
    }

    @ParameterizedTest
    @ValueSource(strings = {"monolithic", "factored"})
    void downLeavesNoProcess(String placement) throws Exception {
        begin(placement);
        up.says("one stands by");
        List<ProcessHandle> all = new ArrayList<>(
                ProcessHandle.of(up.pid()).orElseThrow().descendants().toList());
        assertTrue(all.size() >= 2, "who serves, and who stands by");
        Place.Said down = ask("down", "--json");
        assertEquals(0, down.code(), down.err());
        assertTrue(down.out().startsWith("{\"ended\": {\"keeper\": " + up.pid() + ", \"processes\": ["), down.out());
        for (ProcessHandle process : all) {
            assertFalse(process.isAlive(), process.toString());
        }
        assertEquals(0, up.end().code());
        assertFalse(Files.exists(session));
        Place.Said again = ask("down");
        assertEquals(1, again.code());
        assertTrue(again.err().contains("nobody keeps a stack at"), again.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"monolithic", "factored"})
    void whoBreaksItsRingsIsCutOffAndTheReasonIsShown(String placement) throws Exception {
        begin(placement);
        try (Welcome welcome = Welcome.at(session.toString())) {
            welcome.client().i64Release(SessionLayout.producer(), -5);
            welcome.bell().ring();
            String status = "";
            long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (!status.contains("cut off: session 1") && System.nanoTime() < endNs) {
                status = said("status");
            }
            String expected =
                    "cut off: session 1 of process " + ProcessHandle.current().pid() + ": ";
            assertTrue(status.contains(expected), status);
            assertTrue(status.contains("session 0 process " + server.pid()), status);
        }
    }

    @Test
    void questionsThatMakeNoSenseHarmNobody() throws Exception {
        begin("monolithic");
        List<String> questions = List.of(
                "",
                "ss",
                "ss -1",
                "ss x",
                "ss 2147483647",
                "session 99",
                "session",
                "add",
                "add address 9 198.18.0.9/24",
                "add route 1 x y",
                "remove address 1 198.18.0.9",
                "what is this?",
                "x".repeat(Ask.LONGEST));
        try (Line line = Line.to(session.toString())) {
            for (String question : questions) {
                line.send(Ask.question(question));
                Ask.Answer answer = Ask.read(line.receive().octets());
                assertEquals(0, answer.errno(), question);
            }
        }
        assertTrue(said("status").contains("restarts 0"));
    }
}
