package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import netkeep.domain.Sandbox;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The walls of each kind of domain, tried from inside by [Visitor] and looked at from outside. A kind is a placement,
/// all of whose domains are tried.
class WallsTest {
    /// As [Place#LINK] has it.
    private static final String DEVICE = "nk-cmd";

    private static final int EPERM = 1;
    private static final int ENOENT = 2;
    private static final int ENOMEM = 12;
    private static final int EACCES = 13;
    private static final int EINVAL = 22;
    private static final int ENETUNREACH = 101;

    /// What comes of each attempt: when only system calls are left to take, and behind all walls.
    private static final Map<String, int[]> REFUSALS = new TreeMap<>(Map.ofEntries(
            Map.entry("read", new int[] {EACCES, EPERM}),
            Map.entry("write", new int[] {EACCES, EPERM}),
            Map.entry("reopen", new int[] {EACCES, EPERM}),
            Map.entry("map", new int[] {EACCES, EACCES}),
            Map.entry("protect", new int[] {EACCES, EACCES}),
            Map.entry("mount", new int[] {EPERM, EPERM}),
            Map.entry("socket", new int[] {0, EPERM}),
            Map.entry("local socket", new int[] {0, EPERM}),
            Map.entry("connect", new int[] {EACCES, EPERM}),
            Map.entry("bind", new int[] {EACCES, EPERM}),
            Map.entry("send", new int[] {ENETUNREACH, ENETUNREACH}),
            Map.entry("fork", new int[] {EINVAL, EPERM}),
            Map.entry("exec", new int[] {ENOENT, EPERM}),
            Map.entry("spawn", new int[] {EACCES, EPERM}),
            Map.entry("trace", new int[] {EPERM, EPERM}),
            Map.entry("look into", new int[] {EPERM, EPERM}),
            Map.entry("signal", new int[] {EPERM, EPERM}),
            Map.entry("namespace", new int[] {EPERM, EPERM}),
            Map.entry("user namespace", new int[] {EINVAL, EPERM}),
            Map.entry("become root", new int[] {EPERM, EPERM}),
            Map.entry("much memory", new int[] {ENOMEM, ENOMEM}),
            Map.entry("high descriptor", new int[] {EINVAL, EPERM})));

    @TempDir
    private Path directory;

    private Place place;
    private Path session;

    @AfterEach
    void end() {
        place.close();
    }

    /// The command line of a command whose domains are visited.
    private List<String> netkeep(String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--session", session.toString()));
        List<String> command = new ArrayList<>(Place.netkeep(all));
        command.add(1, "-D" + Sandbox.VISITOR + "=" + Visitor.class.getName());
        return command;
    }

    private Place.Running up(String placement, List<String> prefix) throws Exception {
        place = new Place(directory);
        session = directory.resolve("session");
        List<String> line = new ArrayList<>(prefix);
        line.addAll(netkeep("up", "--placement", placement));
        line.addAll(Place.LINK);
        Place.Running up = place.start(line);
        up.says("one stands by");
        return up;
    }

    @ParameterizedTest
    @ValueSource(strings = {"monolithic", "factored"})
    void whatADomainMustNotDoIsRefused(String placement) throws Exception {
        Place.Running up = up(placement, List.of());
        assertTried(up, expected(User.ROOT));
        Place.Running server = place.start(Place.netkeep(List.of("echo", "--session", session.toString())));
        server.says("port");
        for (String part : List.of("link", "stack", "control")) {
            long process = Daemon.process(up, part);
            outside(process, Sandbox.FIRST_USER + process);
            assertNotEquals(network(up.pid()), network(process));
            String limits = Files.readString(Path.of("/proc/" + process + "/limits"));
            assertTrue(limits.matches("(?s).*Max processes +128 +128 .*"), limits);
        }
        regions(up, server);
    }

    /// Each of the two writes the regions that are its own, and the keeper has none.
    private static void regions(Place.Running up, Place.Running server) throws Exception {
        assertEquals(List.of("r--s"), mapped(Daemon.process(up, "stack"), "netkeep-client-0"));
        assertEquals(List.of("rw-s"), mapped(Daemon.process(up, "stack"), "netkeep-stack-0"));
        assertEquals(List.of("rw-s"), mapped(server.pid(), "netkeep-client-0"));
        assertEquals(List.of("r--s"), mapped(server.pid(), "netkeep-stack-0"));
        assertEquals(List.of(), mapped(up.pid(), "netkeep-"));
    }

    /// An ordinary user has a user namespace in which it is root, and nobody else is.
    @ParameterizedTest
    @ValueSource(strings = {"monolithic", "factored"})
    void alsoWithoutRoot(String placement) throws Exception {
        List<String> ordinary = List.of("unshare", "--user", "--map-root-user", "--net", "--");
        Place.Running up = up(placement, ordinary);
        assertTried(up, expected(User.ROOT_OF_NAMESPACE));
        assertTrue(up.err().contains("a domain has its keeper's user"), up.err());
    }

