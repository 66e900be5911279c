package netkeep.client;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.spi.SelectorProvider;
import java.util.function.LongConsumer;
import netkeep.ring.Region;
import netkeep.session.SessionLayout;

/// A session over a [FakeStack].
final class Fake {
    final SessionLayout layout;
    final FakeStack stack;
    final FakePump pump = new FakePump();
    final Session session;
    final NetkeepSelectorProvider provider;

    /// What happens just before the client's side stores a counter, with the place of that.
    LongConsumer beforeRelease = at -> {};

    Fake() {
        this(new SessionLayout(256, 64, 256, 1 << 16), 1 << 14);
    }

    Fake(SessionLayout layout, int sendBuffer) {
        this.layout = layout;
        Region ours = new Region(memory(layout.clientLength())) {
            @Override
            public void i64Release(long at, long value) {
                beforeRelease.accept(at);
                super.i64Release(at, value);
            }
        };
        Region theirs = new Region(memory(layout.stackLength()));
        this.stack = new FakeStack(layout, ours, theirs, sendBuffer);
        this.session = new Session(ours, theirs, layout, pump, link -> 1);
        pump.attach(stack, session);
        this.provider = new NetkeepSelectorProvider(session, SelectorProvider.provider());
    }

    private static MemorySegment memory(long length) {
        return Arena.ofAuto().allocate(length, 64);
    }
}
