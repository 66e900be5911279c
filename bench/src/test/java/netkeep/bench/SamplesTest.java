package netkeep.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class SamplesTest {
    @Test
    void medianIsTheMiddleWhateverTheOrder() {
        assertEquals(3, new Samples(9, 1, 3).median());
    }

    @Test
    void medianOfAnEvenCountLiesBetweenTheTwoInTheMiddle() {
        assertEquals(2.5, new Samples(4, 1, 3, 2).median());
    }

    @Test
    void oneBadRoundMovesTheSpreadAndNotTheMedian() {
        Samples rounds = new Samples(100, 101, 1, 102, 99);

        assertEquals(100, rounds.median());
        assertEquals(1, rounds.min());
        assertEquals(102, rounds.max());
    }

    @Test
    void ratiosAreTakenWithinARound() {
        assertEquals(new Samples(2, 0.5), new Samples(8, 5).over(new Samples(4, 10)));
    }

    @Test
    void differentCountsOfRoundsHaveNoRatio() {
        Samples two = new Samples(1, 2);

        assertThrows(IllegalArgumentException.class, () -> two.over(new Samples(1)));
    }

    @Test
    void noRoundsAreNoSamples() {
        assertThrows(IllegalArgumentException.class, Samples::new);
    }

    @Test
    void whatTheCallerDoesToItsArrayChangesNothing() {
        double[] values = {1, 2};
        Samples samples = new Samples(values);
        values[0] = 7;

        assertEquals(new Samples(1, 2), samples);
    }
}
