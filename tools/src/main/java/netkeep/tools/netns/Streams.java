package netkeep.tools.netns;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import netkeep.wire.IpProtocol;
import org.jspecify.annotations.Nullable;

/// Connections between the namespace and outside: what the program begins is begun outside first, and answered as it is
/// there.
final class Streams {
    private static final int BACKLOG = 64;
    private static final long LINGER_NS = TimeUnit.SECONDS.toNanos(10);
    private static final int LOOK_MS = 5;

    /// How long a SYN may take that the kernel repeats after 1 s and 2 s more.
    private static final long INNER_NS = TimeUnit.SECONDS.toNanos(5);

    private final Gateway gateway;

    /// Those that the program began, until they are over; true from when the other side is there.
    private final Map<Flow, Boolean> begun = new ConcurrentHashMap<>();

    /// Connections outside whose inner half has not come yet.
    private final Map<Flow, Outer> waiting = new ConcurrentHashMap<>();

    /// @param sinceNs when it was connected
    private record Outer(SocketChannel channel, long sinceNs) {}

    /// Where inner halves come: one for each address outside, as long as some are waited for.
    private final Map<InetSocketAddress, Door> doors = new HashMap<>();

    /// Connections by which something may still come from within.
    private final AtomicInteger sending = new AtomicInteger();

    private final Map<Integer, ServerSocketChannel> published = new ConcurrentHashMap<>();

    private static final class Door {
        final ServerSocketChannel channel;
        int awaited;

        Door(ServerSocketChannel channel) {
            this.channel = channel;
        }
    }

    Streams(Gateway gateway) {
        this.gateway = gateway;
    }

    /// A SYN of the program's; as [Gate.Keeper#mayPass].
    boolean begins(Flow flow, byte[] frame) {
        Boolean there = begun.putIfAbsent(flow, false);
        if (there == null) {
            Thread.startVirtualThread(() -> begin(flow, frame));
            return false;
        }
        return there;
    }

    private void begin(Flow flow, byte[] frame) {
        SocketChannel outer = null;
        try {
            outer = gateway.outside().openSocketChannel();
            outer.connect(flow.outside());
            waiting.put(flow, new Outer(outer, System.nanoTime()));
            open(flow.outside());
            begun.put(flow, true);
            gateway.pass(frame);
        } catch (SocketTimeoutException nobody) {
            // The program's own SYN is not answered either.
            forget(flow, outer);
        } catch (IOException refused) {
            forget(flow, outer);
            gateway.refuse(frame);
        }
    }

    private void forget(Flow flow, @Nullable SocketChannel outer) {
        waiting.remove(flow);
        begun.remove(flow);
        if (outer != null) {
            Relay.reset(outer);
        }
    }

    /// Lets one more inner half come.
    private void open(InetSocketAddress at) throws IOException {
        synchronized (doors) {
            Door door = doors.get(at);
            if (door == null) {
                ServerSocketChannel channel = gateway.inside().openServerSocketChannel();
                channel.bind(at, BACKLOG);
                Door made = new Door(channel);
                doors.put(at, made);
                door = made;
                Thread.startVirtualThread(() -> accept(at, made));
            }
            door.awaited++;
        }
    }

    private void accept(InetSocketAddress at, Door door) {
        try {
            while (true) {
                SocketChannel inner = door.channel.accept();
                Flow flow = new Flow(IpProtocol.TCP, at, (InetSocketAddress) inner.getRemoteAddress());
                Outer outer = waiting.remove(flow);
                if (outer == null) {
                    Relay.reset(inner);
                    continue;
                }
                relay(inner, outer.channel, () -> begun.remove(flow));
                awaitOneLess(at);
            }
        } catch (IOException closed) {
            // The gateway is, or nobody is waited for any more.
        }
    }

    private void awaitOneLess(InetSocketAddress at) throws IOException {
        synchronized (doors) {
            Door door = doors.get(at);
            if (door != null && --door.awaited == 0) {
                doors.remove(at);
                door.channel.close();
            }
        }
    }

    /// Ends connections outside whose inner half does not come: the program has given up before they were there. To be
    /// called now and then.
    void tidy() {
        long nowNs = System.nanoTime();
        waiting.forEach((flow, outer) -> {
            if (nowNs - outer.sinceNs > INNER_NS && waiting.remove(flow, outer)) {
                begun.remove(flow);
                Relay.reset(outer.channel);
                try {
                    awaitOneLess(flow.outside());
                } catch (IOException ignored) {
                    // It is gone either way.
                }
            }
        });
    }

    private void relay(SocketChannel inner, SocketChannel outer, Runnable over) {
        sending.incrementAndGet();
        Relay.between(inner, outer, sending::decrementAndGet, over);
    }

    /// Waits until all that the program sent before it ended is with the session, but not for ever: a peer may read
    /// nothing.
    void awaitSent() throws InterruptedException {
        long endNs = System.nanoTime() + LINGER_NS;
        while (sending.get() > 0 && System.nanoTime() - endNs < 0) {
            Thread.sleep(LOOK_MS);
        }
    }

    /// Has what comes from outside for a port go to the program.
    ///
    /// @throws IOException if the port is another program's
    void publish(int port) throws IOException {
        ServerSocketChannel outer = gateway.outside().openServerSocketChannel();
        outer.bind(new InetSocketAddress(port), BACKLOG);
        published.put(port, outer);
        Thread.startVirtualThread(() -> serve(outer, port));
    }

    /// No longer.
    void withdraw(int port) {
        ServerSocketChannel outer = published.remove(port);
        if (outer != null) {
            try {
                outer.close();
            } catch (IOException ignored) {
                // It is gone either way.
            }
        }
    }

    private void serve(ServerSocketChannel listener, int port) {
        try {
            while (true) {
                SocketChannel outer = listener.accept();
                Thread.startVirtualThread(() -> bring(outer, port));
            }
        } catch (IOException closed) {
            // By [#withdraw], or with the gateway.
        }
    }

    /// Connects to the program as the peer outside.
    private void bring(SocketChannel outer, int port) {
        SocketChannel inner = null;
        try {
            InetSocketAddress peer = (InetSocketAddress) outer.getRemoteAddress();
            InetAddress program = gateway.program(peer.getAddress());
            inner = gateway.inside().openSocketChannel();
            // The program's own address can be no other's: then it sees the gateway's.
            if (!peer.getAddress().equals(program)) {
                inner.bind(peer);
            }
            inner.connect(new InetSocketAddress(program, port));
            relay(inner, outer, () -> {});
        } catch (IOException nobody) {
            Relay.reset(outer);
            if (inner != null) {
                Relay.reset(inner);
            }
        }
    }
}
