package netkeep.client;

import org.jspecify.annotations.Nullable;

/// The options of a socket that were set, by their number in [netkeep.session.Option]. Small: a connection that sets
/// nothing but switches keeps no array.
final class OptionValues {
    private int switches;
    private int known;
    private int @Nullable [] numbers;

    OptionValues() {}

    void set(int option, int value) {
        known |= 1 << option;
        if (value == 0 || value == 1) {
            switches = switches & ~(1 << option) | value << option;
            if (numbers != null) {
                numbers[option] = value;
            }
            return;
        }
        if (numbers == null) {
            numbers = new int[Integer.SIZE];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = switches >>> i & 1;
            }
        }
        numbers[option] = value;
    }

    int get(int option, int otherwise) {
        if ((known >>> option & 1) == 0) {
            return otherwise;
        }
        return numbers == null ? switches >>> option & 1 : numbers[option];
    }

    boolean has(int option) {
        return (known >>> option & 1) != 0;
    }
}
