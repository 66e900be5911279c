package netkeep.engine;

import java.lang.foreign.MemorySegment;
import netkeep.engine.ledger.Hand;
import netkeep.engine.socket.Ask;
import netkeep.engine.socket.Attachment;
import netkeep.engine.socket.Endpoint;
import netkeep.engine.socket.Errno;
import netkeep.engine.socket.Onlooker;
import netkeep.engine.socket.Sockets;
import netkeep.engine.tcp.Tcp;
import netkeep.engine.udp.Udp;
import netkeep.ring.Consumer;
import netkeep.ring.PeerViolation;
import netkeep.session.Request;
import netkeep.wire.IpProtocol;
import org.jspecify.annotations.Nullable;

/// Takes what clients ask for out of their rings, and brings it to the protocol that their sockets belong to.
final class Requests {
    /// What a session may ask for in a turn where there are others, in requests that only move octets; what is left
    /// over is taken in the next turn. It takes about a tenth of the time that a stream's segments of a turn do.
    private static final int SHARE = 16;

    /// What any other request weighs: it looks at tables, and may have a segment sent.
    private static final int HEAVY = 5;

    /// Sockets of a dead client that are looked at in one go. To close a listener may mean to look at all of them.
    private static final int CLOSES = 16;

    private final Sockets sockets;
    private final Tcp tcp;
    private final Udp udp;
    private final Endpoint endpoint;
    private final Ask ask = new Ask();
    private final Hand hand;
    private int next;
    private Engine.@Nullable Trial trial;

    Requests(Sockets sockets, Tcp tcp, Udp udp) {
        this.hand = sockets.hand();
        this.sockets = sockets;
        this.tcp = tcp;
        this.udp = udp;
        this.endpoint = new Endpoint();
    }

    void tryWith(Engine.Trial by) {
        trial = by;
    }

    /// Takes one request, of whichever session has one; the next time another session is looked at first.
    int takeOne(long nowNs) {
        int taken = readers(nowNs);
        int count = sockets.attachments().size();
        for (int i = 0; i < count && taken == 0; i++) {
            next = next + 1 < count ? next + 1 : 0;
            Attachment attachment = sockets.attachments().get(next);
            if (attachment.violation() == null && !attachment.closed()) {
                taken = take(attachment, 1, 1, nowNs);
            }
        }
        return taken;
    }

    /// Takes up to `most` requests of each session, and no more of one than its share.
    int take(int most, long nowNs) {
        int taken = readers(nowNs);
        int share = sockets.attachments().size() == 1 ? Integer.MAX_VALUE : SHARE;
        for (int i = 0; i < sockets.attachments().size(); i++) {
            Attachment attachment = sockets.attachments().get(i);
            if (attachment.violation() == null && !attachment.closed()) {
                taken += take(attachment, most, share, nowNs);
            }
        }
        return taken;
    }

    /// Clients that read while the turn before told them up to where: their request is never put.
    private int readers(long nowNs) {
        int taken = 0;
        for (int index = sockets.takeRead(); index >= 0; index = sockets.takeRead()) {
            hand.works(index, Hand.Work.TOLD);
            sockets.read(index, endpoint);
            if (endpoint.kind() == Endpoint.CONNECTION) {
                ask.op = Request.READ;
                tcp.users().request(index, ask, nowNs);
            }
            taken++;
        }
        hand.done();
        return taken;
    }

    private int take(Attachment attachment, int most, int share, long nowNs) {
        int taken = 0;
        try {
            for (int left = share; taken < most && left > 0; taken++) {
                long at = attachment.request();
                if (at == Consumer.EMPTY) {
                    return taken;
                }
                hand.request(attachment.number, attachment.taken());
                ask.read(attachment.client(), at);
                if (trial != null) {
                    trial.request(ask.op);
                }
                request(attachment, at, nowNs);
                left -= ask.op == Request.SEND || ask.op == Request.READ ? 1 : HEAVY;
            }
        } catch (PeerViolation violation) {
            attachment.broken(String.valueOf(violation.getMessage()));
            taken++;
        }
        return taken;
    }

