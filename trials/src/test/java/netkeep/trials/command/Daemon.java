package netkeep.trials.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import netkeep.linux.Threads;
import netkeep.placement.SocketLine;

/// A `netkeep up` in a [Place], and what it says has become of its domains.
final class Daemon {
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(60);

    final Place.Running keeper;
    final Path session;

    private final Place place;

    /// Starts it, and waits until all its domains are there.
    Daemon(Place place, Path session, String placement) throws Exception {
        this(place, session, placement, List.of());
    }

    /// As above.
    ///
    /// @param options of its JVMs
    Daemon(Place place, Path session, String placement, List<String> options) throws Exception {
        this(place, session, placement, options, Place.LINK);
    }

    /// As above.
    ///
    /// @param link and its addresses, as options
    Daemon(Place place, Path session, String placement, List<String> options, List<String> link) throws Exception {
        this.place = place;
        this.session = session;
        List<String> line = new ArrayList<>(List.of("up", "--placement", placement, "--session", session.toString()));
        line.addAll(link);
        List<String> command = new ArrayList<>(Place.netkeep(line));
        command.addAll(1, options);
        keeper = place.start(command);
        awaitAll();
    }

    /// As above, with no other options than these.
    ///
    /// @param session as they say
    Daemon(Place place, Path session, List<String> options) throws Exception {
        this.place = place;
        this.session = session;
        List<String> line = new ArrayList<>(List.of("up"));
        line.addAll(options);
        keeper = place.start(Place.netkeep(line));
        awaitAll();
    }

    private void awaitAll() throws Exception {
        for (String part : new String[] {"link", "stack", "control"}) {
            keeper.says(part);
            awaitRestarts(part, 0);
        }
    }

    /// Where it writes a report of each death.
    Path reports() {
        return session.resolveSibling(session.getFileName() + "-reports");
    }

    /// Its report of a death: of which domain, and the how manieth of it.
    String report(String death) throws Exception {
        Path report = reports().resolve(death + ".json");
        long endNs = System.nanoTime() + PATIENCE_NS;
        while (!Files.exists(report) || !Files.readString(report).endsWith("\n")) {
            pause(endNs, "a report of " + death);
        }
        return Files.readString(report);
    }

    /// Starts a server of ours that is attached to it.
    Place.Running attach(String... command) throws Exception {
        List<String> line = new ArrayList<>(List.of(command));
        line.addAll(List.of("--session", session.toString()));
        Place.Running server = place.start(Place.netkeep(line));
        server.says("port");
        return server;
    }

    /// The process that hosts a part, by what the keeper said last.
    long process(String part) throws Exception {
        String process = held(part).group(1);
        if (process == null) {
            throw new AssertionError("nobody is " + part + ": " + keeper.out());
        }
        return Long.parseLong(process);
    }

    /// How many processes that hosted a part have died.
    int restarts(String part) throws Exception {
        return restarts(keeper, part);
    }

    /// As above, by what a keeper said last.
    static int restarts(Place.Running keeper, String part) throws Exception {
        return Integer.parseInt(held(keeper, part).group(2));
    }

    /// The process that hosts a part, by what a keeper said last.
    static long process(Place.Running keeper, String part) throws Exception {
        return Long.parseLong(held(keeper, part).group(1));
    }

    private Matcher held(String part) throws Exception {
        return held(keeper, part);
    }

    private static Matcher held(Place.Running keeper, String part) throws Exception {
        Matcher held = Pattern.compile("\\b" + part + "[a-z,]*: (?:process (\\d+)|nobody), restarts (\\d+);")
                .matcher(last(keeper));
        if (!held.find()) {
            throw new AssertionError("no word of " + part + ": " + keeper.out());
        }
        return held;
    }

    /// The last line about the state of all domains that is whole.
    private static String last(Place.Running keeper) throws Exception {
        String out = keeper.out();
        return out.substring(0, out.lastIndexOf('\n') + 1)
                .lines()
                .filter(line -> line.contains("; sessions: "))
                .reduce("", (before, line) -> line);
    }

    /// All its sockets, the fields of a line each. Whoever is to answer may have died just now.
    List<Map<String, Object>> sockets() throws Exception {
        long endNs = System.nanoTime() + PATIENCE_NS;
        List<Map<String, Object>> all = new ArrayList<>();
        for (long next = 0; next >= 0; ) {
            List<String> lines = Place.asked(session, "ss " + next).lines().toList();
            if (lines.isEmpty()) {
                pause(endNs, "an answer to ss");
                continue;
            }
            lines.stream().skip(1).map(SocketLine::fields).forEach(all::add);
            next = Long.parseLong(lines.getFirst().substring("next=".length()));
        }
        return all;
    }

    /// Waits until what the keeper says has this in it.
    void await(String state) throws Exception {
        long endNs = System.nanoTime() + PATIENCE_NS;
        while (!last(keeper).contains(state)) {
            pause(endNs, state);
        }
    }

    /// Waits until so many processes that hosted a part have died, and there is another one.
    void awaitRestarts(String part, int restarts) throws Exception {
        long endNs = System.nanoTime() + PATIENCE_NS;
        while (restarts(part) != restarts || held(part).group(1) == null) {
            pause(endNs, part + " restarts " + restarts);
        }
    }

    /// Waits until more processes that hosted a part have died, and there is another one.
    void awaitDeath(String part, int before) throws Exception {
        long endNs = System.nanoTime() + PATIENCE_NS;
        while (restarts(part) == before || held(part).group(1) == null) {
            pause(endNs, part + " restarts more than " + before);
        }
    }

    private void pause(long endNs, String wanted) throws Exception {
        if (System.nanoTime() > endNs) {
            throw new AssertionError("never said \"" + wanted + "\": " + keeper.out());
        }
        Thread.sleep(10);
    }

    /// Ends a part's process, once another stands by and it has died so often.
    void kill(String part, int deaths, int signal) throws Exception {
        awaitRestarts(part, deaths);
        await("one stands by");
        Threads.kill(process(part), signal);
    }

    /// Ends a part's process, and its successor as soon as it has one.
    void killTwice(String part) throws Exception {
        int deaths = restarts(part);
        long first = process(part);
        long endNs = System.nanoTime() + PATIENCE_NS;
        kill(part, deaths, Threads.SIGKILL);
        String second = held(part).group(1);
        while (second == null || Long.parseLong(second) == first) {
            if (System.nanoTime() > endNs) {
                pause(endNs, "a successor of " + part);
            }
            second = held(part).group(1);
        }
        Threads.kill(Integer.parseInt(second), Threads.SIGKILL);
        awaitRestarts(part, deaths + 2);
    }
}
