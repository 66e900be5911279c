package netkeep.client;

import java.nio.channels.SelectableChannel;
import org.jspecify.annotations.Nullable;

/// The key of a channel of this session.
final class SessionKey extends MemberKey implements SelectingKeys {
    private final SessionChannel channel;

    SessionKey(SessionSelector selector, SessionChannel channel) {
        super(selector);
        this.channel = channel;
    }

    @Override
    public SelectableChannel channel() {
        return (SelectableChannel) channel;
    }

    @Override
    public void happened() {
        selector().queue(this, true);
    }

    @Override
    public SelectingKeys with(SelectingKeys key) {
        return new Several(key, this);
    }

    @Override
    public @Nullable SelectingKeys without(SelectingKeys key) {
        return key == this ? null : this;
    }

    @Override
    void changed() {
        selector().queue(this, false);
    }

    @Override
    int look() {
        return channel.endpoint().readyOps(interest() & channel.meaningful());
    }

    @Override
    void gone() {
        channel.endpoint().remove(this);
    }
}
