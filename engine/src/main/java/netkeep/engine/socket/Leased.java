package netkeep.engine.socket;

/// How many flows use each of the dynamic ports that are leased to a stack, whether a socket is bound there or not: of
/// connections, also in TIME-WAIT or not made yet. Derived from the records.
public final class Leased {
    private final Share share;
    private final int[] flows;

    public Leased(Share share) {
        this.share = share;
        this.flows = new int[share.ports()];
    }

    /// A flow begins.
    public void enter(int port) {
        if (share.leases(port)) {
            flows[share.number(port)]++;
        }
    }

    /// A flow is over.
    public void leave(int port) {
        if (share.leases(port)) {
            flows[share.number(port)]--;
        }
    }

    /// Whether a flow uses a port; always false of one that is not leased to this stack.
    public boolean used(int port) {
        return share.leases(port) && flows[share.number(port)] != 0;
    }
}
