package netkeep.control;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import netkeep.ring.Region;
import org.junit.jupiter.api.Test;

class TakenTest {
    private static final long NOW = 7;
    private static final long MINUTES_5 = TimeUnit.MINUTES.toNanos(5);

    private final Region region = new Region(MemorySegment.ofArray(new long[(int) Taken.LENGTH / Long.BYTES]));
    private final Taken taken = new Taken(region);

    /// As a successor finds it.
    private Taken left() {
        return new Taken(region);
    }

    @Test
    void whatIsInHandASuccessorFinds() {
        assertEquals("", left().toString());
        taken.tryWith(octets -> {
            throw new IllegalStateException("a poisonous message");
        });

        assertThrows(IllegalStateException.class, () -> taken.answer("one.example", new byte[] {1, 2, 3}));

        assertEquals(Taken.ANSWER, left().kind());
        assertEquals("one.example", left().name());
        assertArrayEquals(new byte[] {1, 2, 3}, left().octets());
        assertEquals("what a server says of one.example, 3 octets", left().toString());
        taken.none();
        assertEquals(Taken.NOTHING, left().kind());
    }

    @Test
    void lastNamesThatAreRefusedStayForAWhile() {
        for (int name = 0; name < 20; name++) {
            taken.refuse("n" + name + ".example", NOW + name);
        }
        taken.refuse("n9.example", NOW + 20);

        Map<String, Long> refused = left().refused(NOW + 20);

        assertEquals(16, refused.size());
        assertEquals("n9.example", refused.keySet().iterator().next());
        assertEquals(NOW + 20 + MINUTES_5, refused.get("n9.example"));
        assertEquals(NOW + 19 + MINUTES_5, refused.get("n19.example"));
        assertEquals(1, left().refused(NOW + 19 + MINUTES_5).size());
        assertEquals(Map.of(), left().refused(NOW + 20 + MINUTES_5));
    }

    /// A predecessor may have been hostile.
    @Test
    void anythingMayBeLeft() {
        SplittableRandom luck = new SplittableRandom(1);
        for (int round = 0; round < 1_000; round++) {
            for (long at = 0; at < 40; at += Integer.BYTES) {
                region.i32(at, luck.nextInt());
            }
            assertTrue(left().octets().length <= 1 << 16);
            assertTrue(left().name().length() <= 1 << 10);
            assertEquals(Map.of(), left().refused(NOW));
            assertTrue(left().toString().length() < 1 << 11);
        }
    }
}
