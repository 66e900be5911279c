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
import netkeep.tools.demo.Scratch;
import netkeep.tools.place.Placement;
import netkeep.tools.place.PlacementWord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `netkeep chaos`: ends the parts of a placement, by lot, under checked load from the kernel's side.
@Command(
        name = "chaos",
        description = {
            "Runs a placement with servers of ours, loads it from the kernel's side in a network namespace of its own,",
            "and ends its parts: by SIGKILL, by SIGSTOP, by inputs that they die of, and again while they take over.",
            "Every octet is checked. Streams carry six tenths of what they can. A quarter of the deaths is of",
            "inputs, which stacks die of, a quarter in the takeover of another. The next comes a second after what",
            "the last one began, if somebody stands by; of that second is the longest silence of a steady stream",
            "told, less what it is without a death. One in five begins when all stand by, and is followed by none",
            "for two seconds: in the second one it is seen what is carried. With --program",
            "it does so under programs that know nothing of us. Needs root."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class ChaosCommand implements Callable<Integer> {
    private static final int CALM = 4;

    /// Percent. Of more nothing gets on in a minute, and a connection that does not has ended.
    private static final int MOST_LOSS = 20;

    /// What streams carry while parts die, of what they can: a share is left for those that are made anew.
    private static final double LOADED = 0.6;

    /// A death is to be felt no longer, and this much later all is to be as before.
    private static final long FELT_NS = TimeUnit.SECONDS.toNanos(1);

    /// Windows of that length in which nothing dies begin at these distances.
    private static final long STEP_NS = FELT_NS / 10;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = "--placement",
            paramLabel = "WHICH",
            defaultValue = "factored",
            converter = PlacementWord.class,
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
            description =
                    "Processes that wait to take over (default: ${DEFAULT-VALUE}, for some die as they do); with 0 "
                            + "each death waits for another to start.")
    private int standbys = 2;

    @Option(
            names = "--stacks",
            paramLabel = "N",
            defaultValue = "1",
            description = "1 (default), or 2 on two queues of the link, with the same addresses and a server each.")
    private int stacks = 1;

    @Option(
            names = "--loss",
            paramLabel = "PERCENT",
            defaultValue = "0",
            description =
                    "Of a hundred frames so many are lost, each way, by lot, on a wire behind the device; none is "
                            + "longer than the MTU then (default: none).")
    private double loss;

    @Option(
            names = "--program",
            paramLabel = "NAME",
            split = ",",
            description = "Instead of servers of ours: nginx, redis or jvm (the JDK's server of files), repeatable, as "
                    + "\"netkeep run\" starts them; wrk and redis-benchmark ask them, and who checks every answer.")
    private List<Guest.Kind> programs = new ArrayList<>();

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
        if (standbys < 0) {
            throw new ParameterException(spec.commandLine(), "--standbys is 0 at least");
        }
        if (stacks < 1 || stacks > Stage.MOST_STACKS) {
            throw new ParameterException(spec.commandLine(), "--stacks is 1 or " + Stage.MOST_STACKS);
        }
        if (!(loss >= 0 && loss < MOST_LOSS)) {
            throw new ParameterException(spec.commandLine(), "--loss is 0 or more, and less than " + MOST_LOSS);
        }
        Path directory = Scratch.directory("netkeep-chaos");
        try {
            Told outcome = programs.isEmpty() ? run(directory) : underPrograms(directory);
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
            Scratch.remove(directory);
        }
    }

    private Told underPrograms(Path directory) throws IOException, InterruptedException {
        UnderPrograms.require(programs);
        try (Stage stage = new Stage(placement, stacks, standbys, loss, directory, seed)) {
            Path scratch = Files.createDirectory(directory.resolve("programs"));
            return new UnderPrograms(stage, programs, scratch).run(placement.name(), seed, seconds);
        }
    }

    private Outcome run(Path directory) throws IOException, InterruptedException {
        // The JVM's own, which has all others stand still now and then: whoever is before it has them stand longer, and
        // what is measured here, too.
        Threads.prefer(ProcessHandle.current().pid(), "VM Thread", Threads.FIRST);
        Tally tally = new Tally();
        Probe probe = new Probe(tally);
        try (Stage stage = new Stage(placement, stacks, standbys, loss, directory, seed)) {
            stage.deaths().awaitAll();
            stage.startServers();
            Load load = new Load(stage.place(), tally, Stage.ECHO, Stage.SOURCE);
            for (String address : Stage.ADDRESSES) {
                load.await(address);
            }
            long beginNs = System.nanoTime();
            long calmNs = TimeUnit.SECONDS.toNanos(Math.clamp(seconds / CALM, 2, 10));
            long calmEndNs = beginNs + calmNs;
            long endNs;
            double carried;
            try (load;
                    probe) {
                load.start(Stage.ADDRESSES, seed);
                probe.start();
                // Slow start and warm-up are not what it can.
                Thread.sleep(TimeUnit.NANOSECONDS.toMillis(calmNs * 3 / 8));
                carried = load.slow(LOADED, calmNs / 8);
                Thread.sleep(TimeUnit.NANOSECONDS.toMillis(calmEndNs - System.nanoTime()));
                stage.deaths().go(beginNs + TimeUnit.SECONDS.toNanos(seconds), FELT_NS);
                endNs = System.nanoTime();
                // The last death is felt behind it.
                Thread.sleep(TimeUnit.NANOSECONDS.toMillis(2 * FELT_NS));
            }
            long calmFromNs = beginNs + calmNs / 2;
            List<Long> calm = new ArrayList<>();
            for (long fromNs = calmFromNs; fromNs + FELT_NS <= calmEndNs; fromNs += STEP_NS) {
                calm.add(load.gaps.longest(fromNs, fromNs + FELT_NS).lengthNs());
            }
            return new Outcome(
                    placement.name(),
                    seed,
                    tally,
                    felt(stage.deaths().chains(), load, probe),
                    stage.deaths().reported(),
                    calm,
                    carried,
                    probe.rate(calmFromNs, calmEndNs),
                    probe.rate(calmEndNs, endNs),
                    stage.lost());
        }
    }

    private static List<Outcome.Felt> felt(List<List<Deaths.Death>> chains, Load load, Probe probe) {
        List<Outcome.Felt> felt = new ArrayList<>();
        for (int i = 0; i < chains.size(); i++) {
            List<Deaths.Death> chain = chains.get(i);
            long fromNs = chain.getFirst().atNs();
            long untilNs = chain.getLast().atNs() + FELT_NS;
            boolean alone =
                    i + 1 == chains.size() || chains.get(i + 1).getFirst().atNs() >= untilNs + FELT_NS;
            felt.add(new Outcome.Felt(
                    chain,
                    load.gaps.longest(fromNs, untilNs),
                    probe.gaps().longest(fromNs, untilNs).lengthNs(),
                    alone ? probe.rate(untilNs, untilNs + FELT_NS) : Double.NaN));
        }
        return felt;
    }
}
