package netkeep.engine.tcp;

/// What one acknowledgment told: filled by [Acknowledgment], read by [Recovery]. A reused object.
final class Delivery {
    /// Octets newly known to have arrived, by SEG.ACK or by SACK.
    int octets;

    /// Octets by which SND.UNA moved.
    int acked;

    /// Octets newly told by SACK.
    int sacked;

    /// A round trip measured on octets that were sent once, -1 for none.
    int rttUs;

    /// An octet below the recovery point arrived that was sent only once.
    boolean original;

    /// An octet that was sent again arrived.
    boolean again;

    /// A DSACK came, and what it covered.
    boolean dsack;

    int dsackLeft;
    int dsackRight;

    /// Nothing outstanding was acknowledged, and the segment had nothing else to say (RFC 5681 §2).
    boolean duplicate;

    boolean ece;

    void clear() {
        octets = 0;
        acked = 0;
        sacked = 0;
        rttUs = -1;
        original = false;
        again = false;
        dsack = false;
        duplicate = false;
        ece = false;
    }
}
