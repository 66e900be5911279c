package netkeep.link;

import java.lang.foreign.MemorySegment;

/// Where a packet socket's frames come from: the socket itself, or a ring that it shares with us.
interface PacketSource extends AutoCloseable {
    /// Takes the next frame to `at`, its VLAN tag where it belongs.
    ///
    /// @return its length; 0 when none waits; `-errno`, EMSGSIZE for a frame that had no room and is lost
    int receive(MemorySegment frames, long at, int room);

    /// Asks for an error that [#receive] would not find; only while no frame waits.
    ///
    /// @return 0 for none, or `-errno`
    int error(MemorySegment frames, long at, int room);

    @Override
    void close();
}
