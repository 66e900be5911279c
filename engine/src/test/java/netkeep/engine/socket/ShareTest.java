package netkeep.engine.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShareTest {
    private static final int FIRST = 32768;
    private static final int END = 61000;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 256, END - FIRST})
    void eachDynamicPortIsLeasedToOneStack(int stacks) {
        BitSet leased = new BitSet();
        for (int stack = 0; stack < stacks; stack++) {
            Share share = new Share(stack, stacks, 7);
            for (int number = 0; number < share.ports(); number++) {
                int port = share.port(number);
                assertTrue(share.mayBind(port) && port >= FIRST && port < END, "port " + port);
                assertTrue(share.owner(1, 2, port, 3, 4, number) == stack, "port " + port);
                assertTrue(!leased.get(port), "twice: " + port);
                leased.set(port);
            }
            assertEquals(share.port(0), share.port(share.ports()));
        }
        assertEquals(END - FIRST, leased.cardinality());
    }

    /// Whoever asks, one of the stacks owns the flow, and it knows.
    @Test
    void eachFlowHasOneOwner() {
        Seeds.each(2_000, luck -> {
            int stacks = 1 + luck.nextInt(300);
            long key = luck.nextLong();
            long remote = luck.nextLong();
            int local = luck.nextInt(1 << 16);
            int port = luck.nextInt(1 << 16);
            int owner = new Share(0, stacks, key).owner(0, 5, local, 0, remote, port);
            int owners = 0;
            for (int stack = 0; stack < stacks; stack++) {
                Share share = new Share(stack, stacks, key);
                assertEquals(owner, share.owner(0, 5, local, 0, remote, port));
                owners += share.owner(0, 5, local, 0, remote, port) == stack ? 1 : 0;
            }
            assertEquals(1, owners);
        });
    }

    @Test
    void flowsToAServiceAreSpread() {
        int[] count = new int[8];
        Share share = new Share(0, count.length, 99);
        for (int port = 1024; port < 1024 + 8_000; port++) {
            count[share.owner(0, 5, 80, 0, 6, port)]++;
        }
        for (int flows : count) {
            assertTrue(flows > 800 && flows < 1_200, "of 8000 one stack of 8 has " + flows);
        }
    }

    @Test
    void stackIsOneOfThem() {
        assertThrows(IllegalArgumentException.class, () -> new Share(2, 2, 0));
        assertThrows(IllegalArgumentException.class, () -> new Share(-1, 2, 0));
        assertThrows(IllegalArgumentException.class, () -> new Share(0, 0, 0));
    }
}
