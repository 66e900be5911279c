package netkeep.placement;

import java.util.Locale;

/// Where a capture looks.
public enum Boundary {
    /// Between a link and its device: frames as that gives and takes them.
    LINK,

    /// Between links and the stack, its own loopback included: the same frames, and what became of them.
    STACK,

    /// Between clients and the stack: requests, events and octets.
    SESSION;

    private static final Boundary[] ALL = values();

    /// Its number in a capture's region.
    @SuppressWarnings("EnumOrdinal")
    public int number() {
        return ordinal() + 1;
    }

    /// @return the boundary of a number, or the last one of a number that none has
    public static Boundary of(int number) {
        return ALL[Math.clamp(number, 1, ALL.length) - 1];
    }

    /// @throws IllegalArgumentException if there is none of this name
    static Boundary of(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
