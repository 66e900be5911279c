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

    /// Whether a packet belongs to what was admitted before, or another stack is to decide that.
    default boolean knows(Packet packet) {
        return false;
    }

    /// Whether a packet that belongs to nothing yet would reach a session that a rule means.
    default boolean reaches(Packet packet, Rule rule) {
        return false;
    }

    /// A rule refused a packet, and this protocol's own word tells its sender; by default there is none.
    default void refuse(Packet packet, long nowNs) {}

    /// A packet that we sent met an error.
    void failed(Failure failure, long nowNs);
}
