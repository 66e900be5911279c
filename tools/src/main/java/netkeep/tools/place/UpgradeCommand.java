package netkeep.tools.place;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import netkeep.linux.LinuxException;
import netkeep.linux.Threads;
import netkeep.ring.Layouts;
import netkeep.tools.CannotHere;
import netkeep.tools.JsonText;
import netkeep.tools.status.Daemon;
import netkeep.tools.status.SessionOption;
import netkeep.tools.status.StatusLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `netkeep upgrade`: has each part go on in a process of the program that lies there now. A part is ended when its
/// successor has rehearsed; connections outlive that as they outlive any death.
@Command(
        name = "upgrade",
        description = {
            "Replaces the parts of a stack that runs, one after the other, by processes of the program that lies now",
            "where the running one was started from. No connection is lost."
        },
        mixinStandardHelpOptions = true)
public final class UpgradeCommand implements Callable<Integer> {
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(60);
    private static final long LOOK_MS = 20;
    private static final String NO_PART = "none";
    private static final String REFUSED = "refused";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    private SessionOption session = new SessionOption();

    @Option(names = "--part", paramLabel = "NAME", description = "This one alone, as status names it; repeatable.")
    private Set<String> only = Set.of();

    @Option(names = "--json", description = "Says each replacement in JSON, a line.")
    private boolean json;

    /// Whom the keeper had refused when this began, 0 for nobody: another program lay there then, perhaps.
    private long refused;

    /// For picocli.
    public UpgradeCommand() {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (Daemon daemon = session.daemon()) {
            check(daemon);
            refused = daemon.lines("domains").stream()
                    .filter(line -> line.kind().equals(REFUSED))
                    .mapToLong(line -> line.number("pid"))
                    .findFirst()
                    .orElse(0);
            long links = daemon.lines("status").stream()
                    .filter(line -> line.kind().equals("link"))
                    .count();
            List<StatusLine> old = await(daemon, all -> isWhole(all, links));
            Set<String> parts = old.stream()
                    .map(domain -> domain.text("part"))
                    .filter(part -> !part.equals(NO_PART) && (only.isEmpty() || only.contains(part)))
                    .collect(Collectors.toSet());
            if (!parts.containsAll(only)) {
                throw new IOException("there is no part " + only + " but " + parts);
            }
            // Whoever stands by began with the old program.
            for (StatusLine domain : old) {
                if (domain.text("part").equals(NO_PART)) {
                    end(daemon, domain.number("pid"));
                }
            }
            Set<Long> gone = old.stream().map(domain -> domain.number("pid")).collect(Collectors.toSet());
            for (StatusLine domain : old) {
                if (parts.contains(domain.text("part"))) {
                    replace(daemon, domain, gone);
                }
            }
            await(daemon, all -> all.stream().anyMatch(UpgradeCommand::standsBy));
        }
        return 0;
    }

    /// What lies in memory must mean the same to the new program.
    private static void check(Daemon daemon) throws IOException {
        long theirs = daemon.lines("status").getFirst().number("layout");
        int ours = Layouts.version();
        if (theirs != ours) {
            throw new CannotHere("this program lays memory out as number " + ours + ", and what runs as number "
                    + theirs + ": upgrade to a program of number " + theirs + ", or end what runs and start it anew");
        }
    }

    /// @param old  the part as it was when the upgrade began
    /// @param gone processes of before then: one of them may be the part by now, for it stood by when that died
    private void replace(Daemon daemon, StatusLine old, Set<Long> gone) throws IOException, InterruptedException {
        String part = old.text("part");
        Predicate<StatusLine> is = each -> each.text("part").equals(part);
        Predicate<StatusLine> isOld = is.and(each -> gone.contains(each.number("pid")));
        List<StatusLine> now = await(
                daemon,
                all -> none(all, isOld)
                        || all.stream().anyMatch(each -> standsBy(each) && !gone.contains(each.number("pid"))));
        for (StatusLine each : now) {
            if (isOld.test(each)) {
                end(daemon, each.number("pid"));
            }
        }
        now = await(daemon, all -> none(all, isOld) && !none(all, is));
        PrintWriter out = spec.commandLine().getOut();
        now.stream().filter(is).forEach(each -> out.println(said(old, each)));
        out.flush();
    }

    /// Whether somebody is each part: one that has just died is missing.
    private static boolean isWhole(List<StatusLine> all, long links) {
        Set<String> parts = all.stream().map(each -> each.text("part")).collect(Collectors.toSet());
        parts.remove(NO_PART);
        return parts.contains("link,stack,control")
                || parts.containsAll(Set.of("stack", "control")) && parts.size() == 2 + links;
    }

    private static boolean none(List<StatusLine> all, Predicate<StatusLine> which) {
        return all.stream().noneMatch(which);
    }

    private String said(StatusLine old, StatusLine now) {
        String part = old.text("part");
        long deaths = now.number("restarts") - old.number("restarts");
        if (!json) {
            // One is the upgrade's.
            String more = deaths == 1 ? "" : ", after " + deaths + " deaths";
            return part + ": process " + old.number("pid") + " is now " + now.number("pid") + more;
        }
        Map<String, Object> said = new LinkedHashMap<>();
        said.put("part", part);
        said.put("process", old.number("pid"));
        said.put("successor", now.number("pid"));
        said.put("deaths", deaths);
        return JsonText.line(said);
    }

    private static boolean standsBy(StatusLine domain) {
        return domain.text("state").equals("standby");
    }

    /// @throws IOException if the keeper has refused the program that lies there: then nobody who serves is ended
    private List<StatusLine> domains(Daemon daemon) throws IOException {
        List<StatusLine> lines = daemon.lines("domains");
        for (StatusLine line : lines) {
            if (line.kind().equals(REFUSED) && line.number("pid") != refused) {
                throw new IOException("the keeper refuses the program that lies there: " + line.text("reason"));
            }
        }
        return lines.stream().filter(line -> line.kind().equals("domain")).toList();
    }

    private List<StatusLine> await(Daemon daemon, Predicate<List<StatusLine>> wanted)
            throws IOException, InterruptedException {
        long endNs = System.nanoTime() + PATIENCE_NS;
        List<StatusLine> now = domains(daemon);
        while (!wanted.test(now)) {
            if (System.nanoTime() > endNs) {
                throw new IOException("no new process is ready for 60 s: " + now);
            }
            Thread.sleep(LOOK_MS);
            now = domains(daemon);
        }
        return now;
    }

    /// Nobody but the daemon's own children.
    private static void end(Daemon daemon, long process) throws IOException {
        boolean child = ProcessHandle.of(daemon.keeper()).stream()
                .flatMap(ProcessHandle::children)
                .anyMatch(each -> each.pid() == process);
        try {
            if (child) {
                Threads.kill(process, Threads.SIGKILL);
            }
        } catch (LinuxException refused) {
            throw new IOException("process " + process + " is not this user's to end", refused);
        }
    }
}
