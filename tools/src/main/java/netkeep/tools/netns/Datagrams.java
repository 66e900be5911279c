package netkeep.tools.netns;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import netkeep.wire.IpProtocol;
import org.jspecify.annotations.Nullable;

/// Datagrams between the namespace and outside. Each port of the program's has a socket outside, of the same number
/// where that is free, which hears everybody, as the program's own does; each partner a socket within.
final class Datagrams {
    private static final int LONGEST = 65_535;

    /// RFC 4787 §4.3 (REQ-5): not before two minutes without a datagram.
    private static final long IDLE_NS = TimeUnit.MINUTES.toNanos(2);

    /// As long as what the program sent before it closed a socket may be on its way.
    private static final long GONE_NS = TimeUnit.SECONDS.toNanos(1);

    private static final int QUIET_MS = 20;
    private static final long MOST_LINGER_NS = TimeUnit.SECONDS.toNanos(1);

    /// The most that wait while their socket is made.
    private static final int MOST_WAITING = 64;

    private final Gateway gateway;
    private final Map<Flow, Exchange> exchanges = new HashMap<>();

    /// By the program's ports; each takes both families.
    private final Map<Integer, DatagramChannel> outers = new HashMap<>();

    private volatile long sentNs = System.nanoTime();

    private static final class Exchange {
        final List<byte[]> waiting = new ArrayList<>();

        @Nullable
        DatagramChannel inner;

        long usedNs = System.nanoTime();
    }

    Datagrams(Gateway gateway) {
        this.gateway = gateway;
    }

    /// A datagram of the program's; as [Gate.Keeper#mayPass].
    boolean begins(Flow flow, byte[] frame) {
        Exchange exchange;
        synchronized (this) {
            exchange = exchanges.get(flow);
            if (exchange != null) {
                exchange.usedNs = System.nanoTime();
                if (exchange.inner == null && exchange.waiting.size() < MOST_WAITING) {
                    exchange.waiting.add(frame);
                }
                return exchange.inner != null;
            }
            exchange = new Exchange();
            exchange.waiting.add(frame);
            exchanges.put(flow, exchange);
        }
        Exchange made = exchange;
        Thread.startVirtualThread(() -> open(flow, made));
        return false;
    }

    private void open(Flow flow, Exchange exchange) {
        try {
            DatagramChannel outer = outer(flow.inside().getPort());
            DatagramChannel inner = gateway.inside().openDatagramChannel(family(flow.outside()));
            // Several ports of the program's may speak with the same partner.
            inner.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            inner.bind(flow.outside());
            inner.connect(flow.inside());
            List<byte[]> waited;
            synchronized (this) {
                exchange.inner = inner;
                waited = List.copyOf(exchange.waiting);
                exchange.waiting.clear();
            }
            // Not under the lock, which the stack's thread may want within a turn.
            waited.forEach(gateway::pass);
            Thread.startVirtualThread(() -> out(flow, inner, outer));
        } catch (IOException cannot) {
            synchronized (this) {
                exchanges.remove(flow);
            }
        }
    }

    private static ProtocolFamily family(InetSocketAddress of) {
        return of.getAddress() instanceof Inet4Address ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
    }

    /// The socket outside of a port of the program's.
    private synchronized DatagramChannel outer(int port) throws IOException {
        DatagramChannel known = outers.get(port);
        if (known != null) {
            return known;
        }
        DatagramChannel made = gateway.outside().openDatagramChannel();
        try {
            made.bind(new InetSocketAddress(port));
        } catch (IOException taken) {
            made.bind(null);
        }
        outers.put(port, made);
        Thread.startVirtualThread(() -> in(port, made));
        return made;
    }

    /// Carries what the program sends to one partner.
    private void out(Flow flow, DatagramChannel inner, DatagramChannel outer) {
        ByteBuffer datagram = ByteBuffer.allocateDirect(LONGEST);
        while (inner.isOpen()) {
            try {
                inner.read(datagram.clear());
                outer.send(datagram.flip(), flow.outside());
                sentNs = System.nanoTime();
            } catch (IOException lost) {
                // Refused, or nobody is there any more: a datagram may be lost.
            }
        }
    }

    /// Carries what comes from outside for a port of the program's.
    private void in(int port, DatagramChannel outer) {
        ByteBuffer datagram = ByteBuffer.allocateDirect(LONGEST);
        while (outer.isOpen()) {
            try {
                InetSocketAddress from = (InetSocketAddress) outer.receive(datagram.clear());
                DatagramChannel inner = from == null ? null : partner(port, from);
                if (inner != null) {
                    inner.write(datagram.flip());
                }
            } catch (IOException lost) {
                // As above.
            }
        }
    }

    /// The socket within for somebody outside.
    private @Nullable DatagramChannel partner(int port, InetSocketAddress from) throws IOException {
        InetAddress program = gateway.program(from.getAddress());
        if (program.equals(from.getAddress())) {
            return null;
        }
        Flow flow = new Flow(IpProtocol.UDP, from, new InetSocketAddress(program, port));
        Exchange exchange;
        synchronized (this) {
            exchange = exchanges.computeIfAbsent(flow, none -> new Exchange());
            exchange.usedNs = System.nanoTime();
        }
        if (exchange.inner == null) {
            open(flow, exchange);
        }
        return exchange.inner;
    }

    /// Has what comes from outside for a port go to the program.
    void publish(int port) throws IOException {
        outer(port);
    }

    /// Waits until what the program sent last is with the session: until nothing has come for a moment.
    void awaitSent() throws InterruptedException {
        long endNs = System.nanoTime() + MOST_LINGER_NS;
        do {
            Thread.sleep(QUIET_MS);
        } while (System.nanoTime() - sentNs < TimeUnit.MILLISECONDS.toNanos(QUIET_MS) && System.nanoTime() - endNs < 0);
    }

    /// Closes what nobody has used for long, or the program has closed: who asks each question from a socket of its own
    /// would soon have all of the session's.
    ///
    /// @param listening ports of the program's
    /// @param held      ports for which it has a socket
    synchronized void tidy(Set<Integer> listening, Set<Integer> held) {
        long nowNs = System.nanoTime();
        exchanges.entrySet().removeIf(each -> {
            boolean gone = !held.contains(each.getKey().inside().getPort());
            boolean idle = nowNs - each.getValue().usedNs > (gone ? GONE_NS : IDLE_NS);
            DatagramChannel inner = each.getValue().inner;
            if (idle && inner != null) {
                close(inner);
            }
            return idle;
        });
        outers.entrySet().removeIf(each -> {
            int port = each.getKey();
            boolean used = listening.contains(port)
                    || exchanges.keySet().stream()
                            .anyMatch(flow -> flow.inside().getPort() == port);
            if (!used) {
                close(each.getValue());
            }
            return !used;
        });
    }

    private static void close(DatagramChannel channel) {
        try {
            channel.close();
        } catch (IOException ignored) {
            // It is gone either way.
        }
    }
}
