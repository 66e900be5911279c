package netkeep.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import netkeep.bench.Namespaces.Place;

/// The stacks in domains of their own, each kept from its first use until the end.
final class Keepers implements AutoCloseable {
    /// What a keeper says once another process is ready to take over, and rehearsed: from then on that one sleeps.
    private static final String WARM = "\"standbys\": 1";

    private static final Pattern DOMAIN = Pattern.compile("\"([a-z][a-z0-9, ]*)\": \\{\"process\": ([1-9][0-9]*)");
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Lab lab;
    private final SelfCommand self;
    private final Map<Placed, Program> running = new EnumMap<>(Placed.class);
    private final Set<Placed> ready = EnumSet.noneOf(Placed.class);

    Keepers(Lab lab, SelfCommand self) {
        this.lab = lab;
        this.self = self;
    }

    /// Starts the keepers of all these placements, then waits: their domains rehearse side by side.
    void start(Collection<Placed> placements) throws IOException, InterruptedException {
        for (Placed placed : placements) {
            if (placed != Placed.EMBEDDED) {
                starting(placed);
            }
        }
        for (Placed placed : placements) {
            if (placed != Placed.EMBEDDED) {
                of(placed);
            }
        }
    }

    /// The keeper of a placement, with all its domains there and its standby asleep.
    Program of(Placed placed) throws IOException, InterruptedException {
        Program keeper = starting(placed);
        if (ready.add(placed)) {
            keeper.awaitOutput(WARM, PATIENCE);
            lab.namespaces().congestionControl(Place.LOAD, placed.device(), placed.load());
        }
        return keeper;
    }

    private Program starting(Placed placed) throws IOException {
        Program known = running.get(placed);
        if (known != null) {
            return known;
        }
        Program keeper = lab.start(
                Place.LOAD,
                self.with(
                        "up",
                        "--placement",
                        placed.id(),
                        "--link",
                        "tap:" + placed.device(),
                        "--address",
                        placed.server() + "/24",
                        "--kernel-address",
                        placed.load() + "/24",
                        "--session",
                        session(placed).toString(),
                        "--json"));
        running.put(placed, keeper);
        return keeper;
    }

    /// Where servers attach.
    Path session(Placed placed) {
        return lab.directory().resolve(placed.id());
    }

    /// Processes of a placement's domains, by what runs in them.
    Map<String, Long> domains(Placed placed) throws IOException, InterruptedException {
        String said = of(placed).output().strip();
        Map<String, Long> domains = new LinkedHashMap<>();
        Matcher each = DOMAIN.matcher(said.substring(said.lastIndexOf('\n') + 1));
        while (each.find()) {
            domains.put(each.group(1), Long.parseLong(each.group(2)));
        }
        return domains;
    }

    @Override
    public void close() {
        running.values().forEach(Program::close);
        running.clear();
        ready.clear();
    }
}
