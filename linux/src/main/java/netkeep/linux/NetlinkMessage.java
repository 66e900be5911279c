package netkeep.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/// A request to rtnetlink, laid down from front to back.
///
/// ```text
/// nlmsghdr:  0 length u32   4 type u16   6 flags u16   8 sequence u32   12 port u32
/// attribute: 0 length u16   2 type u16   4 value, padded to 4
/// ```
final class NetlinkMessage {
    static final long HEADER = 16;
    static final int REQUEST = 1;
    static final int ACK = 4;
    static final int EXCLUSIVE = 0x200;
    static final int CREATE = 0x400;

    private static final int CAPACITY = 1024;

    private final MemorySegment octets;
    private long length = HEADER;

    NetlinkMessage(Arena arena, int type, int flags) {
        octets = arena.allocate(CAPACITY, Long.BYTES);
        octets.set(JAVA_SHORT, 4, (short) type);
        octets.set(JAVA_SHORT, 6, (short) (REQUEST | ACK | flags));
    }

    /// The header that messages about interfaces have, `struct ifinfomsg`.
    NetlinkMessage interfaceHeader(int index, int flags, int change) {
        octets.set(JAVA_INT, length + 4, index);
        octets.set(JAVA_INT, length + 8, flags);
        octets.set(JAVA_INT, length + 12, change);
        length += 16;
        return this;
    }

    /// Four fields of an octet each: the beginning of `ifaddrmsg` and `rtmsg`.
    NetlinkMessage octets(int first, int second, int third, int fourth) {
        octets.set(JAVA_BYTE, length, (byte) first);
        octets.set(JAVA_BYTE, length + 1, (byte) second);
        octets.set(JAVA_BYTE, length + 2, (byte) third);
        octets.set(JAVA_BYTE, length + 3, (byte) fourth);
        length += 4;
        return this;
    }

    NetlinkMessage word(int word) {
        octets.set(JAVA_INT, length, word);
        length += 4;
        return this;
    }

    NetlinkMessage attribute(int type, byte[] value) {
        octets.set(JAVA_SHORT, length, (short) (4 + value.length));
        octets.set(JAVA_SHORT, length + 2, (short) type);
        MemorySegment.copy(MemorySegment.ofArray(value), 0, octets, length + 4, value.length);
        length += 4 + value.length + 3 & -4;
        return this;
    }

    NetlinkMessage attribute(int type, int value) {
        long at = begin(type);
        word(value);
        return end(at);
    }

    /// A string with the zero that ends it.
    NetlinkMessage attribute(int type, String value) {
        return attribute(type, (value + '\0').getBytes(StandardCharsets.US_ASCII));
    }

    /// Begins an attribute that holds others.
    ///
    /// @return what [#end] wants
    long begin(int type) {
        long at = length;
        octets.set(JAVA_SHORT, at + 2, (short) type);
        length += 4;
        return at;
    }

    NetlinkMessage end(long at) {
        octets.set(JAVA_SHORT, at, (short) (length - at));
        return this;
    }

    /// The whole message, under a sequence number.
    MemorySegment sealed(int sequence) {
        octets.set(JAVA_INT, 0, (int) length);
        octets.set(JAVA_INT, 8, sequence);
        return octets.asSlice(0, length);
    }
}
