package netkeep.client;

import org.jspecify.annotations.Nullable;

/// The keys that want to hear of a socket's events. Never changed, only replaced. Most sockets have one key, which is
/// then its own list.
sealed interface SelectingKeys permits SessionKey, SelectingKeys.Several {
    /// Something happened to the socket.
    void happened();

    SelectingKeys with(SessionKey key);

    /// @return null if none is left
    @Nullable
    SelectingKeys without(SessionKey key);

    /// Keys of several selectors.
    record Several(SessionKey one, SelectingKeys others) implements SelectingKeys {
        @Override
        public void happened() {
            one.happened();
            others.happened();
        }

        @Override
        public SelectingKeys with(SessionKey key) {
            return new Several(key, this);
        }

        @Override
        public SelectingKeys without(SessionKey key) {
            if (key == one) {
                return others;
            }
            SelectingKeys rest = others.without(key);
            return rest == null ? one : new Several(one, rest);
        }
    }
}
