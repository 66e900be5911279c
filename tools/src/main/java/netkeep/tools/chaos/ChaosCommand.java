package netkeep.tools.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import netkeep.linux.LinuxException;
import netkeep.linux.Threads;
import netkeep.tools.CannotHere;
import netkeep.tools.JsonText;
import netkeep.tools.place.Placement;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `netkeep chaos`: ends the parts of a placement, by lot, under checked load from the kernel's side.
@Command(
        name = "chaos",
        description = {
            "Runs a placement with servers of ours, loads it from the kernel's side in a network namespace of its own,",
            "and ends its parts: by SIGKILL, by SIGSTOP, by inputs that they die of, and again while they take over.",
            "Every octet is checked. Needs root."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class ChaosCommand implements Callable<Integer> {
    private static final int CALM = 4;

    /// How long a death is felt at most.
    private static final long FELT_NS = TimeUnit.SECONDS.toNanos(2);

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = "--placement",
            paramLabel = "WHICH",
            defaultValue = "factored",
            description = "monolithic or factored (default).")
    private Placement placement = Placement.FACTORED;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "60",
            description = "How long; the first quarter, 10 s at most, is undisturbed. Default: ${DEFAULT-VALUE}.")
    private int seconds = 60;

    @Option(
            names = "--standbys",
            paramLabel = "N",
            defaultValue = "2",
            description = "Processes that wait to take over (default: ${DEFAULT-VALUE}, for some die as they do).")
    private int standbys = 2;

    @Option(names = "--seed", paramLabel = "S", description = "What is drawn (default: another each time).")
    private long seed = System.nanoTime();

    @Option(names = "--json", description = "Prints one JSON object.")
    private boolean json;

    /// For picocli.
    public ChaosCommand() {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (Threads.effectiveUser() != 0) {
            throw new CannotHere("chaos makes a TAP device in a namespace of its own, which root may do: use sudo");
        }
        Path directory = Files.createTempDirectory("netkeep-chaos");
        try {
            Outcome outcome = run(directory);
            if (json) {
                spec.commandLine().getOut().println(JsonText.line(outcome.values()));
            } else {
                spec.commandLine().getOut().print(outcome.text());
            }
            spec.commandLine().getOut().flush();
            return outcome.losses() == 0 ? 0 : 1;
        } catch (LinuxException refused) {
            throw new CannotHere(String.valueOf(refused.getMessage()));
        } finally {
            Files.deleteIfExists(directory.resolve(Stage.SESSION));
            Files.delete(directory);
        }
    }

    private Outcome run(Path directory) throws IOException, InterruptedException {
        Tally tally = new Tally();
        Probe probe = new Probe();
        try (Stage stage = new Stage(placement, standbys, directory, seed)) {
            stage.deaths().awaitStandby();
            stage.startServers();
            Load load = new Load(stage.place(), tally, Stage.ECHO, Stage.SOURCE);
            for (String address : Stage.ADDRESSES) {
                load.await(address);
            }
            long beginNs = System.nanoTime();
            long calmNs = TimeUnit.SECONDS.toNanos(Math.clamp(seconds / CALM, 2, 10));
            long calmOctets;
            long octets;
            long endNs;
            try (load;
                    probe) {
                load.start(Stage.ADDRESSES, seed);
                probe.start();
                Thread.sleep(TimeUnit.NANOSECONDS.toMillis(calmNs));
                calmOctets = tally.octets.sum();
                stage.deaths().go(beginNs + TimeUnit.SECONDS.toNanos(seconds));
                endNs = System.nanoTime();
                octets = tally.octets.sum() - calmOctets;
                // The last death is felt behind it.
                Thread.sleep(TimeUnit.NANOSECONDS.toMillis(FELT_NS));
            }
            long calmEndNs = beginNs + calmNs;
            List<Outcome.Felt> felt = new ArrayList<>();
            List<List<Deaths.Death>> chains = stage.deaths().chains();
            for (int i = 0; i < chains.size(); i++) {
                List<Deaths.Death> chain = chains.get(i);
                long fromNs = chain.getFirst().atNs();
                long untilNs =
                        i + 1 < chains.size() ? chains.get(i + 1).getFirst().atNs() : endNs + FELT_NS;
                felt.add(new Outcome.Felt(
                        chain,
                        load.gaps.longestNs(fromNs, untilNs),
                        probe.gaps().longestNs(fromNs, untilNs)));
            }
            double calmRate = (double) calmOctets / calmNs;
            double rate = (double) octets / (endNs - calmEndNs);
            // Slow start and warm-up are not undisturbed.
            long calmGapNs = load.gaps.longestNs(beginNs + calmNs / 2, calmEndNs);
            return new Outcome(
                    placement.name(), seed, tally, felt, stage.deaths().reported(), calmGapNs, calmRate, rate);
        }
    }
}
