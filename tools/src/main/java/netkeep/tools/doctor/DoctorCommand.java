package netkeep.tools.doctor;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import netkeep.tools.JsonText;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `netkeep doctor`: what this machine allows this user, and what to do about the rest.
@Command(
        name = "doctor",
        description = {
            "Tells what this machine allows this user, and what to do about what it does not.",
            "Exit codes: 0 if a stack can run on a link here, 2 if not."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class DoctorCommand implements Callable<Integer> {
    private static final int NOT_HERE = 2;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = {"-j", "--json"},
            description = "As JSON: one object.")
    private boolean json;

    /// For picocli.
    public DoctorCommand() {}

    @Override
    public Integer call() {
        List<Finding> all = new ArrayList<>(Machine.examine());
        Rights rights = new Rights();
        all.addAll(rights.examine());
        PrintWriter out = spec.commandLine().getOut();
        boolean able = rights.link() && all.stream().noneMatch(finding -> finding.health() == Finding.Health.BAD);
        if (json) {
            out.println(JsonText.line(json(all, able)));
        } else {
            print(out, all, able);
        }
        out.flush();
        return able ? 0 : NOT_HERE;
    }

    private static Map<String, @Nullable Object> json(List<Finding> all, boolean able) {
        List<Map<String, @Nullable Object>> findings = new ArrayList<>();
        for (Finding finding : all) {
            Map<String, @Nullable Object> object = new LinkedHashMap<>();
            object.put("name", finding.name());
            object.put("health", finding.health().name().toLowerCase(Locale.ROOT));
            object.put("found", finding.found());
            object.put("advice", finding.advice().isEmpty() ? null : finding.advice());
            findings.add(object);
        }
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("able", able);
        object.put("findings", findings);
        return object;
    }

    private static void print(PrintWriter out, List<Finding> all, boolean able) {
        for (Finding finding : all) {
            String health = finding.health() == Finding.Health.GOOD
                    ? ""
                    : "  (" + finding.health().word() + ")";
            out.println(String.format(Locale.ROOT, "%-24s%s%s", finding.name(), finding.found(), health));
            if (!finding.advice().isEmpty()) {
                out.println(String.format(Locale.ROOT, "%-24s-> %s", "", finding.advice()));
            }
        }
        out.println();
        out.println(
                able
                        ? "A stack can run on a link here: ./netkeep demo shows it."
                        : "No stack can run on a link here, but in the simulator: ./netkeep demo shows that.");
    }
}
