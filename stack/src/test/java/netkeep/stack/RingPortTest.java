package netkeep.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import netkeep.ring.PeerViolation;
import netkeep.wire.Address;
import org.junit.jupiter.api.Test;

class RingPortTest {
    private static final long TURN_NS = 100_000_000;
    private static final long END_NS = 10_000_000_000L;

    private final Bench bench = new Bench();

    /// What goes may lie in what came: an echo's payload does.
    @Test
    void framesAreSentBeforeTheRoomOfThoseThatTheyAnswerIsGivenBack() throws PeerViolation {
        Address ours = Address.parse("198.18.0.2");
        bench.engine.ip().addAddress(Bench.LINK, ours.hi(), ours.lo(), 24, 0);
        long before = bench.given();
        for (long nowNs = 0; nowNs < END_NS; nowNs += TURN_NS) {
            bench.give(1);
            int sent = bench.sent.size();
            bench.stack.turn(nowNs);
            // The probes and announcements of RFC 5227.
            for (long given : bench.sent.subList(sent, bench.sent.size())) {
                assertEquals(before, given);
            }
            assertTrue(bench.given() > before);
            before = bench.given();
        }
        assertTrue(bench.sent.size() > 3, bench.sent.size() + " sent");
    }
}
