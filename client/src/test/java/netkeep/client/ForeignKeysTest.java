package netkeep.client;

import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelectionKey;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The platform's channels in a selector of ours, where the platform's own selector fails.
@Timeout(60)
class ForeignKeysTest {
    /// A selector that waits for nothing, but fails.
    private static final class Broken extends AbstractSelector {
        private final Throwable failure;

        Broken(SelectorProvider provider, Throwable failure) {
            super(provider);
            this.failure = failure;
        }

        @Override
        protected SelectionKey register(AbstractSelectableChannel channel, int ops, Object attachment) {
            AbstractSelectionKey key = new Key(channel, this);
            key.attach(attachment);
            return key;
        }

        @Override
        public int select() throws IOException {
            switch (failure) {
                case IOException e -> throw e;
                case RuntimeException e -> throw e;
                default -> throw (Error) failure;
            }
        }

        @Override
        public int select(long timeout) throws IOException {
            return select();
        }

        @Override
        public int selectNow() {
            return 0;
        }

        @Override
        public Set<SelectionKey> keys() {
            return Set.of();
        }

        @Override
        public Set<SelectionKey> selectedKeys() {
            return new HashSet<>();
        }

        @Override
        public Selector wakeup() {
            return this;
        }

        @Override
        protected void implCloseSelector() {}
    }

    private static final class Key extends AbstractSelectionKey {
        private final AbstractSelectableChannel channel;
        private final Selector selector;

        Key(AbstractSelectableChannel channel, Selector selector) {
            this.channel = channel;
            this.selector = selector;
        }

        @Override
        public AbstractSelectableChannel channel() {
            return channel;
        }

        @Override
        public Selector selector() {
            return selector;
        }

        @Override
        public int interestOps() {
            return 0;
        }

        @Override
        public SelectionKey interestOps(int ops) {
            return this;
        }

        @Override
        public int readyOps() {
            return 0;
        }
    }

    /// Has selectors of this kind, and nothing else.
    private static final class Platform extends SelectorProvider {
        private final Throwable failure;

        Platform(Throwable failure) {
            this.failure = failure;
        }

        @Override
        public AbstractSelector openSelector() {
            return new Broken(this, failure);
        }

        @Override
        public DatagramChannel openDatagramChannel() {
            throw new UnsupportedOperationException();
        }

        @Override
        public DatagramChannel openDatagramChannel(ProtocolFamily family) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Pipe openPipe() {
            throw new UnsupportedOperationException();
        }

        @Override
        public ServerSocketChannel openServerSocketChannel() {
            throw new UnsupportedOperationException();
        }

        @Override
        public SocketChannel openSocketChannel() {
            throw new UnsupportedOperationException();
        }
    }

    private static Stream<Throwable> failures() {
        return Stream.of(
                new IOException("no more"), new IllegalStateException("no more"), new OutOfMemoryError("no more"));
    }

    /// Also the next one, which finds nobody who waits in its stead.
    @ParameterizedTest
    @MethodSource("failures")
    void whoSelectsLearnsThatThePlatformsSelectorIsBroken(Throwable failure) throws IOException {
        Fake fake = new Fake();
        Pipe pipe = Pipe.open();
        try (Selector selector = new SessionSelector(fake.provider, fake.session, new Platform(failure))) {
            pipe.source().configureBlocking(false);
            pipe.source().register(selector, SelectionKey.OP_READ);
            assertSame(
                    failure, assertThrows(IOException.class, selector::select).getCause());
            assertSame(
                    failure,
                    assertThrows(IOException.class, () -> selector.select(10)).getCause());
            assertSame(
                    failure,
                    assertThrows(IOException.class, selector::selectNow).getCause());
        } finally {
            pipe.source().close();
            pipe.sink().close();
        }
    }
}
