package netkeep.client;

import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.spi.AbstractSelectionKey;

/// A key of a [SessionSelector].
abstract class MemberKey extends AbstractSelectionKey {
    private final SessionSelector selector;

    // Operations fit in an octet: there is a key for each of very many channels.
    private volatile byte interest;
    private byte ready;

    // The selector's own: whether the key is in its queue, and where in its arrays.
    boolean queued;
    int memberAt;
    int selectedAt = SelectedKeys.ABSENT;

    MemberKey(SessionSelector selector) {
        this.selector = selector;
    }

    @Override
    public final SessionSelector selector() {
        return selector;
    }

    @Override
    public final int interestOps() {
        return valid().interest;
    }

    @Override
    public final SelectionKey interestOps(int ops) {
        valid();
        if ((ops & ~channel().validOps()) != 0) {
            throw new IllegalArgumentException("ops " + ops);
        }
        begin(ops);
        return this;
    }

    /// Takes interest in these operations from the next selection on.
    final void begin(int ops) {
        interest = (byte) ops;
        changed();
    }

    @Override
    public final int readyOps() {
        return valid().ready;
    }

    /// What the last selection found; as [#readyOps] without the question whether the key is valid.
    final int ready() {
        return ready;
    }

    final void ready(int ops) {
        ready = (byte) ops;
    }

    final int interest() {
        return interest;
    }

    /// Its interest is another now.
    abstract void changed();

    /// Which operations of its interest are ready; with none, the selector hears of the key when some may be.
    abstract int look();

    /// The selector does not know it any more.
    abstract void gone();

    private MemberKey valid() {
        if (!isValid()) {
            throw new CancelledKeyException();
        }
        return this;
    }
}
