package netkeep.client;

import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.spi.AbstractSelectionKey;

/// A key of a [SessionSelector].
abstract class MemberKey extends AbstractSelectionKey {
    private final SessionSelector selector;
    private volatile int interest;
    private int ready;

    // The selector's own: where the key is in its arrays.
    int memberAt;
    int selectedAt = SelectedKeys.ABSENT;
    boolean queued;
    int found;

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
        interest = ops;
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
        ready = ops;
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
