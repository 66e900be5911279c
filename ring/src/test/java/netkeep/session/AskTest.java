package netkeep.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class AskTest {
    @Test
    void questionAndAnswerComeBackAsTheyWere() {
        byte[] question = Ask.question("ss 16 für alle");
        assertTrue(Ask.asks(question));
        assertEquals("ss 16 für alle", Ask.text(question));
        assertEquals(new Ask.Answer(1, "nein\nö"), Ask.read(Ask.answer(1, "nein\nö")));
    }

    @Test
    void greetingAsksNothingAndQuestionGreetsNobody() {
        assertFalse(Ask.asks(Hello.greeting()));
        assertFalse(Hello.greets(Ask.question("")));
        assertFalse(Ask.asks(new byte[0]));
        assertFalse(Ask.asks(Arrays.copyOf(Ask.question(""), 7)));
        byte[] otherVersion = Ask.question("ss");
        otherVersion[4] ^= 1;
        assertFalse(Ask.asks(otherVersion));
        assertThrows(IllegalArgumentException.class, () -> Ask.read(new byte[7]));
        assertThrows(IllegalArgumentException.class, () -> Ask.read(new byte[8]));
    }

    @Test
    void longestTextPassesAndALongerOneDoesNot() {
        assertTrue(Ask.asks(Ask.question("x".repeat(Ask.LONGEST))));
        assertThrows(IllegalArgumentException.class, () -> Ask.question("x".repeat(Ask.LONGEST + 1)));
        assertThrows(IllegalArgumentException.class, () -> Ask.answer(0, "ä".repeat(Ask.LONGEST / 2 + 1)));
        byte[] tooLong = Arrays.copyOf(Ask.question("x".repeat(Ask.LONGEST)), 8 + Ask.LONGEST + 1);
        assertFalse(Ask.asks(tooLong));
    }
}
