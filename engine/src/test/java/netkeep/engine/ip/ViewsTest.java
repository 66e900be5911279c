package netkeep.engine.ip;

import static netkeep.engine.Lab.FAR;
import static netkeep.engine.Lab.LINK6;
import static netkeep.engine.Lab.OURS;
import static netkeep.engine.Lab.OURS6;
import static netkeep.engine.Lab.PEER;
import static netkeep.engine.Lab.PEER_MAC;
import static netkeep.engine.Lab.ROUTER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import netkeep.engine.Lab;
import netkeep.engine.neighbor.NeighborState;
import netkeep.wire.Address;
import netkeep.wire.Prefix;
import org.junit.jupiter.api.Test;

class ViewsTest {
    private final Lab lab = new Lab().knowPeer();
    private final Views views = lab.ip.views();

    @Test
    void addressesAndRoutesAreThoseThatWereSet() {
        Set<String> addresses = views.addresses().stream()
                .map(one -> one.address() + "/" + one.prefixLength() + " " + one.state())
                .collect(Collectors.toSet());
        assertEquals(Set.of(OURS + "/24 ASSIGNED", OURS6 + "/64 ASSIGNED", LINK6 + "/64 ASSIGNED"), addresses);
        assertTrue(views.routes().contains(new Views.Route(Prefix.ALL_V4, 1, ROUTER, 0, false, Long.MAX_VALUE)));
        assertTrue(views.routes()
                .contains(new Views.Route(Prefix.parse("198.18.0.0/24"), 1, null, 0, false, Long.MAX_VALUE)));
    }

    @Test
    void whatWasLearntIsShown() {
        assertTrue(views.neighbors().contains(new Views.Neighbor(1, PEER, PEER_MAC, NeighborState.REACHABLE, false)));
        lab.ip.pathMtu(FAR.hi(), FAR.lo(), 1300, lab.nowNs);
        assertEquals(List.of(new Views.Destination(FAR, 1300, null)), views.destinations(lab.nowNs));
        Address group = Address.parse("239.1.2.3");
        lab.ip.join(1, 1, group.hi(), group.lo(), 1, PEER.hi(), PEER.lo(), lab.nowNs);
        assertTrue(views.groups().contains(new Views.Group(1, group, false, List.of(PEER))));
    }
}
