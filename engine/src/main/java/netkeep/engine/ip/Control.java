package netkeep.engine.ip;

/// What IP has done by the protocols that control it: ICMP, neighbor discovery, IGMP and MLD. They stand above it and
/// register with [Ip#control].
public interface Control {
    /// Tells the sender of a packet what is wrong with it, if that is allowed at all.
    ///
    /// @param pointer the octet that is wrong, counted from the IP header; for the problems that have one
    void problem(Packet packet, Problem problem, int pointer, long nowNs);

    /// Whether the sender of a packet may be told something else now; counts as one more error to it.
    boolean mayAnswer(Packet packet, long nowNs);

    /// Asks for a neighbor's hardware address over IPv6.
    ///
    /// @param mac      where to ask, 0 for the group of the address
    /// @param sourceHi sourceLo who to ask as, if that is an address of the link; else one is chosen
    void solicit(int link, long hi, long lo, long mac, long sourceHi, long sourceLo, long nowNs);

    /// Asks whether an address of IPv6 is free (RFC 4862 §5.4.2).
    void test(int link, long hi, long lo, long nonce, long nowNs);

    /// A link-local address of a link is past its test: reports of groups can come from it now.
    void settled(int link, long nowNs);

    /// Begins to look for routers (RFC 4861 §6.3.7).
    void discover(int link, long nowNs);

    /// The state of a group changed: routers are told.
    ///
    /// @param group its record among [Groups]
    void changed(int group, long nowNs);

    long deadlineNs();

    void expire(long nowNs);
}
