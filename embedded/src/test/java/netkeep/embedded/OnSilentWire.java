package netkeep.embedded;

import java.nio.channels.spi.SelectorProvider;
import java.util.List;
import java.util.function.Supplier;
import netkeep.link.SimLink;

/// A stack whose sockets talk to each other over its loopback; on its one link nobody answers.
public final class OnSilentWire implements Supplier<SelectorProvider> {
    private static final Embedded STACK = Embedded.builder()
            .link(
                    "wire",
                    SimLink.pair(SimLink.Settings.DEFAULT, 0x02_00_00_00_00_01L, 0x02_00_00_00_00_02L)
                            .left(),
                    List.of("198.18.9.1/24"))
            .sockets(1 << 10)
            .start();

    public OnSilentWire() {}

    @Override
    public SelectorProvider get() {
        return STACK.provider();
    }
}
