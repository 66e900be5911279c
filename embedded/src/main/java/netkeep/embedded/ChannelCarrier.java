package netkeep.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import netkeep.names.Carrier;
import netkeep.names.NameServer;
import netkeep.names.Resolver;
import netkeep.wire.Address;
import netkeep.wire.DnsMessage;
import org.jspecify.annotations.Nullable;

/// Carries a resolver's messages over channels of `java.nio`, and is the loop that runs it: one thread, all of whose
/// waiting is one selection.
final class ChannelCarrier implements Carrier, AutoCloseable {
    /// Something to be done in the loop's thread.
    interface Work {
        void run(Resolver resolver, long nowNs);
    }

    // RFC 5452 §9.2: all but the ports that are given to servers.
    private static final int FIRST_PORT = 1024;
    private static final int PORTS = 65_536;
    private static final int DRAWS = 8;
    private static final int LENGTH = 2;

    /// One exchange's socket.
    private static final class Exchange {
        private final int number;
        private final NameServer server;
        private final SelectableChannel channel;
        private final ByteBuffer out;
        private final ByteBuffer in = ByteBuffer.allocate(LENGTH + DnsMessage.LONGEST);

        private Exchange(int number, NameServer server, SelectableChannel channel, ByteBuffer out) {
            this.number = number;
            this.server = server;
            this.channel = channel;
            this.out = out;
        }
    }

    private final SelectorProvider provider;
    private final RandomGenerator luck;
    private final LongSupplier clock;
    private final Resolver resolver;
    private final Map<Integer, Exchange> open = new HashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Runnable whenEnded;
    private final Deque<Work> asked = new ArrayDeque<>();
    private @Nullable Selector selector;
    private @Nullable Thread thread;
    private boolean closed;

    /// @param whenEnded what was asked and not done then never is
    ChannelCarrier(
            SelectorProvider provider,
            RandomGenerator luck,
            LongSupplier clock,
            Function<Carrier, Resolver> resolver,
            Runnable whenEnded) {
        this.whenEnded = whenEnded;
        this.provider = provider;
        this.luck = luck;
        this.clock = clock;
        this.resolver = resolver.apply(this);
    }

