package netkeep.domain;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// What a keeper and a domain say to each other over their [Line]; what one part says to another goes by the keeper.
///
/// ```text
/// 0  kind   u8
/// 1  number u32   of the session that it is about, in the order of the network; else 0
/// 5  text         UTF-8
/// ```
///
/// @param kind   one of the constants
/// @param number of a session, or as the kind says
/// @param text   as the kind says
public record Word(char kind, int number, String text) {
    /// Keeper to domain: what it is to be. The text's first line names the descriptors that come with it, in their
    /// order, the others are settings. The number says how a predecessor ended: 0 there was none, 1 it was killed,
    /// 2 it died of itself.
    public static final char GRANT = 'g';

    /// Keeper to domain: nobody else has what you were granted; begin.
    public static final char BEGIN = 'b';

    /// Domain to keeper: can be told what to be. The number is the thread that will serve, the text its [Build].
    public static final char READY = 'r';

    /// Keeper to domain: there is nothing to be yet; rehearse.
    public static final char REHEARSE = 'p';

    /// Domain to keeper: has rehearsed.
    public static final char WARM = 'h';

    /// Domain to keeper, where there was a predecessor: how far that was, and what it had in hand.
    public static final char REPORT = 'd';

    /// Keeper to domain: to go round its loop, and so to give a sign of life ([Pulse]).
    public static final char ALIVE = 'a';

    /// Control to keeper: make a session, for the client whose connection comes with it; the text says which kind
    /// of one, as the keeper's plan understands it.
    public static final char WANT = 'w';

    /// Keeper to stack: serve a session, whose descriptors are those of [Granted.Served]; the text is its terms.
    public static final char SERVE = 's';

    /// Keeper to control: let a client in, with the descriptors of [Granted.Admitted]; the text is its terms.
    public static final char ADMIT = 'c';

    /// Control to keeper, and on to stack: the session's client is gone, or cut off for what the text says.
    public static final char LEAVE = 'l';

    /// Stack to control: the client broke the layout, as the text says; it is to be cut off.
    public static final char CUT = 'x';

    /// Stack to keeper, and on to control: the session is over.
    public static final char OVER = 'o';

    /// Stack to keeper: the link of that number broke its rings; the text's first line names the regions, the
    /// others say what it did. Keeper to stack: here they are anew, in the order of the names.
    public static final char RENEW = 'k';

    /// Control to stack: somebody asks what only the stack knows; the number is the asker's.
    public static final char ASK = 'q';

    /// Stack to control: the answer. With 0 for the number control itself has asked, or the stack tells by itself.
    public static final char TELL = 't';

    /// Keeper to control: what has become of its domains, a line each, as [netkeep.session.Ask] has them.
    public static final char NEWS = 'n';

    /// Control to all domains: somebody captures, as the text says.
    public static final char CAPTURE = 'v';

    /// Between two words that clients give reason to, as often as they like: what comes meanwhile goes together. A
    /// keeper that is to pass on a flood of words ends who says them.
    public static final long PACE_NS = 2_000_000;

    /// The most lines that go together.
    public static final int MOST_LINES = 512;

    private static final int HEADER = 5;
    private static final int LONGEST_PLAIN = 1000;

    /// A text as one line that can be shown and passed on, whoever said it.
    public static String plain(String text) {
        return text.substring(0, Math.min(text.length(), LONGEST_PLAIN)).replaceAll("\\p{Cntrl}", " ");
    }

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
