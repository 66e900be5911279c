package netkeep.engine.ip;

/// What was found out about one destination, so that the next packet need not ask again. Derived: good while `version`
/// is the current one and until `untilNs`.
final class Way {
    long version = -1;
    long untilNs;

    // What was asked.
    long askedHi;
    long askedLo;
    int askedLink;
    long destinationHi;
    long destinationLo;

    // What was found.
    int link;
    int mtu;
    int sure;
    boolean cut;
    long sourceHi;
    long sourceLo;
    int neighbor;
    long mac;
    boolean multicast;
    boolean broadcast;

    boolean answers(long sourceHi, long sourceLo, long destinationHi, long destinationLo, int link) {
        return this.destinationLo == destinationLo
                && this.destinationHi == destinationHi
                && askedLo == sourceLo
                && askedHi == sourceHi
                && askedLink == link;
    }
}