    /// Has the loop do something, and begins it if need be.
    ///
    /// @return false if it has ended
    boolean run(Work work) {
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            asked.add(work);
            if (thread == null) {
                Selector made = provider.openSelector();
                selector = made;
                thread = Thread.ofPlatform().name("netkeep-names").daemon().start(() -> loop(made));
            } else if (selector != null) {
                selector.wakeup();
            }
            return true;
        } catch (IOException broken) {
            return false;
        } finally {
            lock.unlock();
        }
    }

    private void loop(Selector over) {
        try (over) {
            while (!ended()) {
                long nowNs = clock.getAsLong();
                for (Work next = next(); next != null; next = next()) {
                    next.run(resolver, nowNs);
                }
                resolver.expire(nowNs);
                long waitNs = resolver.deadlineNs() == Resolver.NEVER
                        ? Long.MAX_VALUE
                        : resolver.deadlineNs() - clock.getAsLong();
                if (waitNs > 0) {
                    // Up to a whole millisecond: selecting for 0 would wait for ever.
                    over.select(waitNs == Long.MAX_VALUE ? 0 : TimeUnit.NANOSECONDS.toMillis(waitNs) + 1);
                } else {
                    over.selectNow();
                }
                for (SelectionKey key : over.selectedKeys()) {
                    ready((Exchange) key.attachment());
                }
                over.selectedKeys().clear();
            }
        } catch (IOException | ClosedSelectorException broken) {
            // The stack's end.
        } finally {
            end();
        }
    }

    private boolean ended() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Work next() {
        lock.lock();
        try {
            return asked.poll();
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        open.values().forEach(exchange -> close(exchange.channel));
        resolver.forget(0, clock.getAsLong());
        whenEnded.run();
    }

    @Override
    public boolean open(int exchange, NameServer server, boolean stream, byte[] query) {
        Selector over = selector;
        try {
            InetSocketAddress where = address(server);
            ByteBuffer out = ByteBuffer.allocate((stream ? LENGTH : 0) + query.length);
            if (stream) {
                // RFC 7766 §8: length and message in one write.
                out.putShort((short) query.length);
            }
            out.put(query).flip();
            SelectableChannel channel = stream ? provider.openSocketChannel() : connected(where);
            channel.configureBlocking(false);
            Exchange made = new Exchange(exchange, server, channel, out);
            open.put(exchange, made);
            int waitsFor = stream ? SelectionKey.OP_CONNECT : SelectionKey.OP_READ;
            SelectionKey key = channel.register(Objects.requireNonNull(over), waitsFor, made);
            if (channel instanceof DatagramChannel datagrams) {
                datagrams.write(out);
            } else if (channel instanceof SocketChannel connecting && connecting.connect(where)) {
                // Behind the registration: what comes about before it nobody may tell.
                key.interestOps(SelectionKey.OP_READ);
                connecting.write(out);
            }
            return true;
        } catch (IOException refused) {
            close(exchange);
            return false;
        }
    }

    private SelectableChannel connected(InetSocketAddress where) throws IOException {
        StandardProtocolFamily family = where.getAddress().getAddress().length == 4
                ? StandardProtocolFamily.INET
                : StandardProtocolFamily.INET6;
        DatagramChannel channel = provider.openDatagramChannel(family);
        channel.configureBlocking(false);
        for (int draw = 1; ; draw++) {
            try {
                channel.bind(new InetSocketAddress(luck.nextInt(FIRST_PORT, PORTS)));
                break;
            } catch (IOException used) {
                if (draw == DRAWS) {
                    close(channel);
                    throw used;
                }
            }
        }
        // Connected, it takes nothing from others, and is told what ICMP says of its server.
        channel.connect(where);
        return channel;
    }

    private static InetSocketAddress address(NameServer server) throws UnknownHostException {
        return new InetSocketAddress(InetAddress.getByAddress(server.address().octets()), server.port());
    }

    private void ready(Exchange exchange) {
        long nowNs = clock.getAsLong();
        try {
            if (exchange.channel instanceof SocketChannel stream) {
                stream(exchange, stream, nowNs);
                return;
            }
            DatagramChannel datagrams = (DatagramChannel) exchange.channel;
            while (open.get(exchange.number) == exchange) {
                exchange.in.clear();
                InetSocketAddress from = (InetSocketAddress) datagrams.receive(exchange.in);
                if (from == null) {
                    return;
                }
                exchange.in.flip();
                byte[] octets = new byte[exchange.in.remaining()];
                exchange.in.get(octets);
                Address sender = Address.of(from.getAddress().getAddress());
                resolver.arrives(exchange.number, sender, from.getPort(), octets, nowNs);
            }
        } catch (IOException failed) {
            resolver.failed(exchange.number, nowNs);
        }
    }

    private void stream(Exchange exchange, SocketChannel channel, long nowNs) throws IOException {
        if (!channel.isConnected()) {
            if (!channel.finishConnect()) {
                return;
            }
            channel.keyFor(selector).interestOps(SelectionKey.OP_READ);
        }
        if (exchange.out.hasRemaining()) {
            // A fresh send buffer takes all of it.
            channel.write(exchange.out);
        }
        int read = channel.read(exchange.in);
        while (read > 0) {
            read = channel.read(exchange.in);
        }
        int length = exchange.in.position() < LENGTH ? DnsMessage.LONGEST : exchange.in.getShort(0) & 0xFFFF;
        if (exchange.in.position() >= LENGTH + length) {
            byte[] octets = new byte[length];
            exchange.in.get(LENGTH, octets);
            exchange.in.clear();
            resolver.arrives(exchange.number, exchange.server.address(), exchange.server.port(), octets, nowNs);
        } else if (read < 0) {
            resolver.failed(exchange.number, nowNs);
        }
    }

    @Override
    public void close(int exchange) {
        Exchange closing = open.remove(exchange);
        if (closing != null) {
            close(closing.channel);
        }
    }

    private static void close(SelectableChannel channel) {
        try {
            channel.close();
        } catch (IOException gone) {
            // It is as good as closed.
        }
    }

    /// Ends the loop: what was asked and not answered fails.
    @Override
    public void close() {
        Thread ending;
        lock.lock();
        try {
            closed = true;
            ending = thread;
            if (selector != null) {
                selector.wakeup();
            }
        } finally {
            lock.unlock();
        }
        try {
            if (ending != null) {
                ending.join();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
