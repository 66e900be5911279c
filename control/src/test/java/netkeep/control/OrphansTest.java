package netkeep.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import netkeep.domain.Line;
import netkeep.domain.Word;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OrphansTest {
    private static final int USER = 1000;
    private static final int OTHER = 1001;

    private final Line[] keeper = Line.pair();
    private final Line[] heirs = Line.pair();
    private final Questions questions = new Questions(keeper[0]);
    private final Orphans orphans = new Orphans(questions);

    @AfterEach
    void end() {
        for (Line line : new Line[] {keeper[0], keeper[1], heirs[0], heirs[1]}) {
            line.close();
        }
    }

    /// What is asked of the stack now, empty for nothing.
    private String asked() throws IOException {
        if (questions.deadlineNs() != Long.MAX_VALUE) {
            questions.turn(questions.deadlineNs());
        }
        Line.Received word = keeper[1].poll();
        return word == null ? "" : Word.of(word.octets()).text();
    }

    @Test
    void oldestOfTheUsersOwnIsGivenUp() throws IOException {
        orphans.add(5, OTHER);
        orphans.add(9, USER);
        orphans.add(2, USER);
        assertTrue(orphans.giveUp(USER, heirs[0]));
        assertEquals("left 9\n", asked());
        assertTrue(orphans.giveUp(USER, heirs[1]));
        assertEquals("left 2\n", asked());
        assertFalse(orphans.giveUp(USER, heirs[1]));
        assertSame(heirs[1], orphans.over(2));
        assertSame(heirs[0], orphans.over(9));
        assertNull(orphans.over(5));
        assertFalse(orphans.giveUp(OTHER, heirs[0]));
        assertEquals("", asked());
    }

    /// One that has ended by itself meanwhile: its number may be another's when the question would come.
    @Test
    void whatIsOverIsNotAskedForAnyMore() throws IOException {
        orphans.add(3, USER);
        assertTrue(orphans.giveUp(USER, heirs[0]));
        assertSame(heirs[0], orphans.over(3));
        orphans.again();
        assertEquals("", asked());
    }
}
