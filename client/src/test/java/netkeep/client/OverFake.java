package netkeep.client;

import java.nio.channels.spi.SelectorProvider;
import java.util.function.Supplier;

/// Channels over a [FakeStack].
public final class OverFake implements Supplier<SelectorProvider> {
    public OverFake() {}

    @Override
    public SelectorProvider get() {
        return new Fake().provider;
    }
}
