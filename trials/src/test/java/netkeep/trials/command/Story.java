package netkeep.trials.command;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Map;
import netkeep.linux.NetworkNamespace;
import org.jspecify.annotations.Nullable;

/// A connection between a program on a daemon and one on the kernel that is brought to a state and held there, and
/// later goes on to its end.
final class Story {
    /// Where connections begin that wait to be accepted.
    static final int ACCEPTED = 7000;

    /// Where nobody accepts any before all go on.
    static final int WAITED = 7001;

    private static final int OURS = 8000;
    private static final int THEIRS = 9000;
    private static final int SIX = 100;
    private static final int GREETING = 1000;
    private static final int FLYING = 5000;
    private static final int BOTH = HeldLink.TO_KERNEL | HeldLink.FROM_KERNEL;

    /// The states, and what `ss` calls them. Handshakes come last: the time until a SYN is repeated grows fast.
    enum Kind {
        /// In a listener's queue.
        WAITING("ESTAB"),
        ESTABLISHED("ESTAB"),
        FIN_WAIT_1("FIN-WAIT-1"),
        FIN_WAIT_2("FIN-WAIT-2"),
        CLOSE_WAIT("CLOSE-WAIT"),
        CLOSING("CLOSING"),
        LAST_ACK("LAST-ACK"),
        TIME_WAIT("TIME-WAIT"),
        SYN_SENT("SYN-SENT"),
        SYN_RECEIVED("SYN-RECV"),
        /// Of a SYN of either side.
        CROSSED("SYN-RECV");

        final String state;

        Kind(String state) {
            this.state = state;
        }
    }

    /// Who looks at a daemon's sockets.
    interface Looker {
        /// Waits until the daemon's socket of a connection is in a state.
        void await(Story story, String state) throws Exception;
    }

    /// Where all stories take place.
    ///
    /// @param ours     the daemon's programs
    /// @param kernel   where the others are
    /// @param accepted the listener at [#ACCEPTED]
    /// @param waited   that at [#WAITED]
    /// @param callers  connections of `accepted` that nobody has asked for yet, by the kernel's port
    record Ground(
            SelectorProvider ours,
            NetworkNamespace kernel,
            HeldLink wire,
            Looker looker,
            ServerSocketChannel accepted,
            ServerSocketChannel waited,
            Map<Integer, SocketChannel> callers) {
        /// Takes whoever called from a port, if he has.
        private boolean take(int port, ServerSocketChannel listener, End end) throws IOException {
            for (SocketChannel next = listener.accept(); next != null; next = listener.accept()) {
                callers.put(((InetSocketAddress) next.getRemoteAddress()).getPort(), next);
            }
            SocketChannel caller = callers.remove(port);
            if (caller != null) {
                end.begin(caller);
            }
            return caller != null;
        }
    }

    final Kind kind;
    final int port;
    final int ourPort;
    private final boolean six;
    private final boolean called;
    private final Ground ground;
    private final End ours;
    private final End theirs;

    /// Of the kernel's, while a call is on its way.
    private @Nullable ServerSocketChannel listener;

    /// @param six whether over IPv6, where the kernel's side calls; else ours does if it may be either
    Story(Kind kind, boolean six, Ground ground) {
        this.kind = kind;
        this.six = six;
        this.ground = ground;
        int number = kind.ordinal() + (six ? SIX : 0);
        this.port = THEIRS + number;
        this.called = switch (kind) {
            case SYN_SENT, CROSSED -> false;
            case SYN_RECEIVED, WAITING -> true;
            default -> six;
        };
        this.ourPort = kind == Kind.WAITING ? WAITED : called ? ACCEPTED : OURS + number;
        this.ours = new End("our end, " + this, number);
        this.theirs = new End("their end, " + this, -number - 1);
    }

    private InetSocketAddress us() {
        return new InetSocketAddress(six ? Place.OURS_6 : Place.OURS_4, ourPort);
    }

    private InetSocketAddress them() {
        return new InetSocketAddress(six ? Place.KERNEL_6 : Place.KERNEL_4, port);
    }

    private void weCall() throws IOException {
        SocketChannel channel = ground.ours.openSocketChannel();
        ours.begin(channel);
        channel.bind(us());
        channel.connect(them());
    }

    private void theyCall() throws IOException {
        SocketChannel channel = ground.kernel.call(SocketChannel::open);
        theirs.begin(channel);
        channel.bind(them());
        channel.connect(us());
    }

