package netkeep.engine.ip;

import netkeep.wire.Verdict;

/// Whoever gets addresses for links from servers: DHCP. It stands above IP and registers with [Ip#configurer].
public interface Configurer {
    /// Whether it waits for answers on a link.
    boolean listens(int link);

    /// A datagram for its port arrived on such a link, wherever it was sent to.
    Verdict arrives(Packet packet, long nowNs);

    /// Somebody else uses an address, which is under test.
    void duplicate(int link, long lo, long nowNs);

    long deadlineNs();

    void expire(long nowNs);
}
