package netkeep.engine.socket;

import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import netkeep.ring.Region;
import netkeep.wire.IpProtocol;
import org.jspecify.annotations.Nullable;

/// Who owns the flows of a local port, where several stacks have the same addresses: as [Share] reckons it, or, where
/// the stacks show each other their ports, whoever uses the port.
///
/// Each stack has a table in a region of its own, which the others read:
///
/// ```text
///      0  an octet for each port of TCP
///  65536  an octet for each port of UDP
///         0 not used   1 used here alone   2 of UDP: used by sockets that let others have it, too
/// ```
///
/// A port is claimed before the commit that covers its first use, and given up after the one that covers its end:
/// killed between any two stores, a stack has a table that shows all that it uses, and perhaps some more, until its
/// successor has counted. Who claims looks at the others' tables behind a fence; of two that claim at the same
/// instant at least one is refused. What several UDP sockets may share the first of their stacks gets.
///
/// What is counted is derived from the records: sockets that are bound, and flows, also half-open or in TIME-WAIT.
public final class Claims {
    /// Octets of a table.
    public static final long LENGTH = 2 << 16;

    private static final int NOBODY = -1;
    private static final int PORTS = 1 << 16;
    private static final int FREE = 0;
    private static final int ALONE = 1;
    private static final int SHARED = 2;

    /// The tables that stacks show each other. A stack may come and go while the others run: one that is not there
    /// uses nothing. Whatever another one's table says, it is believed of the ports that were granted to that stack
    /// alone.
    public static final class Tables {
        private final @Nullable Region[] all;
        private final @Nullable BitSet[] granted;
        private int home = NOBODY;

        /// Of stacks none of which is there yet.
        public Tables(int stacks) {
            all = new @Nullable Region[stacks];
            granted = new @Nullable BitSet[stacks];
        }

        /// Of stacks that are all there, and may use any port.
        ///
        /// @param all by the stacks' numbers, each at its begin; this stack's own to be written
        public Tables(List<Region> all) {
            this(all.size());
            for (int stack = 0; stack < all.size(); stack++) {
                joins(stack, all.get(stack), null);
            }
        }

        /// A stack is there from now on.
        ///
        /// @param ports that it may use, of either protocol; null for all
        public void joins(int stack, Region table, @Nullable BitSet ports) {
            all[stack] = table;
            granted[stack] = ports;
        }

        /// It is not there any more: its ports are free.
        public void leaves(int stack) {
            all[stack] = null;
            granted[stack] = null;
            home = home == stack ? NOBODY : home;
        }

        /// Has one stack, as long as it is there, answer for the ports that nobody uses; else whoever is asked
        /// does.
        public void home(int stack) {
            home = stack;
        }

        private int home(Share share) {
            return home == NOBODY ? share.stack() : home;
        }

        private boolean may(int stack, int port) {
            BitSet ports = granted[stack];
            return ports == null || ports.get(port);
        }

        private int of(int stack, int place) {
            Region table = all[stack];
            return table == null || !may(stack, place % PORTS) ? FREE : table.u8(place);
        }
    }

    private final Share share;
    private final @Nullable Tables tables;
    private final @Nullable Region ours;
    private final int[] uses;

    /// Ports of which nobody has made use, or does no more: they are looked at after the commit.
    private int[] idle = new int[64];

    private int idles;

    public Claims(Share share) {
        this.share = share;
        this.tables = share.tables();
        this.ours = tables == null ? null : tables.all[share.stack()];
        this.uses = new int[tables == null ? 1 : 2 * PORTS];
    }

    /// Whether a stack's table says that it uses a port.
    public static boolean uses(Region table, int protocol, int port) {
        return table.u8(place(protocol, port)) != FREE;
    }

    /// Whether all stacks know each other's ports: then what came in fragments, or from this host, has its owner, too.
    public boolean exact() {
        return tables != null;
    }

    /// The number of this stack.
    public int stack() {
        return share.stack();
    }

    private static int place(int protocol, int port) {
        return protocol == IpProtocol.UDP ? PORTS + port : port;
    }

    /// The number of the stack that a flow is for; if nobody uses the port this one's, or that of [Tables#home].
    public int owner(
            int protocol, long localHi, long localLo, int localPort, long remoteHi, long remoteLo, int remotePort) {
        return tables == null
                ? share.owner(localHi, localLo, localPort, remoteHi, remoteLo, remotePort)
                : owner(tables, place(protocol, localPort));
    }

    private int owner(Tables shown, int place) {
        if (shown.of(share.stack(), place) == ALONE) {
            return share.stack();
        }
        for (int stack = 0; stack < share.stacks(); stack++) {
            if (shown.of(stack, place) != FREE) {
                return stack;
            }
        }
        return shown.home(share);
    }

    /// Whether a socket of this stack may be bound to a port that is asked for by name, unless another one has it.
    public boolean mayBind(int port) {
        return tables == null ? share.mayBind(port) : tables.may(share.stack(), port);
    }

    /// Claims a port for a use that begins with this turn.
    ///
    /// @param shared whether other stacks may use it for the same
    /// @return whether it may be used
    public boolean claim(int protocol, int port, boolean shared) {
        if (tables == null || ours == null) {
            return true;
        }
        int place = place(protocol, port);
        int before = ours.u8(place);
        if (before == ALONE || before == SHARED && shared) {
            return true;
        }
        if (others(tables, place, shared)) {
            return false;
        }
        ours.u8(place, shared ? SHARED : ALONE);
        VarHandle.fullFence();
        if (others(tables, place, shared)) {
            ours.u8(place, before);
            return false;
        }
        if (uses[place] == 0) {
            idle(place);
        }
        return true;
    }

    /// Whether another stack uses a port so that this one may not.
    private boolean others(Tables shown, int place, boolean shared) {
        for (int stack = 0; stack < share.stacks(); stack++) {
            int its = stack == share.stack() ? FREE : shown.of(stack, place);
            if (its != FREE && !(shared && its == SHARED)) {
                return true;
            }
        }
        return false;
    }

    /// A socket is bound to a port that was claimed, or a flow begins.
    public void enter(int protocol, int port) {
        if (ours != null) {
            int place = place(protocol, port);
            uses[place]++;
            if (ours.u8(place) == FREE) {
                ours.u8(place, ALONE);
            }
        }
    }

    /// That is over.
    public void leave(int protocol, int port) {
        if (ours != null) {
            int place = place(protocol, port);
            uses[place]--;
            if (uses[place] == 0) {
                idle(place);
            }
        }
    }

    private void idle(int place) {
        if (idles == idle.length) {
            idle = Arrays.copyOf(idle, 2 * idles);
        }
        idle[idles++] = place;
    }

    /// Gives up what is not used any more: after the commit that covers it.
    public void publish() {
        if (ours != null && idles != 0) {
            for (int i = 0; i < idles; i++) {
                if (uses[idle[i]] == 0) {
                    ours.u8(idle[i], FREE);
                }
            }
            idles = 0;
        }
    }

    /// All that the records use was counted: gives up the rest of what a predecessor had claimed.
    public void settle() {
        for (int place = 0; ours != null && place < uses.length; place++) {
            if (uses[place] == 0 && ours.u8(place) != FREE) {
                ours.u8(place, FREE);
            }
        }
    }
}
