package netkeep.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.HashMap;
import java.util.Map;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;

/// The values of options.
class OptionValuesTest {
    private static final int OTHERWISE = -77;

    /// Whatever was set before, by this socket or another, each option has the value that this one set last.
    @Test
    void eachOptionHasWhatWasSetLast() {
        Seeds.each(100, luck -> {
            OptionValues values = OptionValues.NONE;
            Map<Integer, Integer> set = new HashMap<>();
            for (int i = 0; i < 200; i++) {
                int option = luck.nextInt(Integer.SIZE);
                int value = luck.nextInt(-1, 3);
                values = values.with(option, value);
                set.put(option, value);
                for (int each = 0; each < Integer.SIZE; each++) {
                    assertEquals(set.getOrDefault(each, OTHERWISE), values.get(each, OTHERWISE), "option " + each);
                }
            }
        });
    }

    /// Sockets that set the same share it, whatever else they do.
    @Test
    void theSameIsShared() {
        OptionValues first = OptionValues.NONE.with(3, 1).with(5, 600);

        assertSame(first, OptionValues.NONE.with(3, 1).with(5, 600));
        assertSame(first, OptionValues.NONE.with(5, 600).with(3, 1));
        assertSame(first, first.with(3, 1));
    }
}
