package netkeep.ring;

/// The one number of all that the processes of a placement share, or one leaves to its successor: what the pages of
/// `docs/layouts` draw, the records of the ledger, the words, grants and settings between domains, and sessions.
/// Those of which it is the same go on with what each other has left.
///
/// Whoever changes any of this raises it by one, also where something is only added. What programs outside can notice
/// has a version of its own besides.
public final class Layouts {
    private Layouts() {}

    /// The number. No constant, of which each class that looks at it would have a copy.
    public static int version() {
        return 21;
    }
}
