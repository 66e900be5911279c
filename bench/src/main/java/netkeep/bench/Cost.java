package netkeep.bench;

import java.util.List;

/// What the work of one side costs: medians of CPU seconds per 100,000 requests or per GiB.
///
/// The kernel charges its work to whoever is on the core: a TAP's write runs the other side's receive path, a veth's
/// softirq may run on the sender's core. So no one figure is the whole truth, and two stand here.
///
/// @param server the server's processes alone
/// @param core   all that kept the server's core busy
record Cost(double server, double core) {
    private static final double REQUESTS = 100_000;
    private static final double GIB = 1L << 30;

    static Cost of(List<Run> runs, boolean bulk) {
        double piece = bulk ? GIB : REQUESTS;
        return new Cost(
                Run.samples(runs, run -> run.serverSeconds() / (run.amount() / piece))
                        .median(),
                Run.samples(runs, run -> run.coreSeconds() / (run.amount() / piece))
                        .median());
    }

    /// What a cost is in.
    static String unit(boolean bulk) {
        return bulk ? "s/GiB" : "s/100,000 requests";
    }
}
