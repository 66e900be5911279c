package netkeep.engine.ip;

import netkeep.engine.ledger.Counter;
import netkeep.engine.ledger.Counters;
import netkeep.wire.Layer;
import netkeep.wire.Verdict;
import org.jspecify.annotations.Nullable;

/// Counts what is dropped, each by the counter that the kernel has for it, and remembers why the last frame was.
final class Drops {
    private static final Counter[][] COUNTERS = table();

    private final Counters counters;
    // Scratch of one frame.
    private Verdict last = Verdict.OK;

    Drops(Counters counters) {
        this.counters = counters;
    }

    /// A frame begins: nothing is wrong with it so far.
    void begin() {
        last = Verdict.OK;
    }

    /// Counts a drop. What the kernel does not count goes to the layer's own counter.
    Verdict drop(Layer layer, Verdict verdict) {
        counters.add(COUNTERS[layer.ordinal()][verdict.ordinal()]);
        last = verdict;
        return verdict;
    }

    /// Another stack is to have the frame: it is not counted here.
    void elsewhere() {
        last = Verdict.ELSEWHERE;
    }

    Verdict last() {
        return last;
    }

    private static Counter[][] table() {
        Layer[] layers = Layer.values();
        Verdict[] verdicts = Verdict.values();
        Counter[][] table = new Counter[layers.length][verdicts.length];
        for (Layer layer : layers) {
            for (Verdict verdict : verdicts) {
                table[layer.ordinal()][verdict.ordinal()] = counter(layer, verdict.counter(layer));
            }
        }
        return table;
    }

    private static Counter counter(Layer layer, @Nullable String name) {
        if (name != null) {
            return Counter.valueOf(name);
        }
        return switch (layer) {
            case LINK -> Counter.LinkInDrops;
            case ARP -> Counter.ArpInDrops;
            case IPV4 -> Counter.IpInDiscards;
            case IPV6 -> Counter.Ip6InDiscards;
            case ICMPV4 -> Counter.IcmpInErrors;
            case ICMPV6 -> Counter.Icmp6InErrors;
            case IGMP -> Counter.IgmpInDrops;
            case UDP -> Counter.UdpInErrors;
            case UDPV6 -> Counter.Udp6InErrors;
            case TCP -> Counter.TcpInErrs;
        };
    }
}
