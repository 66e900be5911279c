package netkeep.tools.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/// Reads a table of TOML key by key; what is wrong is noted with its line, and the value is the one of a key
/// that is not there. At the end [#close] notes the keys that nobody has read.
final class TableReader {
    /// Letters in which a key may differ from the one that was meant.
    private static final int NEAR = 3;

    private final TomlTable table;
    private final String name;
    private final int line;
    private final List<Problem> problems;
    private final Set<String> known = new TreeSet<>();

    /// @param name as it stands in the file, empty for the whole
    /// @param line at which it begins
    TableReader(TomlTable table, String name, int line, List<Problem> problems) {
        this.table = table;
        this.name = name;
        this.line = line;
        this.problems = problems;
    }

    int line() {
        return line;
    }

    /// The line of a key's value, or of the table.
    int line(String key) {
        return line(table.inputPositionOf(List.of(key)));
    }

    private int line(@Nullable TomlPosition position) {
        return position == null ? line : position.line();
    }

    boolean has(String key) {
        return table.contains(List.of(key));
    }

    void problem(String key, String message) {
        problems.add(new Problem(line(key), key + ": " + message));
    }

    private @Nullable Object value(String key) {
        known.add(key);
        return table.get(List.of(key));
    }

    @Nullable
    String string(String key) {
        Object value = value(key);
        if (value == null || value instanceof String) {
            return (String) value;
        }
        problem(key, "it is " + what(value) + ": write a text in quotes");
        return null;
    }

    /// One of some words.
    String word(String key, String otherwise, List<String> words) {
        String value = string(key);
        if (value == null || words.contains(value)) {
            return value == null ? otherwise : value;
        }
        problem(key, "\"" + value + "\" is none of " + String.join(", ", words));
        return otherwise;
    }

    boolean isText(String key) {
        return table.get(List.of(key)) instanceof String;
    }

    int number(String key, int otherwise, int least, int most) {
        Object value = value(key);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof Long number && number >= least && number <= most) {
            return number.intValue();
        }
        problem(key, what(value) + " is not possible: write a whole number, " + least + ".." + most);
        return otherwise;
    }

    boolean truth(String key, boolean otherwise) {
        Object value = value(key);
        if (value == null || value instanceof Boolean) {
            return value == null ? otherwise : (Boolean) value;
        }
        problem(key, "it is " + what(value) + ": write true or false, without quotes");
        return otherwise;
    }

    /// The texts of a list that pass a check.
    ///
    /// @param check throws IllegalArgumentException, whose message tells the remedy
    List<String> strings(String key, Consumer<String> check) {
        List<String> all = new ArrayList<>();
        Object value = value(key);
        if (value == null) {
            return all;
        }
        if (!(value instanceof TomlArray list)) {
            problem(key, "it is " + what(value) + ": write a list of texts, as [\"...\", \"...\"]");
            return all;
        }
        for (int i = 0; i < list.size(); i++) {
            int at = line(list.inputPositionOf(i));
            if (list.get(i) instanceof String text) {
                try {
                    check.accept(text);
                    all.add(text);
                } catch (IllegalArgumentException wrong) {
                    problems.add(new Problem(at, key + ": \"" + text + "\": " + wrong.getMessage()));
                }
            } else {
                problems.add(new Problem(at, key + ": " + what(list.get(i)) + " in it: write texts in quotes"));
            }
        }
        return all;
    }

    /// The tables of a list, `[[key]]` in the file.
    List<TableReader> tables(String key) {
        List<TableReader> all = new ArrayList<>();
        Object value = value(key);
        if (value instanceof TomlArray list && (list.isEmpty() || list.isTable(0))) {
            for (int i = 0; i < list.size(); i++) {
                all.add(new TableReader(list.getTable(i), "[[" + key + "]]", line(list.inputPositionOf(i)), problems));
            }
        } else if (value != null) {
            problem(key, "it is " + what(value) + ": write [[" + key + "]] before each");
        }
        return all;
    }

    /// A table, `[key]` in the file; null if there is none.
    @Nullable
    TableReader table(String key) {
        Object value = value(key);
        if (value == null || value instanceof TomlTable) {
            return value == null ? null : new TableReader((TomlTable) value, "[" + key + "]", line(key), problems);
        }
        problem(key, "it is " + what(value) + ": write [" + key + "] before its keys");
        return null;
    }

    /// Notes each key that is none.
    void close() {
        for (String key : table.keySet()) {
            if (!known.contains(key)) {
                String nearest = nearest(key);
                String remedy =
                        nearest == null ? "there are " + String.join(", ", known) : "did you mean \"" + nearest + "\"?";
                String where = name.isEmpty() ? "" : " in " + name;
                problems.add(new Problem(line(key), "unknown key \"" + key + "\"" + where + ": " + remedy));
            }
        }
    }

    private @Nullable String nearest(String key) {
        String nearest = null;
        int least = Math.min(NEAR, key.length() - 1) + 1;
        for (String one : known) {
            int distance = distance(key, one);
            if (distance < least) {
                least = distance;
                nearest = one;
            }
        }
        return nearest;
    }

    /// How many letters must be put in, left out or changed to make one word of the other.
    static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int j = 0; j <= other.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int before = row[0];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int change = before + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                before = row[j];
                row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[other.length()];
    }

    private static String what(@Nullable Object value) {
        return switch (value) {
            case null -> "nothing";
            case String text -> "the text \"" + text + "\"";
            case Long number -> "the number " + number;
            case Boolean truth -> truth.toString();
            case TomlArray list -> "a list";
            case TomlTable inner -> "a table";
            default -> "a " + value.getClass().getSimpleName();
        };
    }
}
