package netkeep.link;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import netkeep.ring.Pieces;

/// Frames as octets, for tests.
final class Frames {
    static final String PLAIN = "00".repeat(Link.VIRTIO);

    private static final MemorySegment ROOM = Arena.global().allocate(1 << 17);

    private Frames() {}

    /// Native memory that holds these octets.
    static MemorySegment memory(byte[] octets) {
        MemorySegment memory = Arena.ofAuto().allocate(octets.length, Long.BYTES);
        MemorySegment.copy(MemorySegment.ofArray(octets), 0, memory, 0, octets.length);
        return memory;
    }

    /// A frame that lies in one piece.
    static Pieces one(byte[] octets) {
        Pieces pieces = new Pieces();
        pieces.add(memory(octets), 0, octets.length);
        return pieces;
    }

    /// Octets from hexadecimal digits; blanks do not count.
    static byte[] hex(String... digits) {
        return HexFormat.of().parseHex(String.join("", digits).replaceAll("\\s", ""));
    }

    static String mac(long mac) {
        return "%012x".formatted(mac);
    }

    /// The next frame of a link that waits, or none.
    static byte[] receive(Link link) {
        int length = link.receive(ROOM, 0, link.maxFrame());
        return ROOM.asSlice(0, length).toArray(JAVA_BYTE);
    }

    /// A frame of `length` octets, header counted, that tells its number in its first payload octets.
    static byte[] numbered(int number, int length) {
        byte[] octets = new byte[length];
        octets[Link.VIRTIO] = (byte) (number >> 8);
        octets[Link.VIRTIO + 1] = (byte) number;
        for (int index = Link.VIRTIO + 2; index < length; index++) {
            octets[index] = (byte) (number * 31 + index);
        }
        return octets;
    }

    static int number(byte[] octets) {
        return (octets[Link.VIRTIO] & 0xFF) << 8 | octets[Link.VIRTIO + 1] & 0xFF;
    }
}
