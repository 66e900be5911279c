package netkeep.client;

import java.nio.channels.spi.SelectorProvider;
import java.util.function.Supplier;

/// Channels that are open at first, and the stack's whatever the address: a [FakeStack]'s.
public final class OpenToStack implements Supplier<SelectorProvider> {
    public OpenToStack() {}

    @Override
    public SelectorProvider get() {
        return over(true);
    }

    /// @param ours whose all addresses are
    static SelectorProvider over(boolean ours) {
        NetkeepSelectorProvider stack = new Fake().provider;
        return new OpenProvider(() -> stack, SelectorProvider.provider(), (address, port) -> ours);
    }
}
