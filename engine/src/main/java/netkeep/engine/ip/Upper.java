package netkeep.engine.ip;

/// A protocol above IP.
public interface Upper {
    /// A packet for us arrived; nothing of it is kept.
    void arrives(Packet packet, long nowNs);

    /// A packet that we sent met an error.
    void failed(Failure failure, long nowNs);
}
