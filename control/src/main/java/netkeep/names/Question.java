package netkeep.names;

import netkeep.wire.Address;

/// What is asked of a resolver.
public sealed interface Question {
    /// The addresses of a name.
    ///
    /// @param name as people write it; with a dot at its end it is whole, and nothing is put behind it
    /// @param v4   whether addresses of IPv4 are wanted
    /// @param v6   whether those of IPv6 are
    record Forward(String name, boolean v4, boolean v6) implements Question {
        public Forward {
            if (!v4 && !v6) {
                throw new IllegalArgumentException("a name's addresses of no family");
            }
        }
    }

    /// The names of an address.
    record Reverse(Address address) implements Question {}
}
