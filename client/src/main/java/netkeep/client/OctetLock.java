package netkeep.client;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// A lock that is one octet of a channel: each of very many has two. Not reentrant.
///
/// ```text
/// 0  free
/// 1  held
/// 2  held, and perhaps waited for: who unlocks wakes all that wait
/// ```
///
/// Who finds it held waits on the monitor of the channel's connection, having marked it under that monitor: so
/// the wake, which needs the monitor too, finds him waiting.
///
/// @param octet the field
record OctetLock(VarHandle octet) {
    private static final byte FREE = 0;
    private static final byte HELD = 1;
    private static final byte WAITED_FOR = 2;

    /// The lock in a field of [ConnectionChannel].
    static OctetLock in(MethodHandles.Lookup channel, String field) {
        try {
            return new OctetLock(channel.findVarHandle(ConnectionChannel.class, field, byte.class));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /// Takes it, and waits for it as long as it takes. An interrupt stays pending.
    void lock(ConnectionChannel of) {
        if (!tryLock(of)) {
            await(of);
        }
    }

    boolean tryLock(ConnectionChannel of) {
        return octet.compareAndSet(of, FREE, HELD);
    }

    boolean isLocked(ConnectionChannel of) {
        return (byte) octet.getVolatile(of) != FREE;
    }

    private void await(ConnectionChannel of) {
        boolean interrupted = false;
        Connection guard = of.connection;
        synchronized (guard) {
            while ((byte) octet.getAndSet(of, WAITED_FOR) != FREE) {
                try {
                    guard.wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    void unlock(ConnectionChannel of) {
        if ((byte) octet.getAndSet(of, FREE) == WAITED_FOR) {
            Connection guard = of.connection;
            synchronized (guard) {
                guard.notifyAll();
            }
        }
    }
}
