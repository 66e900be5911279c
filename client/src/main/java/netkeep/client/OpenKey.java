package netkeep.client;

import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import org.jspecify.annotations.Nullable;

/// The key of an open channel: that of the session's channel, until its side is the kernel's.
final class OpenKey extends MemberKey implements SelectingKeys {
    private final SelectableChannel shown;
    private volatile @Nullable SessionChannel ours;

    /// In the platform's selector.
    private volatile @Nullable SelectionKey kernels;

    /// @param shown the channel that the program knows
    OpenKey(SessionSelector selector, SelectableChannel shown) {
        super(selector);
        this.shown = shown;
    }

    /// Begins as the key of a channel of the session's.
    void begin(SessionChannel channel) {
        ours = channel;
        if (!selector().over(channel.endpoint().session)) {
            throw new java.nio.channels.IllegalSelectorException();
        }
        channel.endpoint().add(this);
    }

    /// Begins as the key of a channel of the platform's.
    void begin(SelectableChannel channel, int ops) {
        kernels = selector().foreign().adopt(channel, ops, this);
    }

    /// The channel's side is the kernel's from now on.
    void change(SelectableChannel channel) {
        SessionChannel before = ours;
        if (before != null) {
            before.endpoint().remove(this);
        }
        if (isValid()) {
            begin(channel, interest() & channel.validOps());
            // Whoever selects waits for the other channel.
            selector().foreignReady();
        }
    }

    /// Its channel is to be free of the platform's selector, though this key's selector has not looked since the key
    /// was cancelled.
    void forget() {
        SelectionKey key = kernels;
        if (key != null) {
            key.cancel();
        }
    }

    @Override
    public SelectableChannel channel() {
        return shown;
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
        SelectionKey key = kernels;
        if (key == null) {
            selector().queue(this, false);
        } else {
            if (key.isValid()) {
                key.interestOps(interest());
            }
            selector().foreign().change();
        }
    }

    @Override
    int look() {
        SessionChannel channel = ours;
        return kernels != null || channel == null ? 0 : channel.endpoint().readyOps(interest() & channel.meaningful());
    }

    @Override
    void gone() {
        SelectionKey key = kernels;
        SessionChannel channel = ours;
        if (key != null) {
            key.cancel();
            selector().foreign().change();
        } else if (channel != null) {
            channel.endpoint().remove(this);
        }
    }
}
