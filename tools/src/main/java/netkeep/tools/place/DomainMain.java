package netkeep.tools.place;

import java.io.IOException;
import netkeep.domain.Line;
import netkeep.linux.Poller;
import netkeep.placement.Domain;

/// What a keeper starts. Its descriptor 3 is the line to the keeper. A program of its own: to know all commands and
/// their options would take a third of the time in which it is ready.
public final class DomainMain {
    private static final int LINE = 3;

    /// A successor is to go on as fast as its predecessor was: how long each kind of traffic runs in a process that
    /// stands by, in milliseconds.
    private static final int REHEARSAL_MS = Integer.getInteger("netkeep.rehearsal", 1000);

    private DomainMain() {}

    public static void main(String[] none) {
        try (Line keeper = new Line(LINE)) {
            Domain.serve(keeper, DomainMain::rehearse);
        }
    }

    private static void rehearse(Line keeper) throws IOException {
        Poller poller = new Poller(1);
        poller.add(keeper.descriptor(), Poller.POLLIN);
        new Rehearsal(REHEARSAL_MS, () -> poller.await(0) > 0).run();
    }
}
