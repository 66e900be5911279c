package netkeep.session;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// How a program asks for names: a message of its session's connection, and the answer, which comes there, too,
/// whenever it is known; or, if one end of a pair of sockets comes with the question, over that.
///
/// ```text
/// question, client to control       answer, control to client
///    0  magic   u32                    0  magic   u32
///    4  version u32                    4  version u32
///    8  number  u32   the client's     8  number  u32   of the question
///   12  what    u32   1 IPv4, 2 IPv6  12  status  u32   0 found, 1 no name, 2 no data, 3 try again,
///                     3 both, 4 name                    4 there is no server
///                                     16  ttl     u32   seconds for which it holds
///   16  address       with what 4     20  count   u32   addresses
///   32  the name      otherwise       24  address each, then names, each ended by \n: of the addresses, or of what
///                                         was asked
/// ```
///
/// Numbers are in the machine's own order; an address is two of 64 bits, IPv4 in its mapped form; names are ASCII. Who
/// begins to serve knows of no question that its predecessor had: who gets the answer to its greeting once more asks
/// again. An answer has its question's version; the first has no [#NOBODY], but [#TRY_AGAIN].
public final class NameMessage {
    public static final int VERSION = 2;

    /// Octets of the longest name in a question.
    public static final int LONGEST_NAME = 1100;

    /// The most addresses in an answer; the others are left out.
    public static final int MOST_ADDRESSES = 1024;

    public static final int IPV4 = 1;
    public static final int IPV6 = 2;
    public static final int REVERSE = 4;

    public static final int FOUND = 0;
    public static final int NO_NAME = 1;
    public static final int NO_DATA = 2;
    public static final int TRY_AGAIN = 3;

    /// There is no server to ask.
    public static final int NOBODY = 4;

    private static final int FIRST_VERSION = 1;

    private static final int MAGIC = 0x304e_4b4e;
    private static final int QUESTION = 32;
    private static final int ANSWER = 24;
    private static final int ADDRESS = 16;

    /// Octets of all names of an answer.
    private static final int LONGEST_NAMES = 8192;

    /// @param what a family or both, or [#REVERSE]
    /// @param hi   of the address, as
    /// @param lo   is
    /// @param name of which addresses are wanted
    public record Question(int number, int what, long hi, long lo, String name) {}

    /// @param addresses two numbers each, hi and lo
    public record Answer(int number, int status, int ttl, List<Long> addresses, List<String> names) {
        public Answer {
            addresses = List.copyOf(addresses);
            names = List.copyOf(names);
        }
    }

    private NameMessage() {}

    /// Whether these octets are a question, or an answer, of a version that is known.
    public static boolean is(byte[] octets) {
        if (octets.length < ANSWER) {
            return false;
        }
        ByteBuffer in = buffer(octets);
        return in.getInt() == MAGIC && version(octets) >= FIRST_VERSION && version(octets) <= VERSION;
    }

    /// The version of a question or an answer.
    public static int version(byte[] octets) {
        return buffer(octets).getInt(Integer.BYTES);
    }

    public static byte[] question(Question question) {
        byte[] name = question.name.getBytes(StandardCharsets.US_ASCII);
        byte[] octets = new byte[QUESTION + name.length];
        buffer(octets)
                .putInt(MAGIC)
                .putInt(VERSION)
                .putInt(question.number)
                .putInt(question.what)
                .putLong(question.hi)
                .putLong(question.lo)
                .put(name);
        return octets;
    }

    /// @throws IllegalArgumentException if the octets are no question
    public static Question readQuestion(byte[] octets) {
        if (!is(octets) || octets.length < QUESTION || octets.length > QUESTION + LONGEST_NAME) {
            throw new IllegalArgumentException("no question of " + octets.length + " octets");
        }
        ByteBuffer in = buffer(octets).position(8);
        int number = in.getInt();
        int what = in.getInt();
        if (what < IPV4 || what > REVERSE) {
            throw new IllegalArgumentException("a question about " + what);
        }
        String name = new String(octets, QUESTION, octets.length - QUESTION, StandardCharsets.US_ASCII);
        return new Question(number, what, in.getLong(), in.getLong(), name);
    }

    /// @param version of the question
    public static byte[] answer(Answer answer, int version) {
        int status = answer.status == NOBODY && version == FIRST_VERSION ? TRY_AGAIN : answer.status;
        StringBuilder names = new StringBuilder();
        for (String name : answer.names) {
            if (names.length() + name.length() < LONGEST_NAMES) {
                names.append(name).append('\n');
            }
        }
        byte[] text = names.toString().getBytes(StandardCharsets.US_ASCII);
        int count = Math.min(MOST_ADDRESSES, answer.addresses.size() / 2);
        byte[] octets = new byte[ANSWER + ADDRESS * count + text.length];
        ByteBuffer out = buffer(octets)
                .putInt(MAGIC)
                .putInt(version)
                .putInt(answer.number)
                .putInt(status)
                .putInt(answer.ttl)
                .putInt(count);
        answer.addresses.subList(0, 2 * count).forEach(out::putLong);
        out.put(text);
        return octets;
    }

    /// @throws IllegalArgumentException if the octets are no answer
    public static Answer readAnswer(byte[] octets) {
        ByteBuffer in = buffer(octets);
        if (!is(octets)) {
            throw new IllegalArgumentException("no answer of " + octets.length + " octets");
        }
        in.position(8);
        int number = in.getInt();
        int status = in.getInt();
        int ttl = in.getInt();
        int count = in.getInt();
        if (status < FOUND || status > NOBODY || ttl < 0 || count < 0 || count > in.remaining() / ADDRESS) {
            throw new IllegalArgumentException("an answer of " + count + " addresses, status " + status);
        }
        List<Long> addresses = new ArrayList<>();
        for (int i = 0; i < 2 * count; i++) {
            addresses.add(in.getLong());
        }
        String names = new String(octets, in.position(), in.remaining(), StandardCharsets.US_ASCII);
        return new Answer(number, status, ttl, addresses, names.lines().toList());
    }

    private static ByteBuffer buffer(byte[] octets) {
        return ByteBuffer.wrap(octets).order(ByteOrder.nativeOrder());
    }
}
