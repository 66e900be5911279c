package netkeep.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class RowTest {
    private static final Stolen CALM = new Stolen(0, 0, 0);

    /// A round of 100,000 requests.
    private static Run run(double value, double coreSeconds, double loadShare) {
        return new Run(value, 100_000, coreSeconds / 2, coreSeconds, loadShare);
    }

    private static Row row(Job job, Run ours, Run kernel) {
        return Row.of(job, "tap", List.of(ours), List.of(kernel), CALM);
    }

    @Test
    void barOfARateIsMetFromBelow() {
        assertTrue(row(Job.HTTP, run(180, 1, 0.5), run(100, 2, 0.5)).met());
        assertFalse(row(Job.HTTP, run(179, 1, 0.5), run(100, 2, 0.5)).met());
    }

    @Test
    void barOfATimeIsMetFromAbove() {
        assertTrue(row(Job.RR, run(45, 1, 0.5), run(100, 1, 0.5)).met());
        assertFalse(row(Job.RR, run(46, 1, 0.5), run(100, 1, 0.5)).met());
    }

    @Test
    void limitAsksForOurFigureAlone() {
        assertTrue(row(Job.START, run(500, 1, 0), run(1, 1, 0)).met());
        assertFalse(row(Job.START, run(501, 1, 0), run(1_000, 1, 0)).met());
    }

    @Test
    void whereTheLoadIsTheLimitCostDecides() {
        Row cheap = row(Job.HTTP, run(120, 1, 0.97), run(100, 2, 0.5));
        Row dear = row(Job.HTTP, run(300, 1.1, 0.97), run(100, 2, 0.5));

        assertTrue(cheap.costDecides());
        assertTrue(cheap.met());
        assertFalse(dear.met());
    }

    @Test
    void costDecidesOnlyWhereItHasABar() {
        Row row = row(Job.HTTP_BARE, run(110, 1, 1), run(100, 4, 1));

        assertTrue(row.loadIsLimit());
        assertFalse(row.costDecides());
        assertFalse(row.met());
    }

    @Test
    void onOneCoreThereIsNoCoreOfTheLoad() {
        assertFalse(row(Job.RR_ONECORE, run(1, 1, 1), run(1, 1, 1)).loadIsLimit());
    }

    @Test
    void coreThatOthersKeptBusyIsNotTheLoadsLimit() {
        Row row = Row.of(Job.HTTP, "tap", List.of(run(120, 1, 1)), List.of(run(100, 2, 1)), new Stolen(0.1, 40, 0));

        assertTrue(row.disturbed());
        assertFalse(row.loadIsLimit());
    }

    @Test
    void costIsByPieceOfWork() {
        long gib = 1L << 30;
        Run bulk = new Run(30, 4.0 * gib, 2, 3, 0);
        Run requests = new Run(30, 400_000, 2, 3, 0);

        assertEquals(new Cost(0.5, 0.75), Cost.of(List.of(bulk), true));
        assertEquals(new Cost(0.5, 0.75), Cost.of(List.of(requests), false));
    }

    @Test
    void ratioIsOfTheMediansAndItsSpreadOfTheRounds() {
        Row row = Row.of(
                Job.HTTP,
                "tap",
                List.of(run(100, 1, 0), run(300, 1, 0), run(200, 1, 0)),
                List.of(run(100, 1, 0), run(100, 1, 0), run(50, 1, 0)),
                CALM);

        assertEquals(2, row.ratio());
        assertEquals(1, row.ratios().min());
        assertEquals(4, row.ratios().max());
    }

    @Test
    void everyJobIsFoundByItsName() {
        for (Job job : Job.values()) {
            assertEquals(job, Job.named(job.id()).orElseThrow());
        }
        assertTrue(Job.named("nonsense").isEmpty());
    }
}
