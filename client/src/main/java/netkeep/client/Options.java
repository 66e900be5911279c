package netkeep.client;

import static java.util.Map.entry;

import java.io.IOException;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import netkeep.session.Option;
import org.jspecify.annotations.Nullable;

/// The options that a kind of channel has: their numbers in the session, ranges and defaults.
final class Options {
    /// An option's number, the least and the greatest value that a caller may give, and what it is before.
    private record Known(int number, long least, long most, int otherwise) {}

    /// What buffers are said to hold before anybody sets them: they are tuned.
    private static final int TUNED = 1 << 16;

    private static final Known SEND_BUFFER = new Known(Option.SEND_BUFFER, 0, Integer.MAX_VALUE, TUNED);
    private static final Known RECEIVE_BUFFER = new Known(Option.RECEIVE_BUFFER, 0, Integer.MAX_VALUE, TUNED);
    private static final Known REUSE_PORT = flag(Option.REUSE_PORT, 0);
    private static final Known TRAFFIC_CLASS = new Known(Option.TRAFFIC_CLASS, 0, 255, 0);
    private static final Known KEEP_IDLE = new Known(Option.KEEP_IDLE, 1, 32767, 7200);
    private static final Known KEEP_INTERVAL = new Known(Option.KEEP_INTERVAL, 1, 32767, 75);
    private static final Known KEEP_COUNT = new Known(Option.KEEP_COUNT, 1, 127, 9);
    private static final Known QUICK_ACK = flag(Option.QUICK_ACK, 1);

    private static final Map<String, Known> KEEPING = Map.of(
            "TCP_KEEPIDLE", KEEP_IDLE,
            "TCP_KEEPINTERVAL", KEEP_INTERVAL,
            "TCP_KEEPCOUNT", KEEP_COUNT,
            "TCP_QUICKACK", QUICK_ACK);

    static final Options CONNECTION = of(
            Map.ofEntries(
                    entry(StandardSocketOptions.SO_SNDBUF, SEND_BUFFER),
                    entry(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER),
                    entry(StandardSocketOptions.SO_KEEPALIVE, flag(Option.KEEP_ALIVE, 0)),
                    entry(StandardSocketOptions.SO_REUSEADDR, flag(Option.REUSE_ADDRESS, 0)),
                    entry(StandardSocketOptions.SO_REUSEPORT, REUSE_PORT),
                    entry(
                            StandardSocketOptions.SO_LINGER,
                            new Known(Option.LINGER, Integer.MIN_VALUE, Integer.MAX_VALUE, -1)),
                    entry(StandardSocketOptions.TCP_NODELAY, flag(Option.NO_DELAY, 0)),
                    entry(StandardSocketOptions.IP_TOS, TRAFFIC_CLASS)),
            KEEPING);

    static final Options LISTENER = of(
            Map.ofEntries(
                    entry(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER),
                    entry(StandardSocketOptions.SO_REUSEADDR, flag(Option.REUSE_ADDRESS, 1)),
                    entry(StandardSocketOptions.SO_REUSEPORT, REUSE_PORT)),
            KEEPING);

    /// As [#LISTENER], of a `ServerSocket` that a program has made: with the traffic class.
    static final Options SERVER_SOCKET = LISTENER.with(StandardSocketOptions.IP_TOS, TRAFFIC_CLASS);

    static final Options PORT = of(
            Map.ofEntries(
                    entry(StandardSocketOptions.SO_SNDBUF, SEND_BUFFER),
                    entry(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER),
                    entry(StandardSocketOptions.SO_REUSEADDR, flag(Option.REUSE_ADDRESS, 0)),
                    entry(StandardSocketOptions.SO_REUSEPORT, REUSE_PORT),
                    entry(StandardSocketOptions.SO_BROADCAST, flag(Option.BROADCAST, 0)),
                    entry(StandardSocketOptions.IP_TOS, TRAFFIC_CLASS),
                    entry(StandardSocketOptions.IP_MULTICAST_IF, new Known(Option.MULTICAST_LINK, 0, 0, 0)),
                    entry(StandardSocketOptions.IP_MULTICAST_TTL, new Known(Option.MULTICAST_HOPS, 0, 255, 1)),
                    entry(StandardSocketOptions.IP_MULTICAST_LOOP, flag(Option.MULTICAST_LOOP, 1))),
            Map.of("IP_DONTFRAGMENT", flag(Option.DONT_FRAGMENT, 0)));

