package netkeep.domain;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import netkeep.linux.Call;
import netkeep.linux.Descriptors;
import netkeep.linux.Sockets;

/// One side's end of the doorbell between a client and a stack: each side rings the other's.
///
/// The two ends of a pair of datagram sockets: nobody else can ring, empty or fill it, and no flag that one side sets
/// on its descriptor makes the other one wait, as it could with an eventfd that both hold. One thread at a time rings,
/// one silences.
public final class Doorbell implements AutoCloseable {
    /// How often one may have been rung before it stays silent for a while longer.
    private static final int RINGS = 64;

    private final int descriptor;
    private final Call calling = new Call();
    private final Call hearing = new Call();
    private final MemorySegment out = Arena.ofAuto().allocate(JAVA_BYTE);
    private final MemorySegment in = Arena.ofAuto().allocate(JAVA_BYTE);

    /// @param descriptor an end; closed with this object
    public Doorbell(int descriptor) {
        this.descriptor = descriptor;
    }

    /// The descriptors of both ends of a new one.
    public static int[] pair() {
        return Sockets.pair(Sockets.SOCK_DGRAM);
    }

    /// The descriptor to wait for.
    public int descriptor() {
        return descriptor;
    }

    /// Wakes who waits for the other end, now or next. One that is full was rung.
    public void ring() {
        calling.send(descriptor, out, 0, 1, Sockets.MSG_DONTWAIT | Sockets.MSG_NOSIGNAL);
    }

    /// Makes this end silent again.
    ///
    /// @return whether it had been rung
    public boolean silence() {
        int rings = 0;
        while (rings < RINGS && hearing.receive(descriptor, in, 0, 1, Sockets.MSG_DONTWAIT) > 0) {
            rings++;
        }
        return rings != 0;
    }

    @Override
    public void close() {
        Descriptors.close(descriptor);
    }
}
