package netkeep.asynchronous;

import java.io.IOException;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.IllegalChannelGroupException;
import java.nio.channels.ShutdownChannelGroupException;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.nio.channels.spi.SelectorProvider;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Asynchronous channels over the channels of another provider.
public class BlockingProvider extends AsynchronousChannelProvider {
    private final SelectorProvider channels;
    private @Nullable HandlerGroup common;

    public BlockingProvider(SelectorProvider channels) {
        this.channels = channels;
    }

    /// The group of channels that nobody gave another one.
    private synchronized HandlerGroup common() {
        HandlerGroup known = common;
        if (known == null) {
            // As the JDK's: threads that keep no JVM alive.
            ThreadFactory threads =
                    Thread.ofPlatform().name("netkeep-handlers-", 0).daemon().factory();
            known = new HandlerGroup(this, Executors.newCachedThreadPool(threads), true);
            common = known;
        }
        return known;
    }

    @Override
    public AsynchronousChannelGroup openAsynchronousChannelGroup(int threads, ThreadFactory factory) {
        ThreadPoolExecutor handlers = new ThreadPoolExecutor(
                threads,
                threads,
                0,
                TimeUnit.MILLISECONDS,
                new LinkedBlockingQueue<>(),
                Objects.requireNonNull(factory));
        // By the caller, whose daemon status they have: an operation's own thread would make them daemons.
        handlers.prestartAllCoreThreads();
        return new HandlerGroup(this, handlers, false);
    }

    @Override
    public AsynchronousChannelGroup openAsynchronousChannelGroup(ExecutorService executor, int initialSize) {
        return new HandlerGroup(this, Objects.requireNonNull(executor), false);
    }

    @Override
    public AsynchronousSocketChannel openAsynchronousSocketChannel(@Nullable AsynchronousChannelGroup group)
            throws IOException {
        HandlerGroup in = group(group);
        return in.entered(new Connection(in, channels.openSocketChannel()));
    }

    @Override
    public AsynchronousServerSocketChannel openAsynchronousServerSocketChannel(@Nullable AsynchronousChannelGroup group)
            throws IOException {
        HandlerGroup in = group(group);
        return in.entered(new Listener(in, channels.openServerSocketChannel()));
    }

    private HandlerGroup group(@Nullable AsynchronousChannelGroup group) {
        if (group == null) {
            return common();
        }
        if (!(group instanceof HandlerGroup ours)) {
            throw new IllegalChannelGroupException();
        }
        if (ours.isShutdown()) {
            throw new ShutdownChannelGroupException();
        }
        return ours;
    }
}
