package netkeep.engine.tcp;

import java.lang.foreign.Arena;
import netkeep.engine.socket.Endpoint;
import netkeep.ring.Region;

/// The records of one connection without an engine round them, for tests of what works on records alone.
final class Rig {
    static final int MSS = 1000;

    final Tcb tcb = new Tcb(new Region(Arena.ofAuto().allocate(Endpoint.SLOT, 8)));
    final Flow flow = new Flow(new Region(Arena.ofAuto().allocate(Flow.SLOT, 8)));
    final Flight flight = new Flight(tcb, flow);
    final Reassembly reassembly = new Reassembly(flow);
    final Rack rack = new Rack(tcb, flow, flight);

    Rig() {
        tcb.at(0, 0);
        flow.at(0);
        tcb.flowRecord(1);
    }

    /// A rig whose next octet is `seq`, with nothing in flight.
    static Rig at(int seq) {
        Rig rig = new Rig();
        rig.tcb.sndUna(seq);
        rig.tcb.sndNxt(seq);
        return rig;
    }

    /// Sends `length` octets as one run.
    void send(int length, int nowUs) {
        int end = tcb.sndNxt() + length;
        flight.sent(end, nowUs);
        tcb.sndNxt(end);
    }
}
