package netkeep.client;

/// A channel whose side is not known before it is bound or connected; a [java.nio.channels.SelectableChannel].
interface OpenChannel {
    Sides<?> sides();
}
