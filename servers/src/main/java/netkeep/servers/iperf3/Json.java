package netkeep.servers.iperf3;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads JSON, RFC 8259, from a peer that is not trusted: its depth is bounded, its length is the caller's to bound.
final class Json {
    private static final int DEEPEST = 8;

    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /// An object's members, in their order. Values are maps, lists, texts, doubles, truths and nulls.
    ///
    /// @throws BadPeer for anything else
    static Map<String, @Nullable Object> object(String text) throws BadPeer {
        Json json = new Json(text);
        json.space();
        json.expect('{');
        Map<String, @Nullable Object> members = json.members(1);
        json.space();
        if (json.at != text.length()) {
            throw json.bad();
        }
        return members;
    }

    private @Nullable Object value(int depth) throws BadPeer {
        space();
        if (depth > DEEPEST) {
            throw bad();
        }
        switch (peek()) {
            case '{' -> {
                at++;
                return members(depth + 1);
            }
            case '[' -> {
                at++;
                return items(depth + 1);
            }
            case '"' -> {
                at++;
                return string();
            }
            case 't' -> {
                return word("true", Boolean.TRUE);
            }
            case 'f' -> {
                return word("false", Boolean.FALSE);
            }
            case 'n' -> {
                return word("null", null);
            }
            default -> {
                return number();
            }
        }
    }

    private Map<String, @Nullable Object> members(int depth) throws BadPeer {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        space();
        if (peek() == '}') {
            at++;
            return members;
        }
        while (true) {
            space();
            expect('"');
            String name = string();
            space();
            expect(':');
            members.put(name, value(depth));
            if (last('}')) {
                return members;
            }
        }
    }

    private List<@Nullable Object> items(int depth) throws BadPeer {
        List<@Nullable Object> items = new ArrayList<>();
        space();
        if (peek() == ']') {
            at++;
            return items;
        }
        while (true) {
            items.add(value(depth));
            if (last(']')) {
                return items;
            }
        }
    }

    /// After a member or item: whether it was the last one.
    private boolean last(char end) throws BadPeer {
        space();
        if (peek() == end) {
            at++;
            return true;
        }
        expect(',');
        return false;
    }

    private String string() throws BadPeer {
        StringBuilder out = new StringBuilder();
        while (true) {
            char c = next();
            if (c == '"') {
                return out.toString();
            }
            if (c < 0x20) {
                throw bad();
            }
            out.append(c == '\\' ? escaped() : c);
        }
    }

    private char escaped() throws BadPeer {
        char c = next();
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> (char) (digit() << 12 | digit() << 8 | digit() << 4 | digit());
            default -> throw bad();
        };
    }

    private int digit() throws BadPeer {
        int digit = Character.digit(next(), 16);
        if (digit < 0) {
            throw bad();
        }
        return digit;
    }

    private Double number() throws BadPeer {
        int from = at;
        while (at < text.length() && "+-.0123456789eE".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        try {
            return Double.valueOf(text.substring(from, at));
        } catch (NumberFormatException none) {
            throw bad();
        }
    }

    private @Nullable Boolean word(String word, @Nullable Boolean value) throws BadPeer {
        if (!text.startsWith(word, at)) {
            throw bad();
        }
        at += word.length();
        return value;
    }

    private void space() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private char peek() throws BadPeer {
        if (at == text.length()) {
            throw bad();
        }
        return text.charAt(at);
    }

    private char next() throws BadPeer {
        char c = peek();
        at++;
        return c;
    }

    private void expect(char wanted) throws BadPeer {
        if (next() != wanted) {
            throw bad();
        }
    }

    private BadPeer bad() {
        return new BadPeer("no JSON at character " + at);
    }
}
