package netkeep.tools.place;

import netkeep.domain.Line;
import netkeep.placement.Domain;

/// What a keeper starts. Its descriptor 3 is the line to the keeper. A program of its own: to know all commands and
/// their options would take a third of the time in which it is ready.
public final class DomainMain {
    private static final int LINE = 3;

    /// A successor is to go on as fast as its predecessor was: how much of each kind of traffic runs in a process that
    /// stands by, and for how long at most. On a machine that has little time for it its compilers need no less.
    private static final int ROUNDS = Integer.getInteger("netkeep.rehearsal", 400);

    private static final int MOST_MS = 5_000;

    private DomainMain() {}

    public static void main(String[] none) {
        try (Line keeper = new Line(LINE)) {
            Domain.serve(keeper, new Rehearsal(MOST_MS, ROUNDS));
        }
    }
}
