package netkeep.servers.loop;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// One thread's selector, and the passes over it.
///
/// Whoever calls [#run] or [#pass] is the thread. [#close] alone may come from another.
public final class Loop implements AutoCloseable {
    private final SelectorProvider provider;
    private final Time time;
    private final Selector selector;
    private final Consumer<SelectionKey> dispatch = this::dispatch;
    private final List<Listener> listeners = new ArrayList<>();
    private long nowNs;
    private boolean clockRead;
    private volatile boolean closed;

    /// @param provider whose channels are served
    public Loop(SelectorProvider provider, Time time) throws IOException {
        this.provider = provider;
        this.time = time;
        this.selector = provider.openSelector();
        this.nowNs = time.nowNs();
    }

    /// Listens on an address, IPv4 or IPv6.
    ///
    /// @param backlog connections that may wait to be accepted
    /// @param arrives takes each connection; it is non-blocking by then
    /// @return the listener; a [Gate] bounds how many of its connections are open
    public Listener listen(SocketAddress address, int backlog, Arrival arrives) throws IOException {
        ServerSocketChannel channel = provider.openServerSocketChannel();
        try {
            channel.configureBlocking(false);
            channel.bind(address, backlog);
            Listener listener = new Listener(channel, arrives);
            listener.key = channel.register(selector, SelectionKey.OP_ACCEPT, listener);
            listeners.add(listener);
            return listener;
        } catch (IOException | RuntimeException failure) {
            channel.close();
            throw failure;
        }
    }

    /// Binds a datagram channel.
    ///
    /// @param ready takes its datagrams
    /// @return the address it is bound to
    public SocketAddress bind(SocketAddress address, Ready ready) throws IOException {
        DatagramChannel channel = provider.openDatagramChannel();
        try {
            channel.configureBlocking(false);
            channel.bind(address);
            channel.register(selector, SelectionKey.OP_READ, ready);
            return channel.getLocalAddress();
        } catch (IOException | RuntimeException failure) {
            channel.close();
            throw failure;
        }
    }

    /// The selector that connections register with.
    public Selector selector() {
        return selector;
    }

    /// When the last pass began.
    public long nowNs() {
        return nowNs;
    }

    /// Passes until closed, then closes every channel. Returns when all are closed.
    public void run(Deadlines deadlines) throws IOException {
        try {
            while (!closed) {
                pass(deadlines);
            }
        } finally {
            closeAll();
        }
    }

    /// One pass: does what is due, waits until something is ready or due, does what is ready.
    public void pass(Deadlines deadlines) throws IOException {
        nowNs = time.nowNs();
        long nextNs = deadlines.expire(nowNs);
        for (int i = 0; i < listeners.size(); i++) {
            nextNs = Math.min(nextNs, listeners.get(i).resume(nowNs));
        }
        clockRead = false;
        if (nextNs == Deadlines.NEVER) {
            selector.select(dispatch);
        } else if (nextNs - nowNs <= 0) {
            selector.selectNow(dispatch);
        } else {
            selector.select(dispatch, (nextNs - nowNs + 999_999) / 1_000_000);
        }
    }

    private void dispatch(SelectionKey key) {
        if (!clockRead) {
            // The selector may have slept since the pass began.
            nowNs = time.nowNs();
            clockRead = true;
        }
        try {
            ((Ready) key.attachment()).ready(key, nowNs);
        } catch (CancelledKeyException gone) {
            // Another connection's turn closed this one in the same pass.
        }
    }

    /// No new connection from now on.
    public void closeListeners() throws IOException {
        for (Listener listener : listeners) {
            listener.close();
        }
        listeners.clear();
    }

    /// Ends [#run], from any thread.
    @Override
    public void close() {
        closed = true;
        selector.wakeup();
    }

    /// Whether [#close] was called.
    public boolean closed() {
        return closed;
    }

    /// Wakes the thread out of its wait, from any thread.
    public void wake() {
        selector.wakeup();
    }

    /// Closes every channel and the selector; for whoever calls [#pass] itself.
    public void closeAll() throws IOException {
        closeListeners();
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
    }
}
