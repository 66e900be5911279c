package netkeep.session;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// How a session begins: the client connects to a UNIX socket of type SEQPACKET, says a greeting, and is given regions
/// and a doorbell. The socket stays open as long as the session: who sees it closed knows that the other is gone.
///
/// ```text
/// greeting, client to control       answer, control to client
///    0  magic    u32                   0  magic    u32
///    4  version  u32                   4  errno    u32   0, or why there is no session
///                                      8  sockets  u32
///                                     12  requests u32
///                                     16  events   u32
///                                     20  capacity u32   these four as in SessionLayout
///                                     24  the names of the stack's links, from number 1 on, UTF-8, each ended by \n;
///                                         with errno EREMOTE, 66, the path at which who greeted is served
/// ```
///
/// Numbers are in the machine's own order. With the answer come four descriptors: the client's region, to be mapped
/// for writing; the stack's region, which cannot be; the voice and the ear of the client's end of the doorbell. The
/// answer may come again, when the stack is another: that changes nothing. Of several stacks each serves some users,
/// and leads the others on.
public final class Hello {
    public static final int VERSION = 1;

    private static final int MAGIC = 0x3053_4b4e;
    private static final int GREETING = 8;
    private static final int ANSWER = 24;

    /// What an answer says.
    public record Answer(int errno, SessionLayout layout, List<String> links) {}

    private Hello() {}

    public static byte[] greeting() {
        return buffer(GREETING).putInt(MAGIC).putInt(VERSION).array();
    }

    /// Whether these octets are a greeting of this version.
    public static boolean greets(byte[] octets) {
        if (octets.length != GREETING) {
            return false;
        }
        ByteBuffer in = ByteBuffer.wrap(octets).order(ByteOrder.nativeOrder());
        return in.getInt() == MAGIC && in.getInt() == VERSION;
    }

    /// @param errno 0, or why there is no session
    public static byte[] answer(int errno, SessionLayout layout, List<String> links) {
        StringBuilder names = new StringBuilder();
        links.forEach(name -> names.append(name).append('\n'));
        byte[] text = names.toString().getBytes(StandardCharsets.UTF_8);
        return buffer(ANSWER + text.length)
                .putInt(MAGIC)
                .putInt(errno)
                .putInt(layout.sockets())
                .putInt(layout.requests())
                .putInt(layout.events())
                .putInt(layout.capacity())
                .put(text)
                .array();
    }

    /// @throws IllegalArgumentException if the octets are no answer
    public static Answer read(byte[] octets) {
        ByteBuffer in = ByteBuffer.wrap(octets).order(ByteOrder.nativeOrder());
        if (octets.length < ANSWER || in.getInt() != MAGIC) {
            throw new IllegalArgumentException("no answer of " + octets.length + " octets");
        }
        int errno = in.getInt();
        SessionLayout layout = new SessionLayout(in.getInt(), in.getInt(), in.getInt(), in.getInt());
        String names = new String(octets, ANSWER, octets.length - ANSWER, StandardCharsets.UTF_8);
        return new Answer(errno, layout, names.lines().toList());
    }

    private static ByteBuffer buffer(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.nativeOrder());
    }
}
