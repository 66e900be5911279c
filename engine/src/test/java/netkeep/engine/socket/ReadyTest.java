package netkeep.engine.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashSet;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;

class ReadyTest {
    /// Random calls against a set that keeps its order.
    @Test
    void eachWaitsOnceInTheOrderOfAsking() {
        Seeds.each(300, luck -> {
            Ready ready = new Ready();
            LinkedHashSet<Integer> model = new LinkedHashSet<>();
            for (int step = 0; step < 600; step++) {
                if (luck.nextInt(5) < 3) {
                    int id = luck.nextInt(500);
                    ready.add(id);
                    model.add(id);
                } else {
                    int wanted = model.isEmpty() ? -1 : model.removeFirst();
                    assertEquals(wanted, ready.take());
                }
                assertEquals(model.size(), ready.count());
            }
        });
    }
}
