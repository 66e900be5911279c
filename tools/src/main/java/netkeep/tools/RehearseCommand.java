package netkeep.tools;

import java.io.IOException;
import java.util.concurrent.Callable;
import netkeep.placement.Domain;
import netkeep.tools.place.Rehearsal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Runs the data path for the JVM to learn which code matters: what it learns goes into the cache that
/// `./netkeep` starts from.
@Command(name = "rehearse", hidden = true, description = "Runs the data path for the JVM's cache.")
final class RehearseCommand implements Callable<Integer> {
    @Option(names = "--millis", description = "How long each kind of traffic runs.")
    private int millis = 1_000;

    RehearseCommand() {}

    @Override
    public Integer call() throws IOException {
        new Rehearsal(millis).run();
        Domain.rehearse();
        return 0;
    }
}
