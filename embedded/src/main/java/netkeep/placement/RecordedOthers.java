package netkeep.placement;

import netkeep.engine.ledger.FrameMarks;
import netkeep.engine.socket.Claims;
import netkeep.engine.socket.Share;
import netkeep.ring.Region;
import netkeep.session.BesideTerms;
import netkeep.stack.PeerPort;
import netkeep.stack.Stack;
import org.jspecify.annotations.Nullable;

/// Who had the same addresses as a stack that died, as its recording has them: what they had brought it comes again,
/// and what goes to them reaches nobody.
final class RecordedOthers implements Others {
    /// One of them, by the position up to which the stack had committed what came from it.
    private interface Ring {
        PeerPort port(long taken);
    }

    private final Share share;
    private final int links;

    /// By the stacks' numbers, null for the stack itself and for who was not there.
    private final @Nullable Ring[] rings;

    private RecordedOthers(Share share, int links) {
        this.share = share;
        this.links = links;
        this.rings = new @Nullable Ring[share.stacks()];
    }

    /// @throws IllegalArgumentException if the recording lacks something
    static Others of(Recording recording) {
        Settings settings = recording.settings();
        int links = settings.devices().size() + 1;
        BesideTerms beside = settings.besideTerms();
        if (beside != null) {
            return beside(recording, beside, links);
        }
        Share share = settings.share();
        return share.stacks() == 1 ? new Others() {} : siblings(PeerRings.of(share, recording), links);
    }

    private static Others siblings(PeerRings peers, int links) {
        RecordedOthers others = new RecordedOthers(peers.shown(), links);
        for (int number = 0; number < others.rings.length; number++) {
            if (number != peers.share().stack()) {
                int from = number;
                others.rings[number] = taken -> peers.port(from, links, taken, () -> {});
            }
        }
        return others;
    }

    private static Others beside(Recording recording, BesideTerms terms, int links) {
        Claims.Tables tables = new Claims.Tables(2);
        tables.joins(BesideRings.DAEMON, recording.region(Grants.PORTS), null);
        RecordedOthers others = new RecordedOthers(new Share(BesideRings.DAEMON, 2, 0, tables), links);
        if (recording.has(BesideRings.PROGRAMS)) {
            Region program = recording.region(BesideRings.PROGRAMS);
            BesideRings both = new BesideRings(program, recording.region(BesideRings.DAEMONS));
            tables.joins(BesideRings.PROGRAM, program, new Share(BesideRings.PROGRAM, 2, 0).with(terms.set()));
            others.rings[BesideRings.PROGRAM] = taken -> both.ofDaemon(links, both.fresh() ? 0 : taken, () -> {});
        }
        return others;
    }

    @Override
    public Share share() {
        return share;
    }

    @Override
    public void join(Stack stack) {
        FrameMarks marks = stack.engine().marks();
        @Nullable PeerPort[] ports = new PeerPort[rings.length];
        for (int number = 0; number < rings.length; number++) {
            Ring ring = rings[number];
            ports[number] = ring == null ? null : ring.port(marks.taken(links + number));
        }
        stack.joins(ports);
    }
}