    /// Somebody who has no right and no namespace, but a device that root has given him.
    @ParameterizedTest
    @ValueSource(strings = {"monolithic", "factored"})
    void alsoForWhoHasNeitherRootNorANamespace(String placement) throws Exception {
        assumeTrue(Place.has("ip"), "no ip");
        place = new Place(directory);
        Path own = Files.createDirectory(directory.resolve("own"));
        Files.setAttribute(own, "unix:uid", Nobody.USER);
        session = own.resolve("session");
        for (String words : List.of(
                "tuntap add dev " + DEVICE + " mode tap user " + Nobody.USER,
                "addr add " + Place.KERNEL_4 + "/24 dev " + DEVICE,
                "link set " + DEVICE + " up")) {
            Place.Said said = place.run(("ip " + words).split(" ", -1));
            assertEquals(0, said.code(), said.err());
        }
        List<String> line = Nobody.readable(netkeep("up", "--placement", placement), place, directory);
        List<String> begun = Nobody.lineWithDevices(place, directory);
        begun.addAll(line);
        begun.addAll(List.of("--link", "tap:" + DEVICE, "--address", Place.OURS_4 + "/24"));
        Place.Running up = place.start(begun);
        up.says("one stands by");
        assertTried(up, expected(User.NOBODY));
        List<String> echo = Nobody.line();
        echo.addAll(line.subList(0, line.indexOf("up")));
        echo.addAll(List.of("echo", "--session", session.toString()));
        Place.Running server = place.start(echo);
        server.says("port");
        for (String part : List.of("link", "stack", "control")) {
            long process = Daemon.process(up, part);
            outside(process, Nobody.USER);
            assertEquals(network(up.pid()), network(process));
        }
        regions(up, server);
        try (SocketChannel channel = place.connect(Place.OURS_4, 7)) {
            Place.echo(channel, 40_000);
        }
        assertEquals(0, up.stop().code());
    }

    /// Who keeps a placement.
    private enum User {
        ROOT,
        ROOT_OF_NAMESPACE,
        NOBODY
    }

    private static Map<String, String> expected(User user) {
        Map<String, String> expected = new TreeMap<>();
        REFUSALS.forEach((name, errnos) -> {
            for (int stage = 1; stage <= 2; stage++) {
                // A region whose owner one is can be opened again: Landlock does not see memory as files.
                boolean stays = stage == 1
                        && (name.equals("reopen") && user != User.ROOT
                                || name.equals("become root") && user == User.ROOT_OF_NAMESPACE);
                expected.put(stage + " " + name, stays ? "0" : Integer.toString(errnos[stage - 1]));
            }
        });
        return expected;
    }

    /// Each process that serves has tried everything, as has the one that stands by, and all of it came to the same.
    private static void assertTried(Place.Running up, Map<String, String> expected) throws Exception {
        Set<Long> serving = new TreeSet<>();
        for (String part : List.of("link", "stack", "control")) {
            long process = Daemon.process(up, part);
            String last = "wall " + process + " 2 " + Visitor.LAST + " ";
            Place.await(part + " has not tried all: " + up.out(), () -> up.out().contains(last));
            serving.add(process);
        }
        Map<Long, Map<String, String>> tried = tried(up);
        tried.forEach((process, answers) -> assertEquals(expected, answers, "process " + process));
        assertTrue(tried.keySet().containsAll(serving), tried.keySet() + " but not all of " + serving);
        assertEquals(serving.size() + 1, tried.size(), "who serves, and who stands by");
    }

    /// What each process said.
    private static Map<Long, Map<String, String>> tried(Place.Running up) throws IOException {
        return up.out()
                .lines()
                .filter(line -> line.matches("wall \\d+ [12] .*"))
                .map(line -> line.split(" ", 3))
                .collect(Collectors.groupingBy(
                        words -> Long.valueOf(words[1]),
                        TreeMap::new,
                        Collectors.toMap(
                                words -> words[2].substring(0, words[2].lastIndexOf(' ')),
                                words -> words[2].substring(words[2].lastIndexOf(' ') + 1),
                                (one, other) -> one + " and " + other,
                                TreeMap::new)));
    }

    /// Each wall as the system shows it to others.
    ///
    /// @param whoseUser who it is by now
    private static void outside(long process, long whoseUser) throws IOException {
        Path proc = Path.of("/proc/" + process);
        List<String> status = Files.readAllLines(proc.resolve("status"));
        for (String none : List.of("CapInh", "CapPrm", "CapEff", "CapAmb")) {
            assertTrue(status.contains(none + ":\t0000000000000000"), status.toString());
        }
        String user = Long.toString(whoseUser);
        for (String whose : List.of("Uid", "Gid")) {
            assertTrue(status.contains(whose + ":\t" + String.join("\t", user, user, user, user)), status.toString());
        }
        assertTrue(status.contains("NoNewPrivs:\t1"), status.toString());
        assertTrue(status.contains("Seccomp:\t2"), status.toString());
        // What can be traced by its user is its user's.
        assertEquals(0, Files.getAttribute(proc.resolve("fd"), "unix:uid"));
        String limits = Files.readString(proc.resolve("limits"));
        assertTrue(limits.matches("(?s).*Max core file size +0 +0 .*"), limits);
        assertTrue(limits.matches("(?s).*Max open files +16384 +16384 .*"), limits);
        assertFalse(limits.matches("(?s).*Max data size +unlimited.*"), limits);
    }

    private static Path network(long process) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/" + process + "/ns/net"));
    }

    /// What a process may do in its mappings of a region.
    private static List<String> mapped(long process, String region) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process + "/maps")).stream()
                .filter(line -> line.contains("memfd:" + region))
                .map(line -> line.split(" +")[1])
                .distinct()
                .toList();
    }
}
