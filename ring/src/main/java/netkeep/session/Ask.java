package netkeep.session;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// What is asked of a daemon: whoever owns it connects to the socket at which clients greet ([Hello]), and sends a
/// question instead. Each question has one answer; the next one is sent when that has come.
///
/// ```text
/// question, tool to control         answer, control to tool
///    0  magic    u32                   0  magic    u32
///    4  version  u32                   4  errno    u32   0, or why there is no answer: EAGAIN, EPERM, EMSGSIZE
///    8  text, UTF-8                    8  text, UTF-8
/// ```
///
/// Numbers are in the machine's own order. A text has 30,000 octets at most: what may be longer is asked for in pieces.
/// An answer is lines, or one that begins with `error: `.
///
/// | question | answer |
/// | --- | --- |
/// | `domains` | `domain`, `cut` and `refused` lines: its domains, who was cut off, whose program is refused |
/// | `sessions` | a `session` line for each client |
/// | `status` | `stack`, `link`, `address` and `route` lines |
/// | `session N` | a `session` line: what the stack knows of that one |
/// | `ss N` | `next=M`, then a line for each of some sockets from position N on; M is where to go on, -1 at the end |
/// | `nstat` | `NAME=VALUE` lines, all counters |
/// | `settings` | what the daemon was started with |
/// | `capture ...` | `ok`, with descriptors of the regions to which what crosses a boundary is now copied |
/// | `add LINE`, `remove LINE` | `ok`: an `address`, `route`, `discover` or `dhcp` line holds, or no more |
/// | `filter list` | `filter` lines: the rules that hold, as the settings have them |
/// | `filter clear`, then `add filter RULE` for each | `ok`: the next list of rules |
/// | `filter apply` | `ok`: that list holds instead of the old one, all at once |
///
/// The lines are words, the first of which says what it is, and `name=value` fields; `reason=` goes on to the line's
/// end.
public final class Ask {
    public static final int VERSION = 1;

    /// Octets of the longest text.
    public static final int LONGEST = 30_000;

    private static final int MAGIC = 0x3041_4b4e;
    private static final int HEADER = 8;

    /// @param errno 0, or why there is no answer
    public record Answer(int errno, String text) {}

    private Ask() {}

    /// @throws IllegalArgumentException if the text is too long
    public static byte[] question(String text) {
        return octets(VERSION, text);
    }

    /// Whether these octets are a question of this version.
    public static boolean asks(byte[] octets) {
        if (octets.length < HEADER || octets.length > HEADER + LONGEST) {
            return false;
        }
        ByteBuffer in = buffer(octets);
        return in.getInt() == MAGIC && in.getInt() == VERSION;
    }

    /// The text of what [#asks].
    public static String text(byte[] question) {
        return new String(question, HEADER, question.length - HEADER, StandardCharsets.UTF_8);
    }

    /// @param errno 0, or why there is no answer
    /// @throws IllegalArgumentException if the text is too long
    public static byte[] answer(int errno, String text) {
        return octets(errno, text);
    }

    /// @throws IllegalArgumentException if the octets are no answer
    public static Answer read(byte[] octets) {
        ByteBuffer in = buffer(octets);
        if (octets.length < HEADER || in.getInt() != MAGIC) {
            throw new IllegalArgumentException("no answer of " + octets.length + " octets");
        }
        return new Answer(in.getInt(), text(octets));
    }

    private static byte[] octets(int second, String text) {
        byte[] told = text.getBytes(StandardCharsets.UTF_8);
        if (told.length > LONGEST) {
            throw new IllegalArgumentException("a text of " + told.length + " octets");
        }
        byte[] octets = new byte[HEADER + told.length];
        buffer(octets).putInt(MAGIC).putInt(second).put(told);
        return octets;
    }

    private static ByteBuffer buffer(byte[] octets) {
        return ByteBuffer.wrap(octets).order(ByteOrder.nativeOrder());
    }
}
