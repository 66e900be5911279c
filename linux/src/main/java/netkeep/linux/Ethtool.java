package netkeep.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/// Offloads of an interface in the network namespace of the calling thread: what `ethtool -k` and `-K` do, for those
/// that matter here.
///
/// ```text
/// ifreq:         0 name, 16 octets   16 pointer to the value
/// ethtool_value: 0 command u32        4 data u32
/// ```
public final class Ethtool {
    private static final long SIOCETHTOOL = 0x8946;
    private static final long REQUEST = 40;
    private static final long POINTER = 16;

    private Ethtool() {}

    /// An offload, with the commands that read and write it; the second is always the first's successor.
    public enum Offload {
        /// Checksums of what the interface sends.
        TX_CHECKSUM(0x16),
        /// TCP segmentation by the interface.
        TSO(0x1e),
        /// Segmentation by the kernel just before the interface.
        GSO(0x23),
        /// Putting together of what arrives.
        GRO(0x2b);

        private final int command;

        Offload(int command) {
            this.command = command;
        }
    }

    /// Whether an offload is on.
    public static boolean has(String name, Offload offload) {
        return ask(name, offload.command, 0, "ethtool get " + offload) != 0;
    }

    /// Turns an offload on or off.
    public static void set(String name, Offload offload, boolean on) {
        ask(name, offload.command + 1, on ? 1 : 0, "ethtool set " + offload);
    }

    private static int ask(String name, int command, int data, String what) {
        byte[] octets = name.getBytes(StandardCharsets.US_ASCII);
        if (octets.length == 0 || octets.length > Tun.NAME) {
            throw new IllegalArgumentException("name " + name + ": a device's name has 1 to 15 octets");
        }
        int socket = Sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM, 0);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocateFrom(JAVA_INT, command, data);
            MemorySegment request = arena.allocate(REQUEST, Long.BYTES);
            MemorySegment.copy(MemorySegment.ofArray(octets), 0, request, 0, octets.length);
            request.set(JAVA_LONG, POINTER, value.address());
            LinuxException.check(Descriptors.ioctl(socket, SIOCETHTOOL, request), what + " of " + name);
            return value.get(JAVA_INT, 4);
        } finally {
            Descriptors.close(socket);
        }
    }
}
