package netkeep.client;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SelectableChannel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The side that an open channel is on: the stack's, until an address says that it is the kernel's. What was asked of
/// it before is kept by the stack's channel, and asked of the kernel's then.
///
/// To be bound to no address and no port says nothing yet: a socket that connects later, or sends, is bound so by many
/// programs.
final class Sides<C extends SelectableChannel & NetworkChannel> {
    /// Makes the kernel's channel.
    interface Opening<C> {
        C open() throws IOException;
    }

    /// Asks of the kernel's channel what was asked of the stack's.
    interface Carrying<C> {
        void carry(C from, C to) throws IOException;
    }

    private final Rules local;
    private final Rules remote;
    private final Opening<C> kernels;
    private final Carrying<C> carrying;
    private final List<OpenKey> keys = new ArrayList<>();
    private volatile C side;
    private volatile boolean decided;
    private volatile boolean kernel;
    private boolean closed;

    /// Bound to no address and no port, of which the side knows nothing yet.
    private volatile @Nullable InetSocketAddress wished;

    /// @param local  of an address that it is bound to
    /// @param remote of one that it connects or sends to
    /// @param ours   the stack's channel
    Sides(Rules local, Rules remote, C ours, Opening<C> kernels, Carrying<C> carrying) {
        this.local = local;
        this.remote = remote;
        this.side = ours;
        this.kernels = kernels;
        this.carrying = carrying;
    }

    /// Of a channel that the kernel gave.
    Sides(C kernels) {
        this.local = Rules.DEFAULT;
        this.remote = Rules.DEFAULT;
        this.side = kernels;
        this.kernels = () -> kernels;
        this.carrying = (from, to) -> {};
        this.decided = true;
        this.kernel = true;
    }

    C side() {
        return side;
    }

    /// Whether it was bound to no address, which its side was not told yet.
    synchronized boolean wished() {
        return wished != null;
    }

    /// The side for an address that the channel connects to or sends to.
    C toward(InetAddress address, int port) throws IOException {
        return decided ? side : decide(remote, Addresses.remote(address), port);
    }

    /// As [#toward], where the address may be one that the side refuses.
    C toward(@Nullable SocketAddress address) throws IOException {
        return address instanceof InetSocketAddress internet && !internet.isUnresolved()
                ? toward(internet.getAddress(), internet.getPort())
                : side;
    }

    /// The side for an address that the channel is bound to.
    ///
    /// @return null if that was noted, and says nothing
    synchronized @Nullable C bound(@Nullable SocketAddress address, boolean four) throws IOException {
        InetSocketAddress at = address == null
                ? Addresses.address(0, four ? Addresses.MAPPED : 0, 0, 0)
                : address instanceof InetSocketAddress internet && !internet.isUnresolved() ? internet : null;
        if (decided || at == null || wished != null || closed) {
            return settled();
        }
        if (at.getPort() == 0
                && at.getAddress().isAnyLocalAddress()
                && (!four || at.getAddress() instanceof Inet4Address)) {
            wished = at;
            return null;
        }
        return decide(local, at.getAddress(), at.getPort());
    }

    /// The side of a listener's address.
    C at(InetSocketAddress address) throws IOException {
        return decided ? side : decide(local, address.getAddress(), address.getPort());
    }

    /// The side, also where nothing has decided yet: by the unspecified address.
    C settled() throws IOException {
        if (decided) {
            return side;
        }
        InetSocketAddress at = wished;
        return at == null ? side : decide(local, at.getAddress(), at.getPort());
    }

    /// As [#settled], of a channel that is about to be bound by what it does.
    C settledByUse(boolean four) throws IOException {
        return decided ? side : decide(local, Addresses.address(0, four ? Addresses.MAPPED : 0, 0), 0);
    }

    private synchronized C decide(Rules rules, InetAddress address, int port) throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        if (decided) {
            return side;
        }
        if (!rules.ours(address, port)) {
            change();
        }
        decided = true;
        InetSocketAddress at = wished;
        wished = null;
        if (at != null) {
            side.bind(at);
        }
        return side;
    }

    private void change() throws IOException {
        C before = side;
        C opened = kernels.open();
        try {
            carrying.carry(before, opened);
            opened.configureBlocking(before.isBlocking());
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
        kernel = true;
        side = opened;
        for (OpenKey key : keys) {
            key.change(opened);
        }
        before.close();
    }

    // Selection.

    /// Makes the key of an open channel in a selector.
    synchronized MemberKey register(SessionSelector selector, SelectableChannel shown, int ops) {
        keys.removeIf(key -> !key.isValid());
        OpenKey key = new OpenKey(selector, shown);
        if (kernel) {
            key.begin(side, ops);
        } else {
            key.begin((SessionChannel) side);
        }
        keys.add(key);
        return key;
    }

    /// Changes the side's mode.
    void blocking(boolean block) throws IOException {
        synchronized (this) {
            // The kernel's channel is still in the selector with keys that were cancelled.
            keys.stream().filter(key -> !key.isValid()).forEach(OpenKey::forget);
        }
        // Not under the lock: this waits for who reads, whom another thread ends by closing.
        C told = side;
        tell(told, block);
        while (!told.equals(side)) {
            told = side;
            tell(told, block);
        }
    }

    private void tell(C channel, boolean block) throws IOException {
        try {
            channel.configureBlocking(block);
        } catch (ClosedChannelException e) {
            if (channel.equals(side)) {
                throw e; // else the other side is told
            }
        }
    }

    synchronized void close() throws IOException {
        closed = true;
        side.close();
    }
}
