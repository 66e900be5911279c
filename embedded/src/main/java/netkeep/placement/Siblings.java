package netkeep.placement;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import netkeep.domain.Doorbell;
import netkeep.engine.socket.Share;
import netkeep.stack.PeerPort;
import netkeep.stack.Stack;
import org.jspecify.annotations.Nullable;

/// The other stacks on a stack's links, each behind rings and a bell. None waits for another: who is dead gets what
/// came for it when its successor looks.
final class Siblings implements Others {
    private static final Logger LOG = System.getLogger(Siblings.class.getName());

    private final PeerRings rings;
    private final int links;
    private final Grants grants;
    private final Watch watch;
    private final @Nullable PeerPort[] ports;
    private final List<PeerPort> all = new ArrayList<>();

    Siblings(PeerRings rings, Grants grants, Watch watch) {
        this.rings = rings;
        this.links = grants.settings().devices().size() + 1;
        this.grants = grants;
        this.watch = watch;
        this.ports = new @Nullable PeerPort[rings.share().stacks()];
    }

    @Override
    public Share share() {
        return rings.shown();
    }

    @Override
    public void join(Stack stack) {
        for (int number = 0; number < ports.length; number++) {
            if (number != rings.share().stack()) {
                Doorbell bell = grants.peerBell(number);
                watch.hear(bell);
                long taken = stack.engine().marks().taken(links + number);
                PeerPort port = rings.port(number, links, taken, bell::ring);
                ports[number] = port;
                all.add(port);
            }
        }
        stack.joins(ports);
    }

    /// Tells which of them broke its ring: nothing comes from it any more, and nothing goes there. The others go on.
    @Override
    public void turned(int done, long nowNs) {
        for (int number = 0; number < ports.length; number++) {
            PeerPort port = ports[number];
            String why = port == null ? null : port.complaint();
            if (why != null) {
                LOG.log(Level.WARNING, "stack " + number + " broke its ring: " + why);
            }
        }
    }

    @Override
    public boolean maySleep() {
        boolean may = true;
        for (int i = 0; i < all.size(); i++) {
            may &= all.get(i).maySleep();
        }
        return may;
    }

    @Override
    public void awake() {
        for (int i = 0; i < all.size(); i++) {
            all.get(i).awake();
        }
    }
}
