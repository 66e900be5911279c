package netkeep.placement;

/// What one reader of a capture wants to see. As text it goes from the reader over control and the keeper to all
/// domains:
///
/// ```text
/// capture READER BOUNDARY OCTETS [host=ADDRESS] [port=PORT] [protocol=NAME] [session=NUMBER]
/// ```
///
/// A wish holds for a second: a reader that goes on says it again and again, also to whoever took a dead one's place.
///
/// @param reader   which, by a number of its own choice
/// @param boundary where it looks
/// @param octets   how much of each it wants
public record CaptureWish(int reader, Boundary boundary, int octets, CaptureFilter filter) {
    public static final String WORD = "capture";

    public CaptureWish {
        if (octets < 0) {
            throw new IllegalArgumentException("octets " + octets);
        }
    }

    /// @throws IllegalArgumentException if the text is none
    static CaptureWish parse(String text) {
        String[] words = text.split(" ");
        if (words.length < 4 || !words[0].equals(WORD)) {
            throw new IllegalArgumentException(text);
        }
        return new CaptureWish(
                Integer.parseInt(words[1]),
                Boundary.of(words[2]),
                Integer.parseInt(words[3]),
                CaptureFilter.parse(words, 4));
    }

    @Override
    public String toString() {
        return WORD + " " + reader + " " + boundary + " " + octets + filter;
    }

    /// Whether what crossed a boundary is to be seen.
    public boolean takes(Boundary where, Crossing what) {
        return where == boundary && filter.takes(what);
    }
}
