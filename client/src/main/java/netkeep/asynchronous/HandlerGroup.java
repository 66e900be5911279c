package netkeep.asynchronous;

import java.io.IOException;
import java.nio.channels.AsynchronousChannel;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.ShutdownChannelGroupException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/// Channels that share the threads their handlers run on: others may run there, too, as with a group of the JDK's.
final class HandlerGroup extends AsynchronousChannelGroup implements Executor {
    private final ExecutorService handlers;

    /// The default group is never shut down.
    private final boolean common;

    private final Set<AsynchronousChannel> channels = new HashSet<>();
    private boolean shut;

    HandlerGroup(BlockingProvider provider, ExecutorService handlers, boolean common) {
        super(provider);
        this.handlers = handlers;
        this.common = common;
    }

    /// A channel is in the group from now on, until [#left].
    ///
    /// @throws ShutdownChannelGroupException if it takes none any more; the channel is closed then
    <C extends AsynchronousChannel> C entered(C channel) throws IOException {
        synchronized (channels) {
            if (!shut) {
                channels.add(channel);
                return channel;
            }
        }
        channel.close();
        throw new ShutdownChannelGroupException();
    }

    void left(AsynchronousChannel channel) {
        synchronized (channels) {
            channels.remove(channel);
            endIfDone();
        }
    }

    private void endIfDone() {
        if (shut && channels.isEmpty()) {
            handlers.shutdown();
        }
    }

    @Override
    public void execute(Runnable task) {
        handlers.execute(task);
    }

    /// Runs a handler. If the program has ended the threads itself, nobody is there to be told.
    void run(Runnable handler) {
        try {
            handlers.execute(handler);
        } catch (RejectedExecutionException ended) {
            Thread.ofVirtual().start(handler);
        }
    }

    @Override
    public boolean isShutdown() {
        synchronized (channels) {
            return shut;
        }
    }

    @Override
    public boolean isTerminated() {
        return handlers.isTerminated();
    }

    @Override
    public void shutdown() {
        synchronized (channels) {
            if (!common) {
                shut = true;
                endIfDone();
            }
        }
    }

    @Override
    public void shutdownNow() throws IOException {
        shutdown();
        List<AsynchronousChannel> open;
        synchronized (channels) {
            open = common ? List.of() : List.copyOf(channels);
        }
        for (AsynchronousChannel channel : open) {
            channel.close();
        }
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return handlers.awaitTermination(timeout, unit);
    }
}
