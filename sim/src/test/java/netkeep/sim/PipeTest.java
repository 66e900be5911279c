package netkeep.sim;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PipeTest {
    private static final Weather STORM = Weather.CALM
            .withLoss(0.1)
            .withDelayNs(MILLISECONDS.toNanos(10), MILLISECONDS.toNanos(5))
            .withReordering(0.2, MILLISECONDS.toNanos(20))
            .withRepetition(0.1)
            .withCorruption(0.1)
            .withRate(1_000_000, 20_000)
            .withMarkAbove(10_000);
    private static final int MANY = 20_000;

    private final World world = new World(1);
    private final List<byte[]> frames = new ArrayList<>();
    private final List<Long> instants = new ArrayList<>();

    private void arrives(MemorySegment memory, long at, int length, long nowNs) {
        frames.add(memory.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE));
        instants.add(nowNs);
    }

    private Pipe pipe(Weather weather) {
        return new Pipe(world, weather, this::arrives);
    }

    /// Sends frames that hold their number in two octets, all at once.
    private Pipe sendMany(Weather weather) {
        Pipe pipe = pipe(weather);
        for (int number = 0; number < MANY; number++) {
            pipe.send(new byte[] {(byte) (number >> 8), (byte) number});
        }
        world.settle(3L * MANY);
        return pipe;
    }

    private int number(int index) {
        return (frames.get(index)[0] & 0xFF) << 8 | frames.get(index)[1] & 0xFF;
    }

    @Test
    void sameSeedSameStory() {
        Seeds.each(50, luck -> {
            long seed = luck.nextLong();
            assertEquals(story(seed), story(seed));
            assertNotEquals(story(seed), story(seed + 1));
        });
    }

    private static List<String> story(long seed) {
        World any = new World(seed);
        List<String> story = new ArrayList<>();
        Pipe pipe = new Pipe(
                any,
                STORM,
                (memory, at, length, nowNs) -> story.add(nowNs + " " + memory.get(ValueLayout.JAVA_BYTE, at)));
        for (byte i = 0; i < 100; i++) {
            pipe.send(new byte[] {i});
        }
        any.settle(1_000);
        return story;
    }

    @Test
    void calmWeatherChangesNothing() {
        sendMany(Weather.CALM);

        assertEquals(MANY, frames.size());
        for (int index = 0; index < MANY; index++) {
            assertEquals(index, number(index));
            assertEquals(0, instants.get(index));
        }
    }

    @Test
    void whatWasSentIsTheSendersAgain() {
        Pipe pipe = pipe(Weather.CALM);
        byte[] frame = {1, 2, 3};
        pipe.send(frame);
        frame[0] = 9;
        world.settle(1);

        assertArrayEquals(new byte[] {1, 2, 3}, frames.get(0));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 255, 256, 257, 1514, 65_536, 131_072})
    void everyLengthArrivesWhole(int length) {
        byte[] frame = new byte[length];
        for (int at = 0; at < length; at++) {
            frame[at] = (byte) (at * 31);
        }
        pipe(Weather.CALM).send(frame);
        world.settle(1);

        assertArrayEquals(frame, frames.get(0));
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 4, 20})
    void lossTakesItsShareInRunsOfTheLengthTold(double run) {
        Pipe pipe = sendMany(Weather.CALM.withLoss(0.1, run));

        assertEquals(0.1, pipe.lost() / (double) MANY, 0.02);
        int runs = 0;
        int last = -1;
        for (int index = 0; index < frames.size(); index++) {
            runs += number(index) != last + 1 ? 1 : 0;
            last = number(index);
        }
        // Independent losses at 0.1 come in runs of 1/(1 - 0.1) on average.
        assertEquals(Math.max(run, 1 / 0.9), pipe.lost() / (double) runs, 0.25 * run);
    }

    @Test
    void repetitionRepeatsItsShare() {
        Pipe pipe = sendMany(Weather.CALM.withRepetition(0.1));

        assertEquals(1.1, pipe.arrived() / (double) MANY, 0.01);
    }

    @Test
    void jitterKeepsTheOrder() {
        sendMany(Weather.CALM.withDelayNs(100, 1_000));

        for (int index = 0; index < MANY; index++) {
            assertEquals(index, number(index));
            assertTrue(instants.get(index) >= 100 && instants.get(index) <= 1_100);
        }
    }

    @Test
    void framesHeldBackArePassedByOthers() {
        Pipe pipe = pipe(Weather.CALM.withReordering(0.1, 1_000));
        for (int number = 0; number < MANY; number++) {
            int told = number;
            world.at(100L * number, () -> pipe.send(new byte[] {(byte) (told >> 8), (byte) told}));
        }
        world.settle(3L * MANY);

        assertEquals(MANY, frames.size());
        int late = 0;
        int highest = -1;
        for (int index = 0; index < MANY; index++) {
            late += number(index) < highest ? 1 : 0;
            highest = Math.max(highest, number(index));
        }
        // Held for up to ten intervals: one in twenty of them for less than half of one.
        assertEquals(0.09, late / (double) MANY, 0.01);
    }

    @Test
    void corruptionTurnsOneBitAndSparesThePrefix() {
        Pipe pipe = new Pipe(world, Weather.CALM.withCorruption(1), 10);
        pipe.to(this::arrives);
        for (int times = 0; times < 1_000; times++) {
            pipe.send(new byte[12]);
        }
        world.settle(1_000);

        int[] seen = new int[16];
        for (byte[] frame : frames) {
            int turned = 0;
            for (int bit = 0; bit < 8 * frame.length; bit++) {
                if ((frame[bit / 8] >> 7 - bit % 8 & 1) != 0) {
                    assertTrue(bit >= 80, "bit " + bit);
                    seen[bit - 80]++;
                    turned++;
                }
            }
            assertEquals(1, turned);
        }
        for (int times : seen) {
            assertTrue(times > 20);
        }
    }

    @Test
    void rateSpacesFramesAndLeavesThePrefixOut() {
        Pipe pipe =
                new Pipe(world, Weather.CALM.withRate(8_000_000, Long.MAX_VALUE).withDelayNs(7), 10);
        pipe.to(this::arrives);
        for (int times = 0; times < 3; times++) {
            pipe.send(new byte[1010]);
        }
        assertEquals(3_000, pipe.queued());
        world.settle(3);

        long frameNs = MILLISECONDS.toNanos(1);
        assertEquals(List.of(frameNs + 7, 2 * frameNs + 7, 3 * frameNs + 7), instants);
    }

    @Test
    void fullQueueDropsItsTailAndHasRoomAgainLater() {
        Pipe pipe = pipe(Weather.CALM.withRate(8_000, 2_500));
        for (int times = 0; times < 4; times++) {
            pipe.send(new byte[1_000]);
        }
        assertEquals(2, pipe.dropped());
        world.run(SECONDS.toNanos(1));
        pipe.send(new byte[1_000]);
        world.settle(10);

        assertEquals(2, pipe.dropped());
        assertEquals(3, pipe.arrived());
    }

    @Test
    void longQueueMarks() {
        Pipe pipe = pipe(Weather.CALM.withRate(8_000, Long.MAX_VALUE).withMarkAbove(1_500));
        pipe.marker((memory, at, length) -> memory.set(ValueLayout.JAVA_BYTE, at, (byte) 1));
        for (int times = 0; times < 4; times++) {
            pipe.send(new byte[1_000]);
        }
        world.settle(4);

        assertEquals(2, pipe.marked());
        assertEquals(
                List.of(0, 0, 1, 1),
                frames.stream().map(frame -> (int) frame[0]).toList());
    }

    @Test
    void cutPipeLosesAllUntilItIsMended() {
        Pipe pipe = pipe(Weather.CALM);
        pipe.cut();
        pipe.send(new byte[] {1});
        pipe.mend();
        pipe.send(new byte[] {2});
        world.settle(2);

        assertEquals(1, frames.size());
        assertEquals(2, frames.get(0)[0]);
        assertEquals(1, pipe.lost());
    }

    @Test
    void censorTakesAndChanges() {
        Pipe pipe = pipe(Weather.CALM);
        pipe.censor((memory, at, length) -> {
            byte number = memory.get(ValueLayout.JAVA_BYTE, at);
            memory.set(ValueLayout.JAVA_BYTE, at, (byte) (number + 10));
            return number != 1;
        });
        for (byte number = 0; number < 3; number++) {
            pipe.send(new byte[] {number});
        }
        world.settle(3);

        assertEquals(
                List.of(10, 12), frames.stream().map(frame -> (int) frame[0]).toList());
    }

    @Test
    void framesUnderWayKeepTheirWeather() {
        Pipe pipe = pipe(Weather.CALM.withDelayNs(100));
        pipe.send(new byte[] {1});
        pipe.weather(Weather.CALM.withDelayNs(500));
        pipe.send(new byte[] {2});
        world.settle(2);

        assertEquals(List.of(100L, 500L), instants);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1.1, Double.NaN})
    void sharesLieBetweenNothingAndAll(double share) {
        assertThrows(IllegalArgumentException.class, () -> Weather.CALM.withLoss(share));
        assertThrows(IllegalArgumentException.class, () -> Weather.CALM.withReordering(share, 1));
        assertThrows(IllegalArgumentException.class, () -> Weather.CALM.withRepetition(share));
        assertThrows(IllegalArgumentException.class, () -> Weather.CALM.withCorruption(share));
    }
}
