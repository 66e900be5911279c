package netkeep.engine.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;

class PortsTest {
    private static Set<Integer> bound(Ports ports, int port) {
        Set<Integer> bound = new HashSet<>();
        for (int at = ports.first(port); at != Ports.NONE; at = ports.next(at)) {
            bound.add(at);
        }
        return bound;
    }

    /// Random calls against a map of sets.
    @Test
    void chainsHoldWhoIsBound() {
        Seeds.each(200, luck -> {
            Ports ports = new Ports();
            Map<Integer, Integer> portOf = new HashMap<>();
            for (int step = 0; step < 300; step++) {
                int index = luck.nextInt(200);
                Integer old = portOf.remove(index);
                if (old == null) {
                    int port = luck.nextInt(8) * 9_362;
                    ports.bind(port, index);
                    portOf.put(index, port);
                } else {
                    ports.unbind(old, index);
                    // Twice does no harm.
                    ports.unbind(old, index);
                }
                for (int port = 0; port < 65_536; port += 9_362) {
                    Set<Integer> wanted = new HashSet<>();
                    int which = port;
                    portOf.forEach((at, its) -> {
                        if (its == which) {
                            wanted.add(at);
                        }
                    });
                    assertEquals(wanted, bound(ports, port));
                }
            }
        });
    }
}
