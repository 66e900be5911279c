package netkeep.domain;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// What a keeper and a domain say to each other over their [Line].
///
/// ```text
/// 0  kind   u8
/// 1  number u32   of the session that it is about, in the order of the network; else 0
/// 5  text         UTF-8
/// ```
///
/// @param kind   one of the constants
/// @param number of a session
/// @param text   of a grant: its settings
public record Word(char kind, int number, String text) {
    /// Keeper to domain: what it is to be, with the ledger, the links' devices and the listening socket, in this order.
    public static final char GRANT = 'g';

    /// Keeper to domain: a session, with its descriptors in the order of [Granted].
    public static final char SESSION = 's';

    /// Keeper to domain: nobody else has what you were granted; begin.
    public static final char BEGIN = 'b';

    /// Domain to keeper: ready to be told to begin.
    public static final char READY = 'r';

    /// Domain to keeper: make a session, for the client whose connection comes with it; `text` says the lengths of its
    /// two regions.
    public static final char WANT = 'w';

    /// Keeper to domain, and back: whether the domain's loop goes round.
    public static final char ALIVE = 'a';

    /// Domain to keeper: the session is over.
    public static final char OVER = 'o';

    /// Keeper to domain, for control: what has become of its domains, a line each, as [netkeep.session.Ask] has them.
    public static final char NEWS = 'n';

    /// Domain to keeper: the session was cut off; `text` says whose it was and why, for the news.
    public static final char CUT = 'c';

    private static final int HEADER = 5;

    public byte[] octets() {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(HEADER + octets.length)
                .put((byte) kind)
                .putInt(number)
                .put(octets)
                .array();
    }

    /// @throws IllegalArgumentException if the octets are none
    public static Word of(byte[] octets) {
        if (octets.length < HEADER) {
            throw new IllegalArgumentException("a word of " + octets.length + " octets");
        }
        ByteBuffer in = ByteBuffer.wrap(octets);
        char kind = (char) in.get();
        int number = in.getInt();
        return new Word(kind, number, new String(octets, HEADER, octets.length - HEADER, StandardCharsets.UTF_8));
    }
}
