package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import netkeep.ring.Ledger;
import netkeep.ring.Records;
import netkeep.ring.Region;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;

class MortalityTest {
    private static final long MAGIC = 0x1234;
    private static final long COMMITTED = 8;
    private static final int SLOT = 48;
    private static final int COUNT = 4;

    @Test
    void nothingIsStoredFromTheFatalStoreOn() {
        long[] words = new long[4];
        Mortality mortality = new Mortality(Seeds.luck(1));
        Region region = new MortalRegion(MemorySegment.ofArray(words), mortality, MortalRegion.NONE);
        mortality.dieAt(2);
        region.i64(0, 1);
        region.i64(8, 2);

        assertThrows(Killed.class, () -> region.i64(16, 3));
        assertThrows(Killed.class, () -> region.u8(24, 4));
        assertThrows(Killed.class, mortality::step);
        assertTrue(mortality.dead());
        assertArrayEquals(new long[] {1, 2, 0, 0}, words);
        assertEquals(2, mortality.stores());
    }

    @Test
    void looseStoresAreLostInEveryCombination() {
        Set<String> seen = new HashSet<>();
        Seeds.each(500, luck -> {
            long[] words = new long[3];
            Mortality mortality = new Mortality(luck);
            Region region = new MortalRegion(MemorySegment.ofArray(words), mortality, MortalRegion.NONE);
            mortality.dieAt(3);
            region.i64(0, 1);
            region.i64(8, 1);
            region.i64(16, 1);
            assertThrows(Killed.class, () -> region.i64(0, 2));
            mortality.bury();
            assertFalse(mortality.dead());
            seen.add(Arrays.toString(words));
        });
        assertEquals(8, seen.size());
    }

    @Test
    void whatAReleaseStoreFollowsIsThere() {
        Set<String> seen = new HashSet<>();
        Seeds.each(500, luck -> {
            long[] words = new long[3];
            Mortality mortality = new Mortality(luck);
            Region region = new MortalRegion(MemorySegment.ofArray(words), mortality, MortalRegion.NONE);
            mortality.dieAt(3);
            region.i64(0, 1);
            region.i64Release(8, 1);
            region.i64(16, 1);
            assertThrows(Killed.class, () -> region.i64(0, 2));
            mortality.bury();
            seen.add(Arrays.toString(words));
        });
        // A plain store may pass the release store before it.
        assertEquals(Set.of("[1, 0, 0]", "[1, 1, 0]", "[1, 0, 1]", "[1, 1, 1]"), seen);
    }

    @Test
    void nothingPassesAFence() {
        Seeds.each(200, luck -> {
            long[] words = new long[2];
            Mortality mortality = new Mortality(luck);
            Region region = new MortalRegion(MemorySegment.ofArray(words), mortality, 0);
            mortality.dieAt(2);
            region.i64Release(0, 1);
            region.i64(8, 1);
            assertThrows(Killed.class, () -> region.i64(8, 2));
            mortality.bury();
            assertEquals(1, words[0]);
        });
    }

    @Test
    void storesToOnePlaceKeepTheirOrder() {
        Set<Long> seen = new HashSet<>();
        Seeds.each(200, luck -> {
            long[] words = new long[1];
            Mortality mortality = new Mortality(luck);
            Region region = new MortalRegion(MemorySegment.ofArray(words), mortality, MortalRegion.NONE);
            mortality.dieAt(2);
            region.i64(0, 1);
            region.i64(0, 2);
            assertThrows(Killed.class, mortality::step);
            mortality.bury();
            seen.add(words[0]);
        });
        assertEquals(Set.of(0L, 1L, 2L), seen);
    }

    /// A ledger whose turns write one number into several records: whenever it dies, a successor finds that of one
    /// commit in all of them, and not an old one.
    @Test
    void ledgerIsAlwaysThatOfOneCommit() {
        Seeds.each(5_000, luck -> {
            MemorySegment memory =
                    MemorySegment.ofArray(new long[(int) Ledger.length(new int[] {COUNT}, new int[] {SLOT}) / 8]);
            Mortality mortality = new Mortality(luck);
            mortality.dieAt(luck.nextInt(200));
            long committed = 0;
            long begun = 0;
            for (int life = 0; life < 4; life++) {
                try {
                    Ledger ledger = new Ledger(new MortalRegion(memory, mortality, COMMITTED), MAGIC);
                    Records records = ledger.table(COUNT, SLOT);
                    records.recover(0, COUNT);
                    committed = check(records, committed, begun);
                    for (int turn = 0; turn < 30; turn++) {
                        begun = committed + 1;
                        for (int index = 0; index < COUNT; index++) {
                            long at = records.write(index);
                            for (int field = 8; field < SLOT; field += 8) {
                                records.region().i64(at + field, begun);
                            }
                        }
                        ledger.commit();
                        committed = begun;
                    }
                } catch (Killed killed) {
                    mortality.bury();
                    mortality.dieAt(mortality.stores() + luck.nextInt(300));
                }
            }
        });
    }

    private static long check(Records records, long committed, long begun) {
        long value = records.region().i64(records.read(0) + 8);
        // The commit may have happened though the writer never came to know.
        assertTrue(value == committed || value == begun, value + " after " + committed + ", " + begun);
        for (int index = 0; index < COUNT; index++) {
            long at = records.read(index);
            for (int field = 8; field < SLOT; field += 8) {
                assertEquals(value, records.region().i64(at + field));
            }
        }
        return value;
    }
}
