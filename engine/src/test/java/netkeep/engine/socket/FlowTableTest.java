package netkeep.engine.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import netkeep.engine.ledger.Luck;
import netkeep.ring.Ledger;
import netkeep.ring.Region;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;

class FlowTableTest {
    private record Key(long localHi, long localLo, int localPort, long remoteHi, long remoteLo, int remotePort) {}

    private static Luck luck(long key) {
        Region region = new Region(Arena.ofAuto().allocate(Ledger.length(new int[] {1}, new int[] {Luck.slot()}), 8));
        return new Luck(new Ledger(region, 1), key, ~key);
    }

    private static int hash(FlowTable table, Key key) {
        return table.hash(key.localHi, key.localLo, key.localPort, key.remoteHi, key.remoteLo, key.remotePort);
    }

    private static int find(FlowTable table, Key key, int hash) {
        return table.find(hash, key.localHi, key.localLo, key.localPort, key.remoteHi, key.remoteLo, key.remotePort);
    }

    /// Random calls against a map; some with hashes that collide on purpose.
    @Test
    void findsWhatWasAddedAndNothingElse() {
        Seeds.each(100, luck -> {
            Map<Integer, Key> keys = new HashMap<>();
            FlowTable table = new FlowTable(
                    (id, lHi, lLo, lp, rHi, rLo, rp) -> new Key(lHi, lLo, lp, rHi, rLo, rp).equals(keys.get(id)),
                    luck(luck.nextLong()));
            int mask = luck.nextBoolean() ? -1 : 0xF0000007;
            Map<Key, Integer> model = new HashMap<>();
            for (int step = 0; step < 1_000; step++) {
                Key key = new Key(0, 1, luck.nextInt(3), luck.nextInt(2), luck.nextInt(10), luck.nextInt(10));
                int hash = hash(table, key) & mask;
                Integer id = model.get(key);
                assertEquals(id == null ? -1 : id, find(table, key, hash));
                if (id == null) {
                    keys.put(step, key);
                    model.put(key, step);
                    table.add(hash, step);
                } else if (luck.nextInt(3) > 0) {
                    assertTrue(table.remove(hash, id));
                    assertFalse(table.remove(hash, id));
                    model.remove(key);
                    keys.remove(id);
                }
                assertEquals(model.size(), table.count());
            }
            model.forEach((key, id) -> assertEquals(id, find(table, key, hash(table, key) & mask)));
        });
    }

    /// Whoever does not know the key cannot choose where flows land, and every field counts.
    @Test
    void hashIsKeyedAndOfEveryField() {
        FlowTable one = new FlowTable((id, a, b, c, d, e, f) -> false, luck(1));
        FlowTable other = new FlowTable((id, a, b, c, d, e, f) -> false, luck(2));
        Set<Integer> hashes = new HashSet<>();
        int same = 0;
        for (int field = 0; field < 6; field++) {
            for (int value = 1; value <= 500; value++) {
                long[] of = {10, 20, 30, 40, 50, 60};
                of[field] += value;
                Key key = new Key(of[0], of[1], (int) of[2], of[3], of[4], (int) of[5]);
                hashes.add(hash(one, key));
                same += hash(one, key) == hash(other, key) ? 1 : 0;
            }
        }
        assertTrue(hashes.size() >= 2_998, "different: " + hashes.size());
        assertTrue(same <= 1, "the same under two keys: " + same);
    }
}
