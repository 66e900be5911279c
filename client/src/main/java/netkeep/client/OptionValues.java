package netkeep.client;

import org.jspecify.annotations.Nullable;

/// The options of a socket that were set, by their number in [netkeep.session.Option]. They never change, so that
/// sockets share them: those of a server set the same options, and all of them have one object.
final class OptionValues {
    static final OptionValues NONE = new OptionValues(0, 0, new int[Integer.SIZE]);

    private static final int PLACE_BITS = 6;

    /// The last values made of each hash. An object is found here whole without a lock: all its fields are final.
    private static final @Nullable OptionValues[] SHARED = new @Nullable OptionValues[1 << PLACE_BITS];

    private final int known;
    private final int hash;
    private final int[] values;

    private OptionValues(int known, int hash, int[] values) {
        this.known = known;
        this.hash = hash;
        this.values = values;
    }

    /// These values, with one option set.
    OptionValues with(int option, int value) {
        int changedKnown = known | 1 << option;
        int changedHash = hash + (changedKnown - known) * 31 + (value - values[option]) * (2 * option + 1);
        int place = changedHash * 0x9E37_79B9 >>> Integer.SIZE - PLACE_BITS;
        OptionValues shared = SHARED[place];
        if (shared != null && shared.known == changedKnown && shared.is(option, value, this)) {
            return shared;
        }
        int[] changed = values.clone();
        changed[option] = value;
        OptionValues made = new OptionValues(changedKnown, changedHash, changed);
        SHARED[place] = made;
        return made;
    }

    /// Whether the values are those of `others`, but for one option.
    private boolean is(int option, int value, OptionValues others) {
        for (int i = 0; i < values.length; i++) {
            if (values[i] != (i == option ? value : others.values[i])) {
                return false;
            }
        }
        return true;
    }

    /// Whether an option was set.
    boolean has(int option) {
        return (known >>> option & 1) != 0;
    }

    int get(int option, int otherwise) {
        return has(option) ? values[option] : otherwise;
    }
}
