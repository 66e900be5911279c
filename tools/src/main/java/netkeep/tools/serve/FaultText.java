package netkeep.tools.serve;

import java.util.Locale;
import netkeep.link.Faults;

/// Reads what shall go wrong on a wire: `loss=0.01,reorder=0.02:2ms,delay=10ms,jitter=1ms,rate=100M,queue=50`.
///
/// | word | value |
/// | --- | --- |
/// | `loss`, `repeat`, `corrupt` | the chance of it for each frame, 0..1 |
/// | `reorder` | the chance, and after a colon how long such a frame is held back; 1 ms unless said |
/// | `delay`, `jitter` | what each frame takes, and at most on top; `us`, `ms` or `s` |
/// | `rate` | bits in a second; `k`, `M` or `G` |
/// | `queue` | frames on their way at most |
final class FaultText {
    private static final long HELD_NS = 1_000_000;

    private FaultText() {}

    /// @param option whose value it is
    /// @throws IllegalArgumentException if the text is anything else; the message says what
    static Faults parse(String option, String text) {
        try {
            return parse(text);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(option + " " + text + ": " + wrong.getMessage(), wrong);
        }
    }

    /// @throws IllegalArgumentException if the text is anything else; the message says what
    static Faults parse(String text) {
        Faults faults = Faults.NONE;
        for (String item : text.split(",", -1)) {
            int equals = item.indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException("fault " + item + ": there is no =");
            }
            faults = with(faults, item.substring(0, equals), item.substring(equals + 1));
        }
        return faults;
    }

    private static Faults with(Faults faults, String word, String value) {
        return switch (word) {
            case "loss" -> faults.withLoss(chance(value));
            case "repeat" -> faults.withRepeat(chance(value));
            case "corrupt" -> faults.withCorrupt(chance(value));
            case "reorder" -> {
                int colon = value.indexOf(':');
                yield colon < 0
                        ? faults.withReorder(chance(value), HELD_NS)
                        : faults.withReorder(chance(value.substring(0, colon)), durationNs(value.substring(colon + 1)));
            }
            case "delay" -> faults.withDelay(durationNs(value), faults.jitterNs());
            case "jitter" -> faults.withDelay(faults.delayNs(), durationNs(value));
            case "rate" -> faults.withRate(bits(value), faults.queue());
            case "queue" -> faults.withRate(faults.rate(), number(value));
            default ->
                throw new IllegalArgumentException(
                        "fault " + word + ": one of loss, repeat, corrupt, reorder, delay, jitter, rate, queue");
        };
    }

    private static double chance(String text) {
        try {
            double chance = Double.parseDouble(text);
            if (chance >= 0 && chance <= 1) {
                return chance;
            }
        } catch (NumberFormatException notOne) {
            // Said below.
        }
        throw new IllegalArgumentException("chance " + text + ": 0..1");
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException notOne) {
            throw new IllegalArgumentException(text + " is not a number", notOne);
        }
    }

    static long durationNs(String text) {
        String unit = text.replaceFirst("^[0-9.]*", "");
        long factor = switch (unit) {
            case "us" -> 1_000L;
            case "ms" -> 1_000_000L;
            case "s" -> 1_000_000_000L;
            default -> throw new IllegalArgumentException("time " + text + ": a number and us, ms or s");
        };
        return Math.round(amount(text, unit) * factor);
    }

    private static long bits(String text) {
        String unit = text.replaceFirst("^[0-9.]*", "");
        long factor = switch (unit.toLowerCase(Locale.ROOT)) {
            case "" -> 1L;
            case "k" -> 1_000L;
            case "m" -> 1_000_000L;
            case "g" -> 1_000_000_000L;
            default -> throw new IllegalArgumentException("rate " + text + ": a number and k, M or G");
        };
        return Math.round(amount(text, unit) * factor);
    }

    private static double amount(String text, String unit) {
        try {
            return Double.parseDouble(text.substring(0, text.length() - unit.length()));
        } catch (NumberFormatException notOne) {
            throw new IllegalArgumentException(text + " is not a number", notOne);
        }
    }
}
