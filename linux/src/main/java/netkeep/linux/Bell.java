package netkeep.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// One side of a doorbell: an eventfd with the eight octets that ringing and silencing need. Either side has an object
/// of its own; each serves one thread at a time.
public final class Bell implements AutoCloseable {
    private final int descriptor;
    private final Call call = new Call();
    private final MemorySegment word = Arena.ofAuto().allocate(JAVA_LONG);

    /// A new doorbell.
    public Bell() {
        this(Descriptors.eventfd());
    }

    /// @param descriptor an eventfd; closed with this object
    public Bell(int descriptor) {
        this.descriptor = descriptor;
    }

    /// The descriptor to wait for.
    public int descriptor() {
        return descriptor;
    }

    /// Wakes whoever waits for it, now or next.
    public void ring() {
        word.set(JAVA_LONG, 0, 1);
        call.write(descriptor, word, 0, Long.BYTES);
    }

    /// Makes it silent again.
    ///
    /// @return whether it had been rung
    public boolean silence() {
        return call.read(descriptor, word, 0, Long.BYTES) == Long.BYTES;
    }

    @Override
    public void close() {
        Descriptors.close(descriptor);
    }
}
