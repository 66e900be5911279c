package netkeep.engine.fuzz;

import netkeep.engine.ip.Failure;
import netkeep.engine.ip.Packet;
import netkeep.engine.ip.Upper;
import netkeep.engine.ledger.Counter;
import netkeep.engine.ledger.Counters;
import netkeep.engine.tcp.State;
import netkeep.engine.tcp.Tcp;
import netkeep.engine.tcp.TcpAudit;
import netkeep.wire.TcpHeader;

/// Stands between IP and TCP and counts the segments that TCP takes for whole, by the state that they find.
final class Gauge implements Upper {
    private final Tcp tcp;
    private final TcpAudit audit;
    private final Counters counters;
    private final Tally tally;

    Gauge(Tcp tcp, TcpAudit audit, Counters counters, Tally tally) {
        this.tcp = tcp;
        this.audit = audit;
        this.counters = counters;
        this.tally = tally;
    }

    @Override
    public void arrives(Packet packet, long nowNs) {
        int state = TcpAudit.NONE;
        if (packet.upperLength >= TcpHeader.LENGTH) {
            state = audit.state(
                    packet.destinationHi,
                    packet.destinationLo,
                    TcpHeader.destinationPort(packet.headers, packet.upper),
                    packet.sourceHi,
                    packet.sourceLo,
                    TcpHeader.sourcePort(packet.headers, packet.upper));
        }
        long errors = counters.get(Counter.TcpInErrs);
        tcp.arrives(packet, nowNs);
        if (counters.get(Counter.TcpInErrs) == errors) {
            tally.segments[state == TcpAudit.NONE ? State.values().length : state]++;
        }
    }

    @Override
    public boolean expects(Failure failure) {
        return tcp.expects(failure);
    }

    @Override
    public void failed(Failure failure, long nowNs) {
        tcp.failed(failure, nowNs);
    }
}
