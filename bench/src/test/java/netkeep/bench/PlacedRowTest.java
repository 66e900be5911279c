package netkeep.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlacedRowTest {
    private static List<Run> runs(double... values) {
        return Arrays.stream(values)
                .mapToObj(value -> new Run(value, 100_000, 1, 2, 0.5))
                .toList();
    }

    private static PlacedRow row(Job job, List<List<Run>> kernelFirst) {
        List<Steering> steerings =
                kernelFirst.stream().map(each -> Steering.NONE).toList();
        Rounds.Measured measured = new Rounds.Measured(kernelFirst, steerings, new Stolen(0, 0, 0));
        return PlacedRow.of(job, EnumSet.allOf(Placed.class), measured);
    }

    @Test
    void ratioIsTheMedianOfTheRounds() {
        PlacedRow row =
                row(Job.SEND, List.of(runs(10, 10, 10), runs(100, 100, 100), runs(80, 40, 60), runs(72, 34, 30)));

        PlacedRow.Ratio link = row.ratios().getFirst();

        assertEquals("factored", link.over());
        assertEquals("monolithic", link.under());
        assertEquals(0.85, link.ratios().median());
        assertTrue(link.met());
        assertEquals(0.6, row.ratios().get(1).ratios().median());
        assertFalse(row.ratios().get(1).met());
        assertEquals(3.4, row.ratios().get(2).ratios().median());
    }

    @Test
    void timeMayGrowByHalf() {
        assertTrue(row(Job.RR, List.of(runs(20), runs(10), runs(20), runs(30)))
                .ratios()
                .getFirst()
                .met());
        assertFalse(row(Job.RR, List.of(runs(20), runs(10), runs(20), runs(31)))
                .ratios()
                .getFirst()
                .met());
    }

    @Test
    void boundaryWithoutBothItsSidesHasNoPrice() {
        Rounds.Measured measured = new Rounds.Measured(
                List.of(runs(1), runs(2)), List.of(Steering.NONE, Steering.LOAD), new Stolen(0, 0, 0));

        PlacedRow row = PlacedRow.of(Job.HTTP, EnumSet.of(Placed.FACTORED), measured);

        assertEquals(1, row.ratios().size());
        assertEquals("kernel", row.ratios().getFirst().under());
        assertEquals(List.of("frames steered at: kernel none, factored the load's end"), row.notes());
    }

    @Test
    void perfIsRead() throws IOException {
        String said = """
                5000,,raw_syscalls:sys_enter,1500000000,100.00,,
                <not counted>,,context-switches,0,100.00,,
                1250.50,msec,task-clock,1250500000,100.00,0.834,CPUs utilized
                """;

        assertEquals(new Counts(5000, 0, 1.2505), Counts.parse(said));
        assertThrows(IOException.class, () -> Counts.parse("<not supported>,,raw_syscalls:sys_enter,0,100.00,,"));
        assertThrows(IOException.class, () -> Counts.parse("nothing"));
    }

    @Test
    void batchIsWhatTheStackDoesBetweenTwoSleeps() {
        Counts client = new Counts(1, 1, 1e-6);
        Counts stack = new Counts(0.1, 1 / 16.0, 2e-6);

        Loaded loaded = new Loaded(Map.of(Loaded.CLIENT, client, "link,stack,control", stack));

        assertEquals(16, loaded.batch());
        assertEquals(3, loaded.cpuMicros(), 1e-9);
    }
}
