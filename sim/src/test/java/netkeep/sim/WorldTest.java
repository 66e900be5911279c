package netkeep.sim;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorldTest {
    private final World world = new World(1);

    @Test
    void earlierComesFirstAndWithinAnInstantWhatWasPutDownFirst() {
        Seeds.each(200, luck -> {
            World any = new World(1);
            List<long[]> planned = new ArrayList<>();
            List<long[]> happened = new ArrayList<>();
            for (int order = 0; order < 500; order++) {
                long[] plan = {luck.nextInt(100), order};
                planned.add(plan);
                any.at(plan[0], () -> {
                    assertEquals(plan[0], any.nowNs());
                    happened.add(plan);
                });
            }
            any.settle(500);
            // A stable sort: within an instant the order stays.
            planned.sort(Comparator.comparingLong(plan -> plan[0]));
            assertEquals(planned, happened);
        });
    }

    @Test
    void actionsPutDownByActionsKeepTheOrderToo() {
        Seeds.each(100, luck -> {
            World any = new World(1);
            long[] last = {0};
            int[] left = {2_000};
            Runnable[] action = new Runnable[1];
            action[0] = () -> {
                assertTrue(any.nowNs() >= last[0]);
                last[0] = any.nowNs();
                for (int child = luck.nextInt(3); child > 0 && left[0] > 0; child--) {
                    left[0]--;
                    any.in(luck.nextInt(50), action[0]);
                }
            };
            for (int root = 0; root < 20; root++) {
                any.at(luck.nextInt(50), action[0]);
            }
            any.settle(2_020);
        });
    }

    @Test
    void thePastIsNow() {
        world.run(100);
        world.at(5, () -> assertEquals(100, world.nowNs()));
        world.settle(1);

        assertEquals(1, world.happened());
    }

    @Test
    void neverDoesNotHappen() {
        world.at(World.NEVER, () -> {
            throw new AssertionError("never");
        });
        world.settle(0);
    }

    @Test
    void runUntilIncludesItsEndAndSetsTheClockThere() {
        List<Long> seen = new ArrayList<>();
        world.at(10, () -> seen.add(world.nowNs()));
        world.at(11, () -> seen.add(world.nowNs()));

        world.runUntil(10);

        assertEquals(List.of(10L), seen);
        world.runUntil(SECONDS.toNanos(3600));
        assertEquals(List.of(10L, 11L), seen);
        assertEquals(SECONDS.toNanos(3600), world.nowNs());
    }

    @Test
    void runStopsTheClockWhereItWasDone() {
        world.at(7, () -> {});
        world.at(9, () -> {});

        assertTrue(world.run(100, () -> world.happened() == 1));
        assertEquals(7, world.nowNs());
        assertFalse(world.run(100, () -> world.happened() == 3));
        assertEquals(107, world.nowNs());
    }

    @Test
    void whatNeverSettlesIsAFailure() {
        Runnable[] again = new Runnable[1];
        again[0] = () -> world.in(1, again[0]);
        again[0].run();

        assertThrows(AssertionError.class, () -> world.settle(1_000));
    }

    @Test
    void alarmRingsOnceAtTheLastDeadlineItWasSet() {
        Seeds.each(500, luck -> {
            World any = new World(1);
            List<Long> rung = new ArrayList<>();
            Alarm alarm = new Alarm(any, () -> rung.add(any.nowNs()));
            long last = 0;
            for (int set = 0; set < 10; set++) {
                last = luck.nextLong(10, 100);
                alarm.set(last);
                any.run(luck.nextInt(2));
                assertTrue(rung.isEmpty());
            }
            assertEquals(last, alarm.deadlineNs());
            any.settle(100);
            assertEquals(List.of(last), rung);
            assertEquals(World.NEVER, alarm.deadlineNs());
        });
    }

    @Test
    void alarmThatIsTakenBackStaysSilent() {
        Alarm alarm = new Alarm(world, () -> {
            throw new AssertionError("rang");
        });
        alarm.set(10);
        alarm.set(World.NEVER);
        world.settle(10);
    }

    @Test
    void alarmMayBeSetFromItsOwnAction() {
        List<Long> rung = new ArrayList<>();
        Alarm[] alarm = new Alarm[1];
        alarm[0] = new Alarm(world, () -> {
            rung.add(world.nowNs());
            if (rung.size() < 3) {
                alarm[0].set(world.nowNs() + 5);
            }
        });
        alarm[0].set(5);
        world.settle(10);

        assertEquals(List.of(5L, 10L, 15L), rung);
    }

    /// What is put down at an instant for that instant happens behind what was put down for it before.
    @Test
    void whatIsPutDownForNowComesLast() {
        World world = new World(1);
        List<String> story = new ArrayList<>();
        world.at(5, () -> {
            story.add("first");
            world.at(5, () -> story.add("third"));
            world.at(0, () -> story.add("fourth"));
        });
        world.at(5, () -> story.add("second"));
        world.at(6, () -> story.add("fifth"));
        world.settle(10);
        assertEquals(List.of("first", "second", "third", "fourth", "fifth"), story);
    }

    @Test
    void memoryIsOfTheKindThatWasAskedFor() {
        assertTrue(new World(1).memory(12).isNative());
        assertEquals(12, new World(1).memory(12).byteSize());
        World world = new World(1, length -> MemorySegment.ofArray(new byte[Math.toIntExact(length)]));
        assertTrue(world.memory(12).heapBase().isPresent());
    }
}
