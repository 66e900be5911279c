package netkeep.tools.place;

import java.io.IOException;
import java.util.concurrent.Callable;
import netkeep.domain.Line;
import netkeep.linux.Poller;
import netkeep.placement.Domain;
import picocli.CommandLine.Command;

/// `netkeep domain`: what a keeper starts. Its descriptor 3 is the line to the keeper.
@Command(name = "domain", hidden = true)
public final class DomainCommand implements Callable<Integer> {
    private static final int LINE = 3;

    /// A successor is to go on as fast as its predecessor was.
    private static final int REHEARSAL_MS = 1000;

    /// For picocli.
    public DomainCommand() {}

    @Override
    public Integer call() {
        try (Line keeper = new Line(LINE)) {
            Domain.serve(keeper, DomainCommand::rehearse);
        }
        return 0;
    }

    private static void rehearse(Line keeper) throws IOException {
        Poller poller = new Poller(1);
        poller.add(keeper.descriptor(), Poller.POLLIN);
        new Rehearsal(REHEARSAL_MS, () -> poller.await(0) > 0).run();
    }
}
