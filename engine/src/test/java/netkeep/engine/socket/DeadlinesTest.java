package netkeep.engine.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;

class DeadlinesTest {
    /// Random calls against a map.
    @Test
    void eachIsDueAtTheEarliestInstantItWasGiven() {
        Seeds.each(300, luck -> {
            Deadlines deadlines = new Deadlines();
            Map<Integer, Long> model = new HashMap<>();
            long nowNs = 0;
            for (int step = 0; step < 400; step++) {
                if (luck.nextInt(3) < 2) {
                    int id = luck.nextInt(200);
                    long instantNs = luck.nextInt(10) == 0 ? Deadlines.NEVER : nowNs + luck.nextInt(1_000);
                    deadlines.by(id, instantNs);
                    if (instantNs != Deadlines.NEVER) {
                        model.merge(id, instantNs, Math::min);
                    }
                    assertEquals(model.getOrDefault(id, Deadlines.NEVER), deadlines.instantNs(id));
                } else {
                    nowNs += luck.nextInt(100);
                    long lastNs = Long.MIN_VALUE;
                    for (int id = deadlines.due(nowNs); id >= 0; id = deadlines.due(nowNs)) {
                        Long instantNs = model.remove(id);
                        assertTrue(instantNs != null && instantNs <= nowNs && instantNs >= lastNs);
                        lastNs = instantNs;
                    }
                }
                long first = model.values().stream().min(Long::compare).orElse(Deadlines.NEVER);
                assertEquals(first, deadlines.firstNs());
            }
        });
    }
}
