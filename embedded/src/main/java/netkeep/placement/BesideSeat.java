package netkeep.placement;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import netkeep.domain.Doorbell;
import netkeep.domain.Granted;
import netkeep.domain.Line;
import netkeep.domain.Shared;
import netkeep.domain.Word;
import netkeep.engine.Engine;
import netkeep.engine.ip.AddressState;
import netkeep.engine.ip.Views;
import netkeep.engine.socket.Claims;
import netkeep.engine.socket.Share;
import netkeep.linux.Descriptors;
import netkeep.linux.LinuxException;
import netkeep.ring.Region;
import netkeep.session.BesideTerms;
import netkeep.stack.PeerPort;
import netkeep.stack.Stack;
import netkeep.wire.Address;
import netkeep.wire.IpProtocol;
import org.jspecify.annotations.Nullable;

/// The place beside a daemon's stack for one program's own, with the same addresses on the same links. It is
/// trusted with frames, as any host on the wire: what it claims is believed of the ports that it was granted, and
/// if it breaks its ring, nothing comes from it or goes there any more.
///
/// The keeper knows it as a session whose terms are [BesideTerms]. It is over as soon as its program is gone:
/// nobody here owes its connections anything, and what comes for them is answered as for a port that nobody uses.
final class BesideSeat implements Others {
    private static final Logger LOG = System.getLogger(BesideSeat.class.getName());

    /// How often addresses, routes and rules are looked at, while turns do something.
    private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(250);

    /// Ports in use that are told of.
    private static final int MOST_TOLD = 16;

    private static final int NOBODY = -1;

    private final Line keeper;
    private final Watch watch;
    private final BesideTerms terms;
    private final int links;
    private final Share share;
    private final Claims.Tables tables = new Claims.Tables(2);
    private @Nullable Engine engine;
    private @Nullable Stack stack;

    /// Whose program is there, as a session; its regions, and what wakes it.
    private int number = NOBODY;

    private @Nullable Arena arena;
    private @Nullable BesideRings rings;
    private @Nullable PeerPort port;
    private @Nullable Doorbell bell;

    /// Whether its bell is heard: it may have put it where the kernel has no place left for another who waits.
    private boolean heard;

    private String shown = "";

    /// Whether something may have changed of what is shown, and when to look.
    private boolean stale;

    private long lookNs;

    /// @param ports the region that the daemon's stack writes, whoever is beside it
    BesideSeat(Line keeper, Settings settings, Region ports, Watch watch) {
        this.keeper = keeper;
        this.watch = watch;
        this.terms = Objects.requireNonNull(settings.besideTerms());
        this.links = settings.devices().size() + 1;
        tables.joins(BesideRings.DAEMON, ports, null);
        this.share = new Share(BesideRings.DAEMON, 2, 0, tables);
    }

    @Override
    public Share share() {
        return share;
    }

    @Override
    public void join(Stack to) {
        stack = to;
        engine = to.engine();
        to.joins(new @Nullable PeerPort[2]);
    }

    @Override
    public boolean heard(Word word, int[] descriptors) throws IOException {
        if (word.kind() == Word.SERVE && BesideTerms.is(word.text())) {
            if (number == NOBODY && word.text().equals(terms.text())) {
                serve(word.number(), Granted.Served.of(descriptors));
            } else {
                // Control let a second one in, which it must not.
                Arrays.stream(descriptors).forEach(Descriptors::close);
                keeper.send(new Word(Word.OVER, word.number(), "").octets());
            }
            return true;
        }
        if (word.kind() == Word.LEAVE && word.number() == number) {
            leave();
            return true;
        }
        return false;
    }

    private Engine engine() {
        return Objects.requireNonNull(engine);
    }

    private void serve(int session, Granted.Served granted) throws IOException {
        Arena memory = Arena.ofShared();
        Region program = Shared.map(memory, granted.client(), BesideRings.PROGRAM_LENGTH, false);
        Region daemon = Shared.map(memory, granted.stack(), BesideRings.DAEMON_LENGTH, true);
        Doorbell its = new Doorbell(granted.voice(), granted.ear());
        BesideRings both = new BesideRings(program, daemon);
        int row = links + BesideRings.PROGRAM;
        if (both.fresh()) {
            engine().marks().note(row, 0);
        }
        number = session;
        arena = memory;
        rings = both;
        bell = its;
        port = both.ofDaemon(links, engine().marks().taken(row), its::ring);
        hear(its);
        tables.joins(BesideRings.PROGRAM, program, ports());
        Objects.requireNonNull(stack).joins(BesideRings.PROGRAM, port);
        shown = "";
        stale = true;
        lookNs = 0;
    }

