package netkeep.tools.doctor;

/// What was looked at, how it stands, and what to do about it.
///
/// @param name   a word or two
/// @param health how it stands
/// @param found  what there is, in a few words
/// @param advice what to do, empty for nothing
record Finding(String name, Health health, String found, String advice) {
    /// How something stands.
    enum Health {
        /// As it should be.
        GOOD,
        /// Netkeep works, not as well as it could.
        FAIR,
        /// Netkeep cannot do something without it.
        BAD;

        String word() {
            return switch (this) {
                case GOOD -> "ok";
                case FAIR -> "could be better";
                case BAD -> "missing";
            };
        }
    }

    static Finding good(String name, String found) {
        return new Finding(name, Health.GOOD, found, "");
    }

    static Finding fair(String name, String found, String advice) {
        return new Finding(name, Health.FAIR, found, advice);
    }

    static Finding bad(String name, String found, String advice) {
        return new Finding(name, Health.BAD, found, advice);
    }
}
