package netkeep.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ScriptTest {
    private static final class Notes implements Script.Actor {
        final List<String> lines = new ArrayList<>();

        @Override
        public void arrives(Script.Line line) {
            lines.add("arrives " + line.words() + line.fields());
        }

        @Override
        public void sent(Script.Line line) {
            lines.add("sent " + line.words() + line.fields());
        }

        @Override
        public void calls(Script.Line line) {
            lines.add("calls " + line.words() + line.fields());
        }

        @Override
        public void passes(long durationNs) {
            lines.add("passes " + durationNs);
        }

        @Override
        public void state(Script.Line line) {
            lines.add("state " + line.word(0));
        }

        @Override
        public void told() {
            lines.add("told");
        }
    }

    @Test
    void everyLineReachesTheActorAndNothingUntoldIsPassedOver() {
        Notes notes = new Notes();
        Script.play("""
                # a handshake
                < SYN seq=0 mss=1460
                > SYN,ACK seq=0 ack=1

                + 40ms
                . send 100
                ESTABLISHED
                """, notes);

        assertEquals(
                List.of(
                        "told",
                        "arrives [SYN]" + Map.of("seq", "0").toString().replace("}", ", mss=1460}"),
                        "sent [SYN,ACK]{seq=0, ack=1}",
                        "told",
                        "passes 40000000",
                        "told",
                        "calls [send, 100]{}",
                        "told",
                        "state ESTABLISHED",
                        "told"),
                notes.lines);
    }

    @Test
    void failureNamesItsLine() {
        AssertionError wrong =
                assertThrows(AssertionError.class, () -> Script.play("# one\n+ 5 parsecs\n", new Notes()));

        assertTrue(wrong.getMessage().startsWith("line 2: + 5 parsecs"), wrong.getMessage());
    }

    @Test
    void durations() {
        assertEquals(2_000_000_000L, Script.durationNs("2s"));
        assertEquals(2_000_000L, Script.durationNs("2ms"));
        assertEquals(2_000L, Script.durationNs("2us"));
        assertEquals(2L, Script.durationNs("2ns"));
    }
}
