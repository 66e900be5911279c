package netkeep.client;

import org.jspecify.annotations.Nullable;

/// The keys that want to hear of a socket's events. Never changed, only replaced. Most sockets have one key, which is
/// then its own list.
sealed interface SelectingKeys permits SessionKey, OpenKey, SelectingKeys.Several {
    /// Something happened to the socket.
    void happened();

    SelectingKeys with(SelectingKeys key);

    /// @return null if none is left
    @Nullable
    SelectingKeys without(SelectingKeys key);

    /// Keys of several selectors.
    record Several(SelectingKeys one, SelectingKeys others) implements SelectingKeys {
        @Override
        public void happened() {
            one.happened();
            others.happened();
        }

        @Override
        public SelectingKeys with(SelectingKeys key) {
            return new Several(key, this);
        }

        @Override
        @SuppressWarnings("ReferenceEquality") // a key is equal to itself alone
        public SelectingKeys without(SelectingKeys key) {
            if (key == one) {
                return others;
            }
            SelectingKeys rest = others.without(key);
            return rest == null ? one : new Several(one, rest);
        }
    }
}
