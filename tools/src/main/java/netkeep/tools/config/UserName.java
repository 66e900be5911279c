package netkeep.tools.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import netkeep.engine.ip.Rule;
import org.jspecify.annotations.Nullable;

/// The user that a table names: whose programs are meant.
final class UserName {
    private static final Path USERS = Path.of("/etc/passwd");
    private static final int NUMBER = 2;

    private UserName() {}

    /// The number of the user under a key, [Rule#ANY] if there is no such key.
    static int read(TableReader table, String key) {
        if (!table.isText(key)) {
            return table.number(key, Rule.ANY, 0, Integer.MAX_VALUE);
        }
        String name = table.string(key);
        String number = number(name);
        if (number == null) {
            table.problem(
                    key,
                    "\"" + name + "\": this machine has no such user: write a name of " + USERS
                            + ", or a number without quotes");
            return Rule.ANY;
        }
        return Integer.parseInt(number);
    }

    /// The number of a user by name or number.
    ///
    /// @throws IllegalArgumentException if there is none, with the remedy
    static int of(String text) {
        String number = text.matches("[0-9]{1,9}") ? text : number(text);
        if (number == null) {
            throw new IllegalArgumentException(
                    "this machine has no such user: write a name of " + USERS + ", or a number");
        }
        return Integer.parseInt(number);
    }

    private static @Nullable String number(@Nullable String name) {
        try {
            for (String line : Files.readAllLines(USERS)) {
                String[] fields = line.split(":", -1);
                if (fields.length > NUMBER && fields[0].equals(name) && fields[NUMBER].matches("[0-9]{1,9}")) {
                    return fields[NUMBER];
                }
            }
        } catch (IOException unreadable) {
            // Then there are numbers only.
        }
        return null;
    }
}
