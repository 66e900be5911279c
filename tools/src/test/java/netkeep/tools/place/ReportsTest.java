package netkeep.tools.place;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import netkeep.keeper.Keeper;
import netkeep.keeper.Plan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ReportsTest {
    @TempDir
    private Path directory;

    private final List<String> complaints = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch stands = new CountDownLatch(1);
    private final CountDownLatch goesOn = new CountDownLatch(1);

    private static Keeper.Death death(int number) {
        return new Keeper.Death("stack", 100 + number, number, "signal 9", "");
    }

    private static Keeper.Remains remains(int number) {
        Plan.Domain plan = new Plan.Domain("stack", "part stack\n", List.of(), List.of(), false, false);
        return new Keeper.Remains(death(number), false, number, plan, List.of(), Map.of());
    }

    /// The thread that writes stands still until it is let go, as before a disk that takes nothing.
    private void hold() {
        stands.countDown();
        try {
            goesOn.await();
        } catch (InterruptedException end) {
            throw new IllegalStateException(end);
        }
    }

    private String recording(int number) {
        return directory.resolve("stack-" + number + ".recording").toString();
    }

    private String report(int number) throws Exception {
        return Files.readString(directory.resolve("stack-" + number + ".json"));
    }

    @Test
    void eachDeathHasItsFiles() throws Exception {
        List<Path> said = Collections.synchronizedList(new ArrayList<>());
        try (Reports reports = new Reports(directory, false, complaints::add)) {
            for (int number = 1; number <= 2; number++) {
                reports.left(remains(number), null);
                reports.died(death(number), null, (recording, dropped) -> recording + " " + dropped, said::add);
            }
        }
        assertEquals(List.of(), complaints);
        assertEquals(List.of(directory.resolve("stack-1.json"), directory.resolve("stack-2.json")), said);
        for (int number = 1; number <= 2; number++) {
            assertEquals(recording(number) + " false\n", report(number));
            assertTrue(Files.size(Path.of(recording(number))) > 0);
        }
    }

    /// A keeper waited for such a disk without end, and meanwhile watched nobody and let nobody go on.
    @Test
    void keeperGoesOnThoughTheDiskTakesNothing() throws Exception {
        Files.writeString(Path.of(recording(3)), "an earlier keeper's");
        List<Integer> said = new ArrayList<>();
        try (Reports reports = new Reports(directory, false, complaints::add)) {
            try {
                reports.died(death(0), null, (recording, dropped) -> "", report -> hold());
                stands.await();
                for (int number = 1; number <= 4; number++) {
                    reports.left(remains(number), null);
                }
                String why = ": those of 2 deaths before it are not written yet";
                assertEquals(
                        List.of("no recording at " + recording(3) + why, "no recording at " + recording(4) + why),
                        complaints);
                for (int number = 1; number <= 4; number++) {
                    int which = number;
                    reports.died(
                            death(number),
                            null,
                            (recording, dropped) -> recording + " " + dropped,
                            report -> said.add(which));
                }
                assertEquals(List.of(1, 2, 3, 4), said);
            } finally {
                goesOn.countDown();
            }
        }
        assertEquals(recording(1) + " false\n", report(1));
        assertEquals(recording(2) + " false\n", report(2));
        assertEquals("null true\n", report(3));
        assertEquals("null true\n", report(4));
        assertEquals(List.of(1, 2, 3, 4), said);
    }
}
