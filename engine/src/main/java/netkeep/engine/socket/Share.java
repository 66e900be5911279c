package netkeep.engine.socket;

import java.util.BitSet;
import netkeep.engine.ledger.SipHash;
import org.jspecify.annotations.Nullable;

/// Which flows a stack owns of those that several stacks share, who all have the same addresses. Each flow has one
/// owner, who alone may use it; all stacks reckon with the same number of stacks and the same key.
///
/// A port of the dynamic range (RFC 6335 §6) is leased to one stack, with all its flows: the stacks take turns. What a
/// stack chooses is leased to it, so that no two choose the same, no connect waits for another stack, and answers come
/// back whoever sends them. Only its lessee can bind such a port by name, or listen there.
///
/// Any other port is everybody's. Each stack may bind it and listen there, and who listens does so on each of them,
/// beginning with the first stack, which says who was there before. A keyed hash says who owns a flow to such a port;
/// from one, only a flow's owner connects.
///
/// Stacks that show each other their ports ([Claims]) serve different programs: there a service is where its program
/// is, and a port that is asked for by name is had unless somebody uses it. Each still chooses of the ports leased
/// to it.
///
/// Whoever brings frames to stacks asks [#owner]. A stack that finds no connection of its own for a packet asks
/// it, too, and says who is to have it: it neither takes nor answers what is another's. The only stack asks
/// nothing.
///
/// @param stack  the number of this stack, from 0
/// @param stacks how many there are
/// @param key    64 bits that remote hosts cannot guess, so that they cannot choose whom they burden
/// @param tables of the ports that they show each other, null if they do not
public record Share(int stack, int stacks, long key, Claims.@Nullable Tables tables) {
    /// That of the only stack.
    public static final Share ALL = new Share(0, 1, 0);

    // We begin where Linux does, so that its users find their services.
    private static final int FIRST_DYNAMIC = 32768;
    private static final int DYNAMIC_COUNT = 28232;

    /// Of stacks that all listen, and show each other nothing.
    public Share(int stack, int stacks, long key) {
        this(stack, stacks, key, null);
    }

    public Share {
        if (stacks < 1 || stacks > DYNAMIC_COUNT || stack < 0 || stack >= stacks) {
            throw new IllegalArgumentException("stack " + stack + " of " + stacks);
        }
    }

    /// How many dynamic ports are leased to this stack.
    public int ports() {
        return (DYNAMIC_COUNT - stack + stacks - 1) / stacks;
    }

    /// One of them; `number` counts round them.
    public int port(long number) {
        return FIRST_DYNAMIC + stack + stacks * (int) Long.remainderUnsigned(number, ports());
    }

    /// Whether a port is one of them.
    boolean leases(int port) {
        return leased(port) && lessee(port) == stack;
    }

    /// These ports and those that are leased to this stack: what one may use that is granted no others.
    public BitSet with(BitSet ports) {
        BitSet all = (BitSet) ports.clone();
        for (int number = 0; number < ports(); number++) {
            all.set(port(number));
        }
        return all;
    }

    /// Which of them it is: the inverse of [#port].
    int number(int port) {
        return (port - FIRST_DYNAMIC - stack) / stacks;
    }

    /// Whether a socket of this stack may be bound to a port that is asked for by name.
    public boolean mayBind(int port) {
        return !leased(port) || lessee(port) == stack;
    }

    /// The number of the stack that a flow is for.
    public int owner(long localHi, long localLo, int localPort, long remoteHi, long remoteLo, int remotePort) {
        if (stacks == 1) {
            return 0;
        }
        if (leased(localPort)) {
            return lessee(localPort);
        }
        long ports = (long) localPort << 16 | remotePort;
        long hash = SipHash.of(key, ~key, localHi, localLo, remoteHi, remoteLo, ports);
        return (int) Long.remainderUnsigned(hash, stacks);
    }

    private static boolean leased(int port) {
        return port >= FIRST_DYNAMIC && port < FIRST_DYNAMIC + DYNAMIC_COUNT;
    }

    private int lessee(int port) {
        return (port - FIRST_DYNAMIC) % stacks;
    }
}
