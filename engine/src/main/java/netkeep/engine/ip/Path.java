package netkeep.engine.ip;

/// Where packets to one destination go now: the answer of [Ip#path]. A reused object, good until the turn ends.
public final class Path {
    /// The number of the link.
    public int link;

    /// Octets of the largest IP packet on this path: the link's MTU or what path MTU discovery found.
    public int mtu;

    /// As [#mtu], of what is known to arrive. Less than `mtu` if larger packets were lost in silence, and that is long
    /// ago: one at a time may be tried, by who sees what becomes of it.
    public int sure;

    public long sourceHi;
    public long sourceLo;
    public long destinationHi;
    public long destinationLo;
    public boolean v6;

    /// The next hop's hardware address; meaningless until `resolved`.
    public long mac;

    /// The neighbor's record, -1 where the link needs none (loopback, groups).
    public int neighbor;

    public boolean resolved;

    /// The link fills in checksums (virtio NEEDS_CSUM).
    public boolean checksums;

    /// The link cuts TCP segments of up to 64 KiB.
    public boolean segments;

    /// The link cuts UDP datagrams of up to 64 KiB.
    public boolean udpSegments;

    /// To a group or to all.
    public boolean multicast;

    public boolean broadcast;

    /// Programs of this host get what is sent to the group or to all, too. Who sends may turn it off.
    public boolean loop;

    /// The flow label of what is laid down next (IPv6), 0..0xFFFFF: [Ip#label]. 0 for what belongs to no flow.
    public int flow;

    /// A router on the way has so small an MTU that routers may fragment, whatever the sender asks for.
    public boolean cut;

    public Path() {}
}