    /// As [Engine#close].
    ///
    /// @param abort whether connections are reset, those that were closed before, too
    int close(Attachment attachment, int from, boolean abort, long nowNs) {
        attachment.close();
        int sockets = attachment.layout.sockets();
        int socket = from;
        for (int left = CLOSES; left > 0 && socket < sockets; left--) {
            if (attachment.used(socket)) {
                closeLeft(attachment.first + socket, true, abort, nowNs);
                socket++;
            } else {
                // Nor was any behind it in its half.
                socket = socket < sockets / 2 ? sockets / 2 : sockets;
            }
        }
        hand.done();
        return socket;
    }

    /// Closes a socket that nobody of its client has any more, unless that was done, or it is another by now.
    void leave(Attachment attachment, int socket, int life, long nowNs) {
        if (socket < 0 || socket >= attachment.layout.sockets() || !attachment.used(socket)) {
            return;
        }
        int index = attachment.first + socket;
        sockets.read(index, endpoint);
        if (endpoint.life() != life) {
            return;
        }
        closeLeft(index, false, false, nowNs);
        hand.done();
    }

    /// @param orphan whether no client is there for it any more
    /// @param abort  as for [#close]
    private void closeLeft(int index, boolean orphan, boolean abort, long nowNs) {
        sockets.read(index, endpoint);
        int kind = endpoint.kind();
        if (kind == Endpoint.FREE) {
            return;
        }
        hand.works(index, Hand.Work.LEFT);
        ask.op = Request.CLOSE;
        ask.ticket = 0;
        ask.a = abort ? 1 : 0;
        if (kind == Endpoint.DATAGRAMS) {
            udp.users().request(index, ask, nowNs);
            return;
        }
        if (abort || !endpoint.has(Endpoint.CLOSED_BY_USER)) {
            tcp.users().request(index, ask, nowNs);
        }
        if (orphan && !abort) {
            tcp.users().orphan(index, nowNs);
        }
    }

    private void request(Attachment attachment, long at, long nowNs) throws PeerViolation {
        if (ask.socket < 0 || ask.socket >= attachment.layout.sockets()) {
            throw new PeerViolation("request " + ask.op + " for socket " + ask.socket);
        }
        int index = attachment.first + ask.socket;
        sockets.read(index, endpoint);
        int kind = attachment.used(ask.socket) ? endpoint.kind() : Endpoint.FREE;
        Onlooker onlooker = sockets.onlooker();
        if (onlooker != null) {
            MemorySegment slots = attachment.client().memory();
            onlooker.request(attachment.number, ask.socket, endpoint, slots, at);
        }
        if (ask.op == Request.OPEN) {
            open(attachment, kind);
        } else if (kind == Endpoint.CONNECTION || kind == Endpoint.LISTENER) {
            if (endpoint.has(Endpoint.CLOSED_BY_USER)) {
                throw new PeerViolation("request " + ask.op + " for socket " + ask.socket + ", which it gave back");
            }
            tcp.users().request(index, ask, nowNs);
        } else if (kind == Endpoint.DATAGRAMS) {
            udp.users().request(index, ask, nowNs);
        } else {
            throw new PeerViolation("request " + ask.op + " for socket " + ask.socket + ", which is free");
        }
    }

    private void open(Attachment attachment, int kind) throws PeerViolation {
        if (kind != Endpoint.FREE || ask.socket >= attachment.layout.sockets() / 2) {
            throw new PeerViolation("open of socket " + ask.socket + ", which is not the client's");
        }
        if (ask.a == IpProtocol.TCP) {
            tcp.users().open(attachment, ask);
        } else if (ask.a == IpProtocol.UDP) {
            udp.users().open(attachment, ask);
        } else {
            throw new PeerViolation("open with protocol " + ask.a + ", errno " + Errno.EPROTONOSUPPORT);
        }
    }
}
