package netkeep.placement;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import netkeep.domain.Doorbell;
import netkeep.engine.Engine;
import netkeep.stack.PeerPort;
import netkeep.stack.Stack;
import org.jspecify.annotations.Nullable;

/// The other stacks on a stack's links, each behind rings and a bell. None waits for another: who is dead gets what
/// came for it when its successor looks.
final class Siblings {
    private static final Logger LOG = System.getLogger(Siblings.class.getName());

    private final @Nullable PeerPort[] ports;
    private final List<PeerPort> all = new ArrayList<>();

    /// @param links of the stack, the loopback included
    Siblings(PeerRings rings, Engine engine, int links, Grants grants, Watch watch) {
        int stacks = rings.share().stacks();
        this.ports = new @Nullable PeerPort[stacks];
        for (int number = 0; number < stacks; number++) {
            if (number != rings.share().stack()) {
                Doorbell bell = grants.peerBell(number);
                watch.hear(bell);
                int row = links + number;
                PeerPort port = new PeerPort(
                        rings.takes(number, engine.marks().taken(row)), rings.gives(number), links, bell::ring);
                ports[number] = port;
                all.add(port);
            }
        }
    }

    void join(Stack stack) {
        stack.joins(ports);
    }

    /// Tells which of them broke its ring: nothing comes from it any more, and nothing goes there. The others go on.
    void complain() {
        for (int number = 0; number < ports.length; number++) {
            PeerPort port = ports[number];
            String why = port == null ? null : port.complaint();
            if (why != null) {
                LOG.log(Level.WARNING, "stack " + number + " broke its ring: " + why);
            }
        }
    }

    boolean maySleep() {
        boolean may = true;
        for (int i = 0; i < all.size(); i++) {
            may &= all.get(i).maySleep();
        }
        return may;
    }

    void awake() {
        for (int i = 0; i < all.size(); i++) {
            all.get(i).awake();
        }
    }
}
