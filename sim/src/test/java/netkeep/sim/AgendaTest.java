package netkeep.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgendaTest {
    /// What was put down: when it happens, and its place in the order in which that was done.
    private record Entry(long instantNs, int order) implements Runnable {
        @Override
        public void run() {}

        boolean before(Entry other) {
            return instantNs < other.instantNs || instantNs == other.instantNs && order < other.order;
        }
    }

    /// Near and far, many within one bucket and many within one instant, put down before and while others are taken.
    @Test
    void whatIsTakenIsTheFirstOfAllThatWait() {
        Seeds.each(100, luck -> {
            Agenda agenda = new Agenda();
            List<Entry> waiting = new ArrayList<>();
            long nowNs = luck.nextLong(1L << 40);
            int order = 0;
            while (order < 2_000 || !waiting.isEmpty()) {
                if (order < 2_000 && (waiting.isEmpty() || luck.nextInt(100) < 52)) {
                    // From one instant to an hour.
                    long laterNs = luck.nextInt(4) == 0 ? 0 : luck.nextLong(1L << luck.nextInt(1, 42));
                    Entry entry = new Entry(nowNs + laterNs, order++);
                    waiting.add(entry);
                    agenda.add(entry.instantNs, entry);
                } else {
                    Entry first = waiting.getFirst();
                    for (Entry entry : waiting) {
                        first = entry.before(first) ? entry : first;
                    }
                    assertEquals(first.instantNs, agenda.nextNs());
                    assertSame(first, agenda.take());
                    waiting.remove(first);
                    nowNs = first.instantNs;
                }
                assertEquals(waiting.size(), agenda.count());
            }
            assertEquals(World.NEVER, agenda.nextNs());
        });
    }
}
