package netkeep.ring;

/// The peer wrote what its side of a layout forbids. Whoever catches this cuts the peer off: there is nothing to retry.
public final class PeerViolation extends Exception {
    private static final long serialVersionUID = 1L;

    public PeerViolation(String message) {
        super(message, null, false, false);
    }
}
