package netkeep.engine.ip;

import java.util.Locale;
import netkeep.wire.Address;
import netkeep.wire.IpProtocol;
import netkeep.wire.Prefix;
import org.jspecify.annotations.Nullable;

/// A rule of the [Filter]: what becomes of a packet that belongs to no flow yet.
///
/// @param action   what becomes of it
/// @param out      whether it is about what programs here begin; else about what comes by a link
/// @param protocol [IpProtocol#TCP], [IpProtocol#UDP], [IpProtocol#ICMPV4] for echo requests of both versions of IP, or
///     [#ANY]
/// @param from     the packet's source, null for any
/// @param to       its destination, null for any
/// @param first    least destination port
/// @param last     greatest destination port; with 0..65535 packets without ports match, too
/// @param user     of the session that it is from or for, [#ANY] for any or none
/// @param session  the number of that session, [#ANY] for any or none
public record Rule(
        Action action,
        boolean out,
        int protocol,
        @Nullable Prefix from,
        @Nullable Prefix to,
        int first,
        int last,
        int user,
        int session) {
    /// What becomes of a packet.
    public enum Action {
        ACCEPT,
        /// Nobody is told.
        DROP,
        /// Its sender is told: by a RST or an ICMP message.
        REJECT
    }

    public static final int ANY = -1;

    /// The greatest port.
    public static final int PORTS = 65_535;

    private static final String ANY_WORD = "any";
    private static final int WORDS = 7;
    private static final int WORDS_WITH_SESSION = 8;

    public Rule {
        if (first < 0 || last < first || last > PORTS || user < ANY || session < ANY) {
            throw new IllegalArgumentException(
                    "ports " + first + "-" + last + " of user " + user + ", session " + session);
        }
    }

    /// Reads what [#toString] writes.
    ///
    /// @throws IllegalArgumentException if the text is no rule
    public static Rule parse(String text) {
        String[] words = text.split(" ", -1);
        boolean whole = words.length == WORDS || words.length == WORDS_WITH_SESSION;
        int dash = whole ? words[5].indexOf('-') : -1;
        if (dash < 0 || !words[1].equals("in") && !words[1].equals("out")) {
            throw new IllegalArgumentException("rule " + text);
        }
        return new Rule(
                Action.valueOf(words[0].toUpperCase(Locale.ROOT)),
                words[1].equals("out"),
                protocol(words[2]),
                prefix(words[3]),
                prefix(words[4]),
                Integer.parseInt(words[5].substring(0, dash)),
                Integer.parseInt(words[5].substring(dash + 1)),
                words[6].equals(ANY_WORD) ? ANY : Integer.parseInt(words[6]),
                words.length == WORDS ? ANY : Integer.parseInt(words[7]));
    }

    private static int protocol(String word) {
        return switch (word) {
            case "tcp" -> IpProtocol.TCP;
            case "udp" -> IpProtocol.UDP;
            case "icmp" -> IpProtocol.ICMPV4;
            case ANY_WORD -> ANY;
            default -> throw new IllegalArgumentException("protocol " + word);
        };
    }

    private static @Nullable Prefix prefix(String word) {
        return word.equals(ANY_WORD) ? null : Prefix.parse(word);
    }

    /// Whether it is about anybody's packets, and nobody's.
    boolean anyone() {
        return user == ANY && session == ANY;
    }

    /// Whether it is about the packets of a session.
    ///
    /// @param number the session's
    /// @param whose  the session's user
    public boolean means(int number, int whose) {
        return (user == ANY || user == whose) && (session == ANY || session == number);
    }

    /// Whether all but the session match.
    ///
    /// @param ofProtocol ICMP of IPv6 is [IpProtocol#ICMPV4] here
    /// @param port       [#ANY] where it has none
    boolean matches(boolean outward, int ofProtocol, long fromHi, long fromLo, long toHi, long toLo, int port) {
        return outward == out
                && (protocol == ANY || protocol == ofProtocol)
                && (port >= first && port <= last || first == 0 && last == PORTS)
                && holds(from, fromHi, fromLo)
                && holds(to, toHi, toLo);
    }

    private static boolean holds(@Nullable Prefix prefix, long hi, long lo) {
        return prefix == null || prefix.contains(hi, lo) && prefix.isV4() == Address.isV4(hi, lo);
    }

    /// `ACTION in|out PROTOCOL FROM TO FIRST-LAST USER`, and `SESSION` where it is about one.
    @Override
    public String toString() {
        String named = protocol == ANY ? ANY_WORD : protocol == IpProtocol.TCP ? "tcp" : "udp";
        return action.name().toLowerCase(Locale.ROOT)
                + (out ? " out " : " in ")
                + (protocol == IpProtocol.ICMPV4 ? "icmp" : named)
                + ' '
                + (from == null ? ANY_WORD : from)
                + ' '
                + (to == null ? ANY_WORD : to)
                + ' '
                + first
                + '-'
                + last
                + ' '
                + (user == ANY ? ANY_WORD : user)
                + (session == ANY ? "" : " " + session);
    }
}
