package netkeep.client;

/// A channel over a socket of a session; a [java.nio.channels.SelectableChannel].
interface SessionChannel {
    Endpoint endpoint();

    /// The operations that mean something in the state that the channel is in.
    int meaningful();
}
