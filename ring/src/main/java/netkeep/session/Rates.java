package netkeep.session;

/// What a session may do in a second; 0 for any number.
///
/// @param connections that it may begin, and as many that it may be asked for
/// @param sent        octets of streams and datagrams
/// @param received    the same
public record Rates(int connections, int sent, int received) {
    /// No limits.
    public static final Rates ANY = new Rates(0, 0, 0);

    public String text() {
        return connections + " " + sent + " " + received;
    }

    /// Reads what [#text] has written, from the word of number `first` on.
    public static Rates parse(String[] words, int first) {
        return new Rates(
                Integer.parseInt(words[first]), Integer.parseInt(words[first + 1]), Integer.parseInt(words[first + 2]));
    }
}
