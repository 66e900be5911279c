package netkeep.names;

/// Carries queries to servers and brings what comes back: to [Resolver#arrives], [Resolver#failed]. It calls neither
/// from within these methods.
public interface Carrier {
    /// Sends a query from a socket of its own, whose port is drawn by lot (RFC 5452 §9.2).
    ///
    /// @param exchange names it from now on, until [#close]
    /// @param stream   over TCP, with the length before the message (RFC 7766 §8); else as a datagram
    /// @param query    the message
    /// @return false if there is no room; nothing was opened then
    boolean open(int exchange, NameServer server, boolean stream, byte[] query);

    /// Closes the exchange's socket: nothing is brought of it any more.
    void close(int exchange);
}
