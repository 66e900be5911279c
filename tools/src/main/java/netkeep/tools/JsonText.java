package netkeep.tools;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// JSON of maps, lists, numbers, truths and texts, RFC 8259.
public final class JsonText {
    private JsonText() {}

    /// On one line.
    public static String line(@Nullable Object value) {
        StringBuilder out = new StringBuilder();
        write(out, value);
        return out.toString();
    }

    private static void write(StringBuilder out, @Nullable Object value) {
        switch (value) {
            case null -> out.append("null");
            case Map<?, ?> map -> {
                String between = "{";
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    quote(out.append(between), String.valueOf(entry.getKey()));
                    write(out.append(": "), entry.getValue());
                    between = ", ";
                }
                out.append(map.isEmpty() ? "{}" : "}");
            }
            case List<?> list -> {
                String between = "[";
                for (Object item : list) {
                    write(out.append(between), item);
                    between = ", ";
                }
                out.append(list.isEmpty() ? "[]" : "]");
            }
            // It knows neither infinities nor NaN.
            case Double number -> out.append(Double.isFinite(number) ? number.toString() : "null");
            case Number number -> out.append(number);
            case Boolean truth -> out.append(truth.booleanValue());
            default -> quote(out, value.toString());
        }
    }

    /// RFC 8259 §7: quotes, backslashes and control characters are escaped, and nothing else has to be.
    private static void quote(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < 0x20) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
