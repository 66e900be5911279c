package netkeep.engine.ip;

/// A protocol above IP.
public interface Upper {
    /// A packet for us arrived; nothing of it is kept.
    void arrives(Packet packet, long nowNs);

    /// Whether an error may be true: it quotes a packet as we may have sent it, and as no stranger can guess it (for
    /// TCP a connection and a sequence number in flight). Asked before anything is learned from the error.
    default boolean expects(Failure failure) {
        return true;
    }

    /// A packet that we sent met an error.
    void failed(Failure failure, long nowNs);
}
