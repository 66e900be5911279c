package netkeep.engine.tcp;

import netkeep.engine.socket.Endpoint;

/// The records of one connection without an engine round them, for tests of what works on records alone.
final class Rig {
    static final int MSS = 1000;

    final Tcb tcb = new Tcb();
    final Flow flow = new Flow();
    final Flight flight = new Flight(tcb, flow);
    final Reassembly reassembly = new Reassembly(flow);
    final Rack rack = new Rack(tcb, flow, flight);

    Rig() {
        tcb.alone(Endpoint.SLOT);
        flow.alone(Flow.SLOT);
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
