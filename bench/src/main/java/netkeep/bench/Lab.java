package netkeep.bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import netkeep.bench.Namespaces.Place;

/// What all jobs share: a directory, the two namespaces and the load programs. Closing it leaves nothing behind, and a
/// signal closes it.
final class Lab implements AutoCloseable {
    private static final String PREFIX = "netkeep-bench-";

    private static final Pattern NAME = Pattern.compile(PREFIX + "(\\d{1,18})-\\d+");

    /// How long one wait for a server is, after which it is looked whether there still is one.
    private static final int LOOK_MS = 200;

    private static final Duration SLACK = Duration.ofSeconds(20);

    private final Path directory;
    private final Namespaces namespaces;
    private final CPrograms programs;
    private final Thread atExit = new Thread(this::closeAtExit);

    private Lab(Path directory, Namespaces namespaces, CPrograms programs) {
        this.directory = directory;
        this.namespaces = namespaces;
        this.programs = programs;
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    static Lab open() throws IOException, InterruptedException {
        removeLeftovers();
        Path directory =
                Files.createTempDirectory(PREFIX + ProcessHandle.current().pid() + "-");
        Namespaces namespaces = null;
        try {
            CPrograms programs = CPrograms.compile(directory);
            namespaces = Namespaces.make(directory);
            Lab lab = new Lab(directory, namespaces, programs);
            namespaces = null;
            directory = null;
            return lab;
        } finally {
            if (namespaces != null) {
                namespaces.close();
            }
            if (directory != null) {
                remove(directory);
            }
        }
    }

    Path directory() {
        return directory;
    }

    Namespaces namespaces() {
        return namespaces;
    }

    CPrograms programs() {
        return programs;
    }

    /// Starts a program in a namespace, on both cores.
    Program start(Place place, List<String> command) throws IOException {
        return Program.start(directory, namespaces.inside(place, command.toArray(String[]::new)));
    }

    /// Keeps a server, with all its threads and what it started, on these cores: `0`, or `0,1`.
    void pin(Contender side, String cores) throws IOException, InterruptedException {
        for (ProcessHandle each : side.processes()) {
            pin(each.pid(), cores);
        }
    }

    /// Keeps a process, with all its threads, on these cores.
    void pin(long process, String cores) throws IOException, InterruptedException {
        String pid = String.valueOf(process);
        Program.run(directory, SLACK, List.of("taskset", "--all-tasks", "--pid", "--cpu-list", cores, pid));
    }

    /// Starts a program in a namespace, on one core.
    Program start(Place place, int core, List<String> command) throws IOException {
        return Program.start(directory, namespaces.pinned(place, core, command));
    }

    /// Runs a program in the load's namespace to its end.
    ///
    /// @param ms how long it runs when all is well
    String load(int core, int ms, List<String> command) throws IOException, InterruptedException {
        return Program.run(directory, SLACK.plusMillis(ms), namespaces.pinned(Place.LOAD, core, command));
    }

    /// Runs a program on whichever core is free.
    String run(Place place, int ms, List<String> command) throws IOException, InterruptedException {
        List<String> inside = namespaces.inside(place, command.toArray(String[]::new));
        return Program.run(directory, SLACK.plusMillis(ms), inside);
    }

    /// Waits until a server answers.
    ///
    /// @throws IOException if it ends, or does not within `limit`; the message ends with what it said
    Contender ready(Program server, String host, int port, String device, Duration limit)
            throws IOException, InterruptedException {
        boolean answers = false;
        try {
            long deadlineNs = System.nanoTime() + limit.toNanos();
            while (!answers) {
                answers = answers(host, port);
                if (!server.isAlive() || !answers && System.nanoTime() > deadlineNs) {
                    throw new IOException("no answer from " + host + ":" + port + server.tail());
                }
            }
        } finally {
            if (!answers) {
                server.close();
            }
        }
        return new Contender(server, null, host, port, device);
    }

    /// Waits a while for an answer.
    private boolean answers(String host, int port) throws IOException, InterruptedException {
        List<String> wait = programs.command("start", host, String.valueOf(port), String.valueOf(LOOK_MS));
        try (Program program = start(Place.LOAD, 1, wait)) {
            return program.awaitEnd(SLACK) == 0;
        }
    }

    /// Looks for stolen time on both cores at once.
    Probe probe(int ms) throws IOException, InterruptedException {
        List<String> look = programs.command("probe", String.valueOf(ms));
        try (Program beside = start(Place.SERVER, 0, look)) {
            Probe there = Probe.parse(load(1, ms, look));
            beside.endInput();
            return there.and(Probe.parse(beside.output()));
        }
    }

    private void closeAtExit() {
        try {
            namespaces.close();
            remove(directory);
        } catch (IOException e) {
            System.err.println("bench: " + e.getMessage());
        }
    }

    @Override
    public void close() throws IOException {
        Runtime.getRuntime().removeShutdownHook(atExit);
        namespaces.close();
        remove(directory);
    }

    /// Removes the directories of runs that were killed.
    private static void removeLeftovers() throws IOException {
        Path all = Path.of(System.getProperty("java.io.tmpdir"));
        try (DirectoryStream<Path> found = Files.newDirectoryStream(all, PREFIX + "*")) {
            for (Path directory : found) {
                Matcher named = NAME.matcher(directory.getFileName().toString());
                if (named.matches()
                        && ProcessHandle.of(Long.parseLong(named.group(1))).isEmpty()) {
                    remove(directory);
                }
            }
        }
    }

    private static void remove(Path directory) throws IOException {
        List<Path> deepestFirst;
        try (Stream<Path> all = Files.walk(directory)) {
            deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : deepestFirst) {
            Files.deleteIfExists(path);
        }
    }
}
