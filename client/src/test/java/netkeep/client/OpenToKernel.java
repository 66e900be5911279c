package netkeep.client;

import java.nio.channels.spi.SelectorProvider;
import java.util.function.Supplier;

/// Channels that are open at first, and the kernel's whatever the address.
public final class OpenToKernel implements Supplier<SelectorProvider> {
    public OpenToKernel() {}

    @Override
    public SelectorProvider get() {
        return OpenToStack.over(false);
    }
}
