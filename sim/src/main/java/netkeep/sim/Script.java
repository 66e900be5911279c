package netkeep.sim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A conversation, line by line.
///
/// ```text
/// < SYN seq=0 wnd=1000 mss=1460     arrives
/// > SYN,ACK seq=0 ack=1             is sent
/// . send 100                        a call of the user
/// + 40ms                            time that passes: s, ms, us or ns
/// ESTABLISHED                       the state it must be in by then
/// # remark
/// ...                               at the end: what was sent by now is the test's to look at
/// ```
///
/// Here is only the form; an [Actor] gives it its meaning. What was sent and is not told by a `>` before the next line
/// that does something is a failure: a script is complete, or it fails.
public final class Script {
    /// Who plays a script.
    public interface Actor {
        /// `<`: lets it arrive.
        void arrives(Line line);

        /// `>`: takes the next thing that was sent, and compares.
        void sent(Line line);

        /// `.`: calls.
        void calls(Line line);

        /// `+`: lets time pass.
        void passes(long durationNs);

        /// A bare name: compares the state.
        void state(Line line);

        /// Nothing more may have been sent than was told.
        void told();
    }

    /// A line of a script.
    ///
    /// @param number counts from 1
    /// @param text   the line without what is round it
    /// @param words  what has no `=` in it, the sign left out
    /// @param fields what has: what stands before it, and behind it
    public record Line(int number, String text, List<String> words, Map<String, String> fields) {
        /// The word at `index`, or the empty word.
        public String word(int index) {
            return index < words.size() ? words.get(index) : "";
        }

        public boolean has(String field) {
            return fields.containsKey(field);
        }

        /// A field as a number, or `otherwise` if it is not there.
        public long number(String field, long otherwise) {
            String value = fields.get(field);
            return value == null ? otherwise : Long.decode(value);
        }

        public @Nullable String field(String name) {
            return fields.get(name);
        }
    }

    private Script() {}

    /// Plays a script to its end.
    ///
    /// @throws AssertionError with the line at which it went otherwise
    public static void play(String script, Actor actor) {
        List<String> lines = script.lines().toList();
        for (int number = 1; number <= lines.size(); number++) {
            String text = lines.get(number - 1).strip();
            if (text.isEmpty() || text.startsWith("#") || text.equals("...")) {
                continue;
            }
            try {
                play(text, number, actor);
            } catch (AssertionError | RuntimeException wrong) {
                throw new AssertionError("line " + number + ": " + text + ": " + wrong.getMessage(), wrong);
            }
        }
        if (script.stripTrailing().endsWith("...")) {
            return;
        }
        try {
            actor.told();
        } catch (AssertionError wrong) {
            throw new AssertionError("at the end: " + wrong.getMessage(), wrong);
        }
    }

    /// A duration as scripts have it: `1500ms`.
    public static long durationNs(String text) {
        int digits = 0;
        while (digits < text.length() && Character.isDigit(text.charAt(digits))) {
            digits++;
        }
        long amount = Long.parseLong(text.substring(0, digits));
        return switch (text.substring(digits)) {
            case "s" -> TimeUnit.SECONDS.toNanos(amount);
            case "ms" -> TimeUnit.MILLISECONDS.toNanos(amount);
            case "us" -> TimeUnit.MICROSECONDS.toNanos(amount);
            case "ns" -> amount;
            default -> throw new IllegalArgumentException("duration " + text);
        };
    }

    private static void play(String text, int number, Actor actor) {
        char sign = text.charAt(0);
        String rest = text.substring(1).strip();
        if (sign != '>') {
            actor.told();
        }
        switch (sign) {
            case '<' -> actor.arrives(line(number, text, rest));
            case '>' -> actor.sent(line(number, text, rest));
            case '.' -> actor.calls(line(number, text, rest));
            case '+' -> actor.passes(durationNs(rest));
            default -> actor.state(line(number, text, text));
        }
    }

    private static Line line(int number, String text, String rest) {
        List<String> words = new ArrayList<>();
        Map<String, String> fields = new LinkedHashMap<>();
        for (String part : rest.split("\\s+", -1)) {
            int equals = part.indexOf('=');
            if (equals > 0) {
                fields.put(part.substring(0, equals), part.substring(equals + 1));
            } else {
                words.add(part);
            }
        }
        return new Line(number, text, List.copyOf(words), fields);
    }
}
