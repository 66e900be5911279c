package netkeep.engine.neighbor;

/// What ARP asks of the addresses of this host. Addresses are the low halves of mapped ones.
public interface ArpHost {
    /// Whether the address is ours on that link, and in use.
    boolean answers(int link, long lo);

    /// Our address on a link that a question about `targetLo` is asked with, 0 if there is none.
    long asks(int link, long targetLo);

    /// Whether another host can have the address: it is neither ours, nor a group's, nor a broadcast.
    boolean other(int link, long lo);

    /// Whether another host can have the address, and packets go straight there by the link.
    boolean onLink(int link, long lo);

    /// Somebody else showed that he uses, or probes for, an address of ours.
    ///
    /// @param probe he asks whether it is free: that matters only while we ask, too
    void claimed(int link, long lo, boolean probe, long nowNs);
}
