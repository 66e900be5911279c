package netkeep.engine.tcp;

import netkeep.engine.sim.Conversation;

/// Looks at the records of a conversation's connection that the peer opened.
final class Look {
    final Tcp tcp;
    final Tcb tcb;
    final Flow flow;

    private Look(Tcp tcp) {
        this.tcp = tcp;
        this.tcb = new Tcb();
        this.flow = new Flow();
    }

    /// The records as they are now.
    static Look at(Conversation conversation) {
        Look look = new Look(conversation.host.engine().tcp());
        int hash = look.tcp.table.hash(
                conversation.local.hi(),
                conversation.local.lo(),
                Conversation.PORT,
                conversation.remote.hi(),
                conversation.remote.lo(),
                Conversation.PEER_PORT);
        int id = look.tcp.table.find(
                hash,
                conversation.local.hi(),
                conversation.local.lo(),
                Conversation.PORT,
                conversation.remote.hi(),
                conversation.remote.lo(),
                Conversation.PEER_PORT);
        look.tcp.sockets.read(id, look.tcb);
        if (look.tcb.flowRecord() != 0) {
            look.tcp.flows.read(look.tcb.flowRecord() - 1, look.flow);
        }
        return look;
    }

    /// The congestion window in segments of [Sending#MSS].
    int window() {
        return tcb.cwnd() / Sending.MSS;
    }

    int threshold() {
        return tcb.ssthresh() / Sending.MSS;
    }
}