    private void hear(Doorbell its) throws IOException {
        try {
            watch.hear(its);
            heard = true;
        } catch (LinuxException full) {
            heard = false;
            keeper.send(new Word(Word.CUT, number, "its bell is in too many epoll instances to be heard").octets());
        }
    }

    /// All that it may claim.
    private BitSet ports() {
        return new Share(BesideRings.PROGRAM, 2, 0).with(terms.set());
    }

    private void leave() throws IOException {
        Doorbell its = Objects.requireNonNull(bell);
        if (heard) {
            watch.remove(its.ear());
        }
        its.close();
        tables.leaves(BesideRings.PROGRAM);
        Objects.requireNonNull(stack).joins(BesideRings.PROGRAM, null);
        Objects.requireNonNull(arena).close();
        keeper.send(new Word(Word.OVER, number, "").octets());
        number = NOBODY;
        arena = null;
        rings = null;
        port = null;
        bell = null;
        stale = false;
    }

    /// Commits where the stack is in rings that are new, before anything is taken of them: whoever dies before this
    /// has ended leaves them as new as they were.
    @Override
    public void settle() {
        if (rings != null && rings.fresh()) {
            engine().commit();
            rings.begin();
        }
    }

    @Override
    public void turned(int done, long nowNs) throws IOException {
        if (port == null || rings == null || bell == null) {
            return;
        }
        String why = port.complaint();
        if (why != null) {
            LOG.log(Level.WARNING, "the program beside this stack broke its ring: " + why);
            keeper.send(new Word(Word.CUT, number, why).octets());
        }
        stale |= done != 0;
        if (stale && nowNs >= lookNs) {
            stale = false;
            lookNs = nowNs + LOOK_NS;
            String now = board(engine());
            if (!now.equals(shown)) {
                shown = now;
                if (!rings.board().show(now)) {
                    LOG.log(Level.WARNING, "there are too many addresses, routes and rules to tell all of them");
                }
                bell.ring();
            }
        }
    }

    /// What holds now, as lines of [Settings].
    private static String board(Engine engine) {
        StringBuilder lines = new StringBuilder();
        for (Views.OwnAddress one : engine.ip().views().addresses()) {
            // Each host makes those of its links itself, of the same hardware address.
            if (one.link() != 0 && one.state() != AddressState.DUPLICATE && !linkLocal(one.address())) {
                lines.append("address ").append(one.link()).append(' ');
                lines.append(one.address()).append('/').append(one.prefixLength());
                lines.append('\n');
            }
        }
        for (Views.Route one : engine.ip().views().routes()) {
            Address next = one.next();
            if (next != null) {
                lines.append("route ").append(one.link()).append(' ').append(one.prefix());
                lines.append(' ').append(next).append('\n');
            }
        }
        engine.ip()
                .filter()
                .rules()
                .forEach(rule -> lines.append("filter ").append(rule).append('\n'));
        return lines.toString();
    }

    private static boolean linkLocal(Address address) {
        return !address.isV4() && address.hi() >>> 54 == 0xfe80 >>> 6;
    }

    @Override
    public long deadlineNs() {
        return stale && port != null ? lookNs : Long.MAX_VALUE;
    }

    @Override
    public boolean maySleep() {
        return port == null || port.maySleep();
    }

    @Override
    public void awake() {
        if (port != null) {
            port.awake();
        }
    }

    /// Its ports, and some that it uses.
    @Override
    public String status(int session) {
        if (session != number || rings == null) {
            return "";
        }
        BitSet granted = ports();
        StringBuilder used = new StringBuilder();
        int told = 0;
        for (int protocol : new int[] {IpProtocol.TCP, IpProtocol.UDP}) {
            for (int its = granted.nextSetBit(0); its >= 0 && told < MOST_TOLD; its = granted.nextSetBit(its + 1)) {
                if (Claims.uses(rings.program(), protocol, its)) {
                    told++;
                    used.append(used.isEmpty() ? "" : ",");
                    used.append(protocol == IpProtocol.TCP ? "tcp:" : "udp:").append(its);
                }
            }
        }
        return "session number=" + number + " ports=" + terms.ports() + " uses=" + used + "\n";
    }
}
