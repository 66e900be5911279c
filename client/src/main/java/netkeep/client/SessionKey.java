package netkeep.client;

import java.nio.channels.SelectableChannel;

/// The key of a channel of this session.
final class SessionKey extends MemberKey {
    private final SelectableChannel channel;
    private final SessionChannel session;

    /// @param session the same channel
    SessionKey(SessionSelector selector, SelectableChannel channel, SessionChannel session) {
        super(selector);
        this.channel = channel;
        this.session = session;
    }

    @Override
    public SelectableChannel channel() {
        return channel;
    }

    /// Something happened to its socket.
    void happened() {
        selector().queue(this, true);
    }

    @Override
    void changed() {
        selector().queue(this, false);
    }

    @Override
    int look() {
        return session.endpoint().readyOps(interest() & session.meaningful());
    }

    @Override
    void gone() {
        session.endpoint().remove(this);
    }
}
