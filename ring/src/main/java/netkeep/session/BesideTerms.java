package netkeep.session;

import java.util.BitSet;

/// What a program's own stack may use beside a daemon's: `beside USER PORTS`.
///
/// @param user  whose program it may be
/// @param ports of TCP and of UDP, `80,8000-8999`
public record BesideTerms(int user, String ports) {
    private static final String WORD = "beside ";
    private static final int MOST = (1 << 16) - 1;

    /// @throws IllegalArgumentException if ports are none
    public BesideTerms {
        set(ports);
    }

    /// Whether a text is one of ours, and not a session's ([Terms]).
    public static boolean is(String text) {
        return text.startsWith(WORD);
    }

    public String text() {
        return WORD + user + " " + ports;
    }

    /// Reads what [#text] has written.
    ///
    /// @throws IllegalArgumentException if it is none
    public static BesideTerms parse(String text) {
        String[] words = text.split(" ", -1);
        if (!is(text) || words.length != 3) {
            throw new IllegalArgumentException("no terms: " + text);
        }
        return new BesideTerms(Integer.parseInt(words[1]), words[2]);
    }

    /// Each port that is named.
    public BitSet set() {
        return set(ports);
    }

    private static BitSet set(String text) {
        BitSet set = new BitSet();
        for (String range : text.split(",", -1)) {
            int dash = range.indexOf('-');
            int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
            int last = Integer.parseInt(range.substring(dash + 1));
            if (first < 1 || first > last || last > MOST) {
                throw new IllegalArgumentException("ports " + range + ": 1.." + MOST);
            }
            set.set(first, last + 1);
        }
        return set;
    }
}
