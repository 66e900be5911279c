package netkeep.engine.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import netkeep.sim.Rfc;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;

/// RFC 9293 §3.4: all arithmetic on sequence numbers is modulo 2^32.
class SeqTest {
    @Rfc("9293 3.4 modulo")
    @Test
    void orderIsTheSameOnBothSidesAndAcrossTheWrap() {
        Seeds.each(10_000, luck -> {
            int a = luck.nextInt();
            int b = a + 1 + luck.nextInt(Integer.MAX_VALUE - 1);

            assertTrue(Seq.before(a, b));
            assertFalse(Seq.before(b, a));
            assertTrue(Seq.after(b, a));
            assertFalse(Seq.after(a, b));
            assertTrue(Seq.notAfter(a, b));
            assertFalse(Seq.notAfter(b, a));
            assertEquals(b, Seq.later(a, b));
            assertEquals(b, Seq.later(b, a));
            assertEquals(a, Seq.earlier(a, b));
            assertEquals(a, Seq.earlier(b, a));
        });
    }

    @Test
    void numberIsNeitherBeforeNorAfterItself() {
        Seeds.each(1_000, luck -> {
            int a = luck.nextInt();

            assertFalse(Seq.before(a, a));
            assertFalse(Seq.after(a, a));
            assertTrue(Seq.notAfter(a, a));
            assertEquals(a, Seq.later(a, a));
            assertEquals(a, Seq.earlier(a, a));
        });
    }

    @Test
    void betweenHasBothEnds() {
        Seeds.each(10_000, luck -> {
            int a = luck.nextInt();
            int length = luck.nextInt(1 << 30);
            int inside = a + luck.nextInt(length + 1);
            int outside = a + length + 1 + luck.nextInt(1 << 30);

            assertTrue(Seq.between(a, inside, a + length));
            assertFalse(Seq.between(a, outside, a + length));
            assertFalse(Seq.between(a, a - 1, a + length));
        });
    }
}