    private final Map<SocketOption<?>, Known> known;

    private Options(Map<SocketOption<?>, Known> known) {
        this.known = known;
    }

    /// @param extended by their names in `jdk.net.ExtendedSocketOptions`. Under the agent a JVM may be without that
    /// module: nobody there can name them.
    private static Options of(Map<SocketOption<?>, Known> standard, Map<String, Known> extended) {
        Map<SocketOption<?>, Known> all = new HashMap<>(standard);
        extended.forEach((name, known) -> {
            try {
                Class<?> names = Class.forName("jdk.net.ExtendedSocketOptions");
                all.put((SocketOption<?>) names.getField(name).get(null), known);
            } catch (ReflectiveOperationException none) {
                // It is not resolved.
            }
        });
        return new Options(Map.copyOf(all));
    }

    private Options with(SocketOption<?> name, Known more) {
        Map<SocketOption<?>, Known> all = new HashMap<>(known);
        all.put(name, more);
        return new Options(Map.copyOf(all));
    }

    private static Known flag(int number, int otherwise) {
        return new Known(number, 0, 1, otherwise);
    }

    Set<SocketOption<?>> names() {
        return known.keySet();
    }

    /// @throws UnsupportedOperationException if this kind of channel has no such option
    void check(SocketOption<?> name) {
        if (!known.containsKey(Objects.requireNonNull(name))) {
            throw new UnsupportedOperationException("'" + name + "' not supported");
        }
    }

    /// As [#check(SocketOption)], for an option that is to be set.
    ///
    /// @throws IllegalArgumentException if the value is not of the option's kind
    void check(SocketOption<?> name, @Nullable Object value) {
        check(name);
        if (!name.type().isInstance(value)) {
            throw new IllegalArgumentException(value + " is no value for " + name);
        }
    }

    /// Sets an option that [#check] has passed with its value. Interfaces are not for here.
    void set(Endpoint endpoint, SocketOption<?> name, Object value) throws IOException {
        Known option = Objects.requireNonNull(known.get(name));
        int number = number(name, option, value);
        endpoint.options = endpoint.options.with(option.number, number);
        endpoint.option(option.number, number);
    }

    private static int number(SocketOption<?> name, Known option, Object value) {
        if (name.type() == Boolean.class) {
            return (Boolean) value ? 1 : 0;
        }
        int number = (Integer) value;
        if (number < option.least || number > option.most) {
            throw new IllegalArgumentException(name + " " + number);
        }
        // What the sockets API says of linger: below 0 it is off, and it fits in 16 bits.
        return option.number == Option.LINGER ? Math.clamp(number, -1, 65535) : number;
    }

    /// The value of an option that [#check] has passed.
    <T> T get(Endpoint endpoint, SocketOption<T> name) {
        Known option = Objects.requireNonNull(known.get(name));
        int number = endpoint.options.get(option.number, option.otherwise);
        return name.type().cast(name.type() == Boolean.class ? (Object) (number != 0) : (Object) number);
    }

    /// Takes an option.
    interface Setting {
        <T> Object set(SocketOption<T> name, T value) throws IOException;
    }

    /// Asks of another socket what was asked of an endpoint.
    void carry(Endpoint from, Setting to) throws IOException {
        for (Map.Entry<SocketOption<?>, Known> entry : known.entrySet()) {
            if (!isInterface(entry.getKey()) && from.options.has(entry.getValue().number)) {
                carry(from, entry.getKey(), to);
            }
        }
    }

    private <T> void carry(Endpoint from, SocketOption<T> name, Setting to) throws IOException {
        to.set(name, get(from, name));
    }

    /// Asks of another socket what only a socket of `java.net` can be asked.
    static void carry(Socket from, Socket to) throws IOException {
        to.setSoTimeout(from.getSoTimeout());
        if (from.getOOBInline()) {
            to.setOOBInline(true);
        }
    }

    /// The interface for multicast, whose value is no number.
    static boolean isInterface(SocketOption<?> name) {
        return name.type() == NetworkInterface.class;
    }
}
