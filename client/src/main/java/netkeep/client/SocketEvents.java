package netkeep.client;

import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.SocketAddress;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The Flight Recorder's events of sockets, `jdk.SocketRead` and `jdk.SocketWrite`. Its classes are the JVM's own:
/// where nobody has exported them to us, which the agent does, there are none.
final class SocketEvents {
    private static final String READ = "jdk.internal.event.SocketReadEvent";
    private static final String WRITE = "jdk.internal.event.SocketWriteEvent";

    private static final @Nullable BooleanSupplier READS =
            method(BooleanSupplier.class, READ, "enabled", boolean.class);
    private static final @Nullable BooleanSupplier WRITES =
            method(BooleanSupplier.class, WRITE, "enabled", boolean.class);
    private static final @Nullable LongSupplier NOW = method(LongSupplier.class, READ, "timestamp", long.class);
    private static final @Nullable WasRead WAS_READ =
            method(WasRead.class, READ, "offer", void.class, long.class, long.class, SocketAddress.class, long.class);
    private static final @Nullable WasWritten WAS_WRITTEN =
            method(WasWritten.class, WRITE, "offer", void.class, long.class, long.class, SocketAddress.class);

    /// The recorder's method of that shape.
    public interface WasRead {
        void tell(long start, long octets, @Nullable SocketAddress remote, long millis);
    }

    /// The recorder's method of that shape.
    public interface WasWritten {
        void tell(long start, long octets, @Nullable SocketAddress remote);
    }

    private SocketEvents() {}

    /// A static method as an interface, null if it is not for us.
    private static <T> @Nullable T method(
            Class<T> as, String owner, String name, Class<?> result, Class<?>... arguments) {
        try {
            return MethodHandleProxies.asInterfaceInstance(
                    as,
                    MethodHandles.lookup()
                            .findStatic(Class.forName(owner), name, MethodType.methodType(result, arguments)));
        } catch (ReflectiveOperationException notOurs) {
            return null;
        }
    }

    /// Whether somebody records what is read.
    static boolean reads() {
        BooleanSupplier asked = READS;
        return asked != null && asked.getAsBoolean();
    }

    /// Whether somebody records what is written.
    static boolean writes() {
        BooleanSupplier asked = WRITES;
        return asked != null && asked.getAsBoolean();
    }

    /// The recorder's clock.
    static long now() {
        LongSupplier clock = NOW;
        return clock == null ? 0 : clock.getAsLong();
    }

    /// Tells that octets were read.
    ///
    /// @param start  by [#now]
    /// @param octets negative at the end of the stream
    /// @param millis how long the thread might have waited, 0 for ever
    static void read(long start, long octets, @Nullable SocketAddress remote, long millis) {
        WasRead told = WAS_READ;
        if (told != null) {
            told.tell(start, octets, remote, millis);
        }
    }

    /// Tells that octets were written.
    static void written(long start, long octets, @Nullable SocketAddress remote) {
        WasWritten told = WAS_WRITTEN;
        if (told != null) {
            told.tell(start, octets, remote);
        }
    }
}
