package netkeep.asynchronous;

import java.io.IOException;
import java.nio.channels.AsynchronousChannel;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.InterruptedByTimeoutException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One way through a channel, in or out: one operation at a time. After one that was given up nobody knows how far it
/// came:
/// there is no other.
@SuppressWarnings("FutureReturnValueIgnored") // what comes of it is told to the handler
final class Way {
    /// What is done on a thread of its own, which waits for it.
    interface Operation<V extends @Nullable Object> {
        V run() throws IOException;
    }

    private final HandlerGroup group;
    private final AsynchronousChannel channel;
    private final Supplier<RuntimeException> pending;
    private boolean busy;
    private boolean spoilt;

    /// @param pending what is thrown where another operation is under way
    Way(HandlerGroup group, AsynchronousChannel channel, Supplier<RuntimeException> pending) {
        this.group = group;
        this.channel = channel;
        this.pending = pending;
    }

    /// Begins an operation.
    ///
    /// @param timeout for how long, 0 or less for ever
    /// @param handler told on a thread of the group's, if there is one
    <V extends @Nullable Object, A extends @Nullable Object> Future<V> begin(
            Operation<V> operation,
            long timeout,
            TimeUnit unit,
            A attachment,
            @Nullable CompletionHandler<V, ? super A> handler) {
        Outcome<V> outcome = new Outcome<>();
        if (!channel.isOpen()) {
            tell(outcome, attachment, handler);
            outcome.completeExceptionally(new ClosedChannelException());
            return outcome;
        }
        enter();
        tell(outcome, attachment, handler);
        if (timeout > 0) {
            outcome.orTimeout(timeout, unit);
        }
        Thread.ofVirtual().name("netkeep-operation").start(() -> run(operation, outcome));
        return outcome;
    }

    private synchronized void enter() {
        if (spoilt) {
            throw new IllegalStateException("not allowed after a timeout or a cancellation");
        }
        if (busy) {
            throw pending.get();
        }
        busy = true;
    }

    private synchronized void leave() {
        busy = false;
    }

    private synchronized void spoil() {
        spoilt = true;
    }

    private <V extends @Nullable Object> void run(Operation<V> operation, Outcome<V> outcome) {
        try {
            V result = operation.run();
            leave();
            outcome.complete(result);
        } catch (IOException | RuntimeException | Error failure) {
            leave();
            boolean closed = failure instanceof ClosedChannelException && !channel.isOpen();
            outcome.completeExceptionally(closed ? new AsynchronousCloseException() : failure);
        }
    }

    private <V extends @Nullable Object, A extends @Nullable Object> void tell(
            Outcome<V> outcome, A attachment, @Nullable CompletionHandler<V, ? super A> handler) {
        outcome.handle((result, failure) -> {
            if (failure instanceof TimeoutException) {
                spoil();
            }
            if (handler != null && failure == null) {
                group.run(() -> handler.completed(result, attachment));
            } else if (handler != null) {
                group.run(() -> handler.failed(shown(failure), attachment));
            }
            return null;
        });
    }

    private static Throwable shown(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof TimeoutException ? new InterruptedByTimeoutException() : cause;
    }

    /// What becomes of an operation.
    private final class Outcome<V extends @Nullable Object> extends CompletableFuture<V> {
        @Override
        public boolean cancel(boolean mayInterrupt) {
            if (!completeExceptionally(new CancellationException())) {
                return false;
            }
            spoil();
            if (mayInterrupt) {
                try {
                    channel.close();
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }
            return true;
        }
    }
}