    private ServerSocketChannel listener() throws IOException {
        ServerSocketChannel made = ground.kernel.call(ServerSocketChannel::open);
        made.bind(them());
        made.configureBlocking(false);
        return made;
    }

    /// @return whether our call has come
    private boolean accept(@Nullable ServerSocketChannel at) throws IOException {
        SocketChannel channel = at == null ? null : at.accept();
        if (channel != null) {
            theirs.begin(channel);
        }
        return channel != null;
    }

    /// Has both sides open, with octets each way that came.
    private void open() throws Exception {
        if (called) {
            theyCall();
            Place.await("nobody called: " + this, () -> ground.take(port, ground.accepted, ours));
        } else {
            try (ServerSocketChannel at = listener()) {
                weCall();
                Place.await("nobody called: " + this, () -> accept(at));
            }
        }
        Place.await("does not open: " + this, () -> ours.connected() && theirs.connected());
        ours.write(GREETING);
        theirs.write(GREETING);
        ours.read(GREETING);
        theirs.read(GREETING);
    }

    private void hold(int ways) {
        ground.wire.hold(port, ways);
    }

    private void await(Kind other) throws Exception {
        ground.looker.await(this, other.state);
    }

    /// Brings it to its state, with octets on their way where there can be any.
    void bring() throws Exception {
        switch (kind) {
            case SYN_SENT -> {
                hold(HeldLink.FROM_KERNEL);
                listener = listener();
                weCall();
            }
            case SYN_RECEIVED -> {
                hold(HeldLink.TO_KERNEL);
                theyCall();
            }
            case CROSSED -> {
                hold(HeldLink.TO_KERNEL);
                weCall();
                await(Kind.SYN_SENT);
                theyCall();
            }
            case WAITING -> {
                theyCall();
                Place.await("does not open: " + this, theirs::connected);
                theirs.write(FLYING);
            }
            default -> {
                open();
                part();
            }
        }
        await(kind);
    }

    private void part() throws Exception {
        switch (kind) {
            case ESTABLISHED -> {
                hold(BOTH);
                ours.write(FLYING);
                theirs.write(FLYING);
            }
            case FIN_WAIT_1 -> {
                hold(HeldLink.TO_KERNEL);
                ours.write(FLYING);
                ours.shut();
                theirs.write(FLYING);
            }
            case FIN_WAIT_2 -> {
                ours.shut();
                theirs.readAll();
                await(Kind.FIN_WAIT_2);
                hold(HeldLink.FROM_KERNEL);
                theirs.write(FLYING);
            }
            case CLOSE_WAIT -> {
                theirs.write(FLYING);
                theirs.shut();
                await(Kind.CLOSE_WAIT);
                hold(HeldLink.TO_KERNEL);
                ours.write(FLYING);
            }
            case CLOSING -> {
                hold(HeldLink.TO_KERNEL);
                ours.write(FLYING);
                ours.shut();
                await(Kind.FIN_WAIT_1);
                theirs.write(FLYING);
                theirs.shut();
            }
            case LAST_ACK -> lastAck();
            case TIME_WAIT -> {
                ours.shut();
                theirs.readAll();
                hold(HeldLink.TO_KERNEL);
                theirs.write(FLYING);
                theirs.shut();
            }
            default -> throw new AssertionError(this);
        }
    }

    /// Over IPv6 the program has closed: what it sent is an orphan's.
    private void lastAck() throws Exception {
        theirs.write(FLYING);
        theirs.shut();
        ours.readAll();
        hold(HeldLink.TO_KERNEL);
        ours.write(FLYING);
        if (six) {
            ours.close();
        } else {
            ours.shut();
        }
    }

    void letGo() {
        hold(0);
    }

    /// Does what both programs still can.
    ///
    /// @return whether each has all that the other has sent, and its FIN
    boolean goOn() throws IOException {
        if (!ours.begun()) {
            ground.take(port, kind == Kind.WAITING ? ground.waited : ground.accepted, ours);
        }
        if (!theirs.begun()) {
            accept(listener);
        }
        if (!ours.begun() || !theirs.begun()) {
            return false;
        }
        boolean over = ours.goOn();
        return theirs.goOn() && over;
    }

    void check() throws IOException {
        ours.check(theirs);
        theirs.check(ours);
        if (listener != null) {
            listener.close();
        }
    }

    @Override
    public String toString() {
        return kind + (six ? " over IPv6" : " over IPv4");
    }
}
