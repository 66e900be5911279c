package netkeep.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.random.RandomGenerator;
import netkeep.sim.Simulated;

class TermsTest {
    @Simulated(seeds = 300)
    void regionsAreWithinWhatIsAllowed(RandomGenerator luck) {
        long memory = luck.nextLong(1 << 20, 1L << 34);
        int sockets = 2 * luck.nextInt(1, Terms.MOST_SOCKETS / 2 + 1);
        Rates rates = new Rates(3, 9000, 12_000);
        Terms terms = Terms.within(7, sockets, memory, rates);
        assertTrue(terms.memory() <= memory, terms + " of " + memory);
        // As much of it as powers of two allow.
        assertTrue(
                terms.equals(new Terms(7, sockets, 1 << 22, rates)) || 3 * terms.memory() > memory,
                terms + " of " + memory);
        assertEquals(terms, Terms.parse(terms.text()));
    }
}
