package netkeep.session;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// How a program's own stack comes to be beside a daemon's, on the same links and with the same addresses: the
/// program connects to the socket at which clients greet ([Hello]), and says another greeting.
///
/// ```text
/// greeting, program to control      answer, control to program
///    0  magic    u32                   0  magic    u32
///    4  version  u32                   4  errno    u32   0; EACCES: the configuration grants this user nothing;
///                                                        EBUSY: another program is there; EIO: no queue;
///                                                        EMFILE: there is no place, or no such version
///                                      8  text, UTF-8: [BesideTerms], then a line for each link,
///                                         from number 1 on, as the daemon's settings have it
/// ```
///
/// Numbers are in the machine's own order. With the answer come descriptors: the program's region, to be mapped for
/// writing; the daemon's region for it, and the daemon's ports, which cannot be; the voice and the ear of the
/// program's end of the doorbell; and a queue of each link's device, in the order of the lines. The connection
/// stays open as long as the program's stack is there; the answer may come again, when control is another: that
/// changes nothing.
public final class BesideHello {
    public static final int VERSION = 1;

    /// Where descriptors lie among those that come with the answer; the queues follow.
    public static final int PROGRAM = 0;

    public static final int DAEMON = 1;
    public static final int VOICE = 2;
    public static final int EAR = 3;
    public static final int PORTS = 4;
    public static final int QUEUES = 5;

    private static final int MAGIC = 0x3042_4b4e;
    private static final int HEADER = 8;

    /// What an answer says.
    public record Answer(int errno, String text) {}

    private BesideHello() {}

    public static byte[] greeting() {
        return buffer(HEADER).putInt(MAGIC).putInt(VERSION).array();
    }

    /// Whether these octets are a greeting of this version.
    public static boolean greets(byte[] octets) {
        if (octets.length != HEADER) {
            return false;
        }
        ByteBuffer in = ByteBuffer.wrap(octets).order(ByteOrder.nativeOrder());
        return in.getInt() == MAGIC && in.getInt() == VERSION;
    }

    /// @param errno 0, or why it cannot be
    public static byte[] answer(int errno, String text) {
        byte[] told = text.getBytes(StandardCharsets.UTF_8);
        return buffer(HEADER + told.length)
                .putInt(MAGIC)
                .putInt(errno)
                .put(told)
                .array();
    }

    /// @throws IllegalArgumentException if the octets are no answer, as of a daemon that knows no such greeting
    public static Answer read(byte[] octets) {
        ByteBuffer in = ByteBuffer.wrap(octets).order(ByteOrder.nativeOrder());
        if (octets.length < HEADER || in.getInt() != MAGIC) {
            throw new IllegalArgumentException("no answer of " + octets.length + " octets");
        }
        int errno = in.getInt();
        return new Answer(errno, new String(octets, HEADER, octets.length - HEADER, StandardCharsets.UTF_8));
    }

    private static ByteBuffer buffer(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.nativeOrder());
    }
}
