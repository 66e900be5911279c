package netkeep.trials.jvm;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import java.nio.channels.InterruptedByTimeoutException;
import java.nio.channels.ReadPendingException;
import java.nio.channels.ShutdownChannelGroupException;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/// Asynchronous channels: a client of an [Echo], and an echo of its own.
final class Asynchronous {
    private Asynchronous() {}

    /// @param arguments the address of an [Echo], its port, our address and port
    public static void main(String[] arguments) throws Exception {
        InetSocketAddress echo =
                new InetSocketAddress(InetAddress.ofLiteral(arguments[0]), Integer.parseInt(arguments[1]));
        AsynchronousChannelGroup group = AsynchronousChannelGroup.withFixedThreadPool(
                2, Thread.ofPlatform().name("handler").factory());
        client(group, echo);
        AsynchronousServerSocketChannel server = AsynchronousServerSocketChannel.open(group)
                .bind(new InetSocketAddress(InetAddress.ofLiteral(arguments[2]), Integer.parseInt(arguments[3])));
        serve(server);
        AsynchronousServerSocketChannel near = AsynchronousServerSocketChannel.open(group)
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        serve(near);
        client(group, (InetSocketAddress) near.getLocalAddress());
        near.close();
        groupThatIsShut();
        System.out.println("serves");
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    /// Who comes while the group takes no channel any more is not accepted.
    private static void groupThatIsShut() throws Exception {
        AsynchronousChannelGroup group = AsynchronousChannelGroup.withFixedThreadPool(
                1, Thread.ofPlatform().factory());
        try (AsynchronousServerSocketChannel listener = AsynchronousServerSocketChannel.open(group)
                        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                AsynchronousSocketChannel channel = AsynchronousSocketChannel.open()) {
            Future<AsynchronousSocketChannel> accepted = listener.accept();
            group.shutdown();
            channel.connect(listener.getLocalAddress()).get(5, TimeUnit.SECONDS);
            AsynchronousSocketChannel one = accepted.get(5, TimeUnit.SECONDS);
            throw new AssertionError("accepted " + one);
        } catch (ExecutionException refused) {
            Throwable why = refused.getCause();
            check(
                    why instanceof IOException && why.getCause() instanceof ShutdownChannelGroupException,
                    "shut: " + why);
        }
    }

    private static void client(AsynchronousChannelGroup group, InetSocketAddress echo) throws Exception {
        try (AsynchronousSocketChannel channel = AsynchronousSocketChannel.open(group)) {
            channel.connect(echo).get(5, TimeUnit.SECONDS);
            check(channel.getRemoteAddress().equals(echo), "remote address");
            byte[] sent = new byte[300_001];
            new Random(2).nextBytes(sent);
            CompletableFuture<Thread> written = new CompletableFuture<>();
            write(channel, ByteBuffer.wrap(sent), written);
            ByteBuffer back = ByteBuffer.allocate(sent.length);
            while (back.hasRemaining()) {
                check(channel.read(back).get(5, TimeUnit.SECONDS) > 0, "octets");
            }
            check(Arrays.equals(sent, back.array()), "the same octets");
            check(written.get().getName().startsWith("handler"), "who handles: " + written.get());
            Future<Integer> waiting = channel.read(ByteBuffer.allocate(1));
            try {
                Future<Integer> second = channel.read(ByteBuffer.allocate(1));
                throw new AssertionError("two reads: " + second);
            } catch (ReadPendingException expected) {
                channel.close();
            }
            try {
                waiting.get(5, TimeUnit.SECONDS);
                throw new AssertionError("read from a closed channel");
            } catch (ExecutionException closed) {
                check(closed.getCause() instanceof AsynchronousCloseException, "closed: " + closed.getCause());
            }
        }
        try (AsynchronousSocketChannel channel = AsynchronousSocketChannel.open(group)) {
            channel.connect(echo).get();
            CompletableFuture<Throwable> failed = new CompletableFuture<>();
            channel.read(ByteBuffer.allocate(1), 30, TimeUnit.MILLISECONDS, null, new CompletionHandler<>() {
                @Override
                public void completed(Integer octets, Object attachment) {
                    failed.complete(new AssertionError("octets: " + octets));
                }

                @Override
                public void failed(Throwable failure, Object attachment) {
                    failed.complete(failure);
                }
            });
            Throwable failure = failed.get(5, TimeUnit.SECONDS);
            check(failure instanceof InterruptedByTimeoutException, "a timeout: " + failure);
        }
    }

    private static void write(AsynchronousSocketChannel to, ByteBuffer from, CompletableFuture<Thread> done) {
        to.write(from, null, new CompletionHandler<Integer, Object>() {
            @Override
            public void completed(Integer octets, Object attachment) {
                if (from.hasRemaining()) {
                    to.write(from, null, this);
                } else {
                    done.complete(Thread.currentThread());
                }
            }

            @Override
            public void failed(Throwable failure, Object attachment) {
                done.completeExceptionally(failure);
            }
        });
    }

    private static void serve(AsynchronousServerSocketChannel server) {
        server.accept(null, new CompletionHandler<AsynchronousSocketChannel, Object>() {
            @Override
            public void completed(AsynchronousSocketChannel accepted, Object attachment) {
                server.accept(null, this);
                echo(accepted, ByteBuffer.allocate(10_000));
            }

            @Override
            public void failed(Throwable closed, Object attachment) {
                // The server is closed.
            }
        });
    }

    private static void echo(AsynchronousSocketChannel channel, ByteBuffer octets) {
        channel.read(octets, null, new CompletionHandler<Integer, Object>() {
            private boolean writing;

            @Override
            public void completed(Integer count, Object attachment) {
                if (count < 0) {
                    failed(new java.io.EOFException(), attachment);
                    return;
                }
                if (!writing) {
                    octets.flip();
                    writing = true;
                } else if (!octets.hasRemaining()) {
                    octets.clear();
                    writing = false;
                }
                if (writing) {
                    channel.write(octets, attachment, this);
                } else {
                    channel.read(octets, attachment, this);
                }
            }

            @Override
            public void failed(Throwable failure, Object attachment) {
                try {
                    channel.close();
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }
        });
    }
}
