package netkeep.session;

/// What a session may have. Its regions are as long as that and their size is sealed: no client, whatever it does, has
/// more memory, nor have its connections that outlive it.
///
/// @param user      whose process its client is
/// @param sockets   at a time: half of them for those that the client opens, half for connections that it accepts
/// @param capacity  octets of each stream's ring
/// @param rates     what it may do in a second
public record Terms(int user, int sockets, int capacity, Rates rates) {
    /// The user of a session that is the stack's own program's.
    public static final int NOBODY = -1;

    /// Sockets of a session of which nothing is said, and the most that any may be given.
    public static final int SOCKETS = 1 << 10;

    public static final int MOST_SOCKETS = 1 << 13;

    /// Octets of the longest ring, and of the shortest one that holds what a stack promises.
    private static final int CAPACITY = 1 << 22;

    private static final int LEAST_CAPACITY = 1 << 17;

    private static final int REQUESTS = 1 << 10;
    private static final int EVENTS = 1 << 13;

    /// What a session has of which nothing is said.
    public static final Terms USUAL = new Terms(0, SOCKETS, CAPACITY, Rates.ANY);

    /// The most that any session has.
    public static final Terms MOST = new Terms(0, MOST_SOCKETS, CAPACITY, Rates.ANY);

    /// Those under which a session has at most so many octets of memory: shorter rings first, then fewer sockets.
    public static Terms within(int user, int sockets, long memory, Rates rates) {
        Terms terms = new Terms(user, sockets, CAPACITY, rates);
        while (terms.memory() > memory && terms.capacity > LEAST_CAPACITY) {
            terms = new Terms(user, terms.sockets, terms.capacity / 2, rates);
        }
        while (terms.memory() > memory && terms.sockets > 2) {
            terms = new Terms(user, terms.sockets - 2, terms.capacity, rates);
        }
        return terms;
    }

    /// Octets of both regions, if all of them were touched.
    public long memory() {
        return layout().clientLength() + layout().stackLength();
    }

    public SessionLayout layout() {
        return new SessionLayout(sockets, REQUESTS, EVENTS, capacity);
    }

    public String text() {
        return user + " " + sockets + " " + capacity + " " + rates.text();
    }

    /// Reads what [#text] has written.
    public static Terms parse(String text) {
        String[] words = text.split(" ", -1);
        return new Terms(
                Integer.parseInt(words[0]),
                Integer.parseInt(words[1]),
                Integer.parseInt(words[2]),
                Rates.parse(words, 3));
    }
}
