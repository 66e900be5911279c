package netkeep.client;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The platform's channels in a [SessionSelector]: they are in a selector of the platform's, on which a helper
/// thread waits while ours waits.
final class ForeignKeys {
    private final SessionSelector selector;
    private final SelectorProvider platform;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private @Nullable Selector inner;

    /// The helper is to wait, or does.
    private boolean watching;

    private boolean closed;

    /// What ended the helper, which nobody stands in for.
    private @Nullable Throwable broken;

    /// Something is to be looked at: the helper came back, or keys have changed.
    private volatile boolean ready;

    ForeignKeys(SessionSelector selector, SelectorProvider platform) {
        this.selector = selector;
        this.platform = platform;
    }

    /// Registers a channel of the platform's.
    MemberKey register(AbstractSelectableChannel channel, int ops) {
        ForeignKey key = new ForeignKey(selector, channel);
        key.inner = adopt(channel, ops, key);
        return key;
    }

    /// Watches a channel of the platform's for a key.
    ///
    /// @return the key in the platform's selector
    SelectionKey adopt(SelectableChannel channel, int ops, MemberKey reported) {
        lock.lock();
        try {
            if (closed) {
                throw new ClosedSelectorException();
            }
            Selector with = inner;
            if (with == null) {
                with = platform.openSelector();
                inner = with;
                Thread.ofPlatform().name("netkeep-platform-selector").daemon().start(this::help);
            }
            if (channel.isRegistered()) {
                // With a key that was cancelled: the selector drops it as it selects. What it finds waits for
                // `collect`.
                recall(with);
                with.selectNow();
            }
            SelectionKey key = channel.register(with, ops, reported);
            ready = true;
            return key;
        } catch (ClosedChannelException e) {
            throw new IllegalStateException(e); // its own register has looked, and holds its lock
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } finally {
            lock.unlock();
        }
    }

    /// Whether [#collect] may find something.
    boolean ready() {
        return ready;
    }

    /// Lets the helper wait, until the next [#collect] that has to look.
    void watch() {
        lock.lock();
        try {
            if (!watching && !ready && broken == null) {
                watching = true;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Hands the keys that are ready to [SessionSelector#found].
    ///
    /// @param certain whether to look even if the helper waits, and so found nothing
    /// @return how many are found now
    /// @throws IOException if the platform's selector is broken, from then on each time
    int collect(int count, boolean certain) throws IOException {
        lock.lock();
        try {
            if (broken != null) {
                throw new IOException("the platform's selector is broken", broken);
            }
            Selector from = inner;
            if (from == null || watching && !ready && !certain) {
                return count;
            }
            recall(from);
            ready = false;
            from.selectNow();
            int found = count;
            for (SelectionKey key : from.selectedKeys()) {
                if (key.isValid()) {
                    found = selector.found(found, (MemberKey) key.attachment(), key.readyOps());
                }
            }
            from.selectedKeys().clear();
            return found;
        } finally {
            lock.unlock();
        }
    }

    private void recall(Selector from) {
        while (watching) {
            from.wakeup();
            changed.awaitUninterruptibly();
        }
    }

    private void help() {
        lock.lock();
        try {
            Selector from = inner;
            while (!closed && from != null) {
                if (!watching) {
                    changed.awaitUninterruptibly();
                    continue;
                }
                Throwable failure = null;
                lock.unlock();
                try {
                    from.select();
                } catch (IOException | RuntimeException | Error e) {
                    failure = e;
                } finally {
                    lock.lock();
                }
                watching = false;
                ready = true;
                changed.signalAll();
                selector.foreignReady();
                if (failure != null) {
                    broken = failure;
                    return;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /// A key's interest has changed, or it is gone: the helper would not see it.
    void change() {
        ready = true;
    }

    void close() throws IOException {
        lock.lock();
        try {
            Selector from = inner;
            closed = true;
            if (from != null) {
                recall(from);
                from.close();
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// The key of one channel of the platform's.
    private final class ForeignKey extends MemberKey {
        private final SelectableChannel channel;
        private @Nullable SelectionKey inner;

        ForeignKey(SessionSelector selector, SelectableChannel channel) {
            super(selector);
            this.channel = channel;
        }

        @Override
        public SelectableChannel channel() {
            return channel;
        }

        @Override
        void changed() {
            SelectionKey key = inner;
            if (key != null && key.isValid()) {
                key.interestOps(interest());
            }
            change();
        }

        @Override
        int look() {
            return 0; // never in the selector's queue
        }

        @Override
        void gone() {
            SelectionKey key = inner;
            if (key != null) {
                key.cancel();
            }
            change();
        }
    }
}
