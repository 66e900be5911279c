package netkeep.engine.udp;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import netkeep.engine.ip.Failure;
import netkeep.engine.ip.Ip;
import netkeep.engine.ip.Packet;
import netkeep.engine.ip.Rule;
import netkeep.engine.ip.Upper;
import netkeep.engine.ledger.Counters;
import netkeep.engine.ledger.Hand;
import netkeep.engine.ledger.Luck;
import netkeep.engine.ledger.Outgoing;
import netkeep.engine.socket.Claims;
import netkeep.engine.socket.Endpoint;
import netkeep.engine.socket.Errno;
import netkeep.engine.socket.Pace;
import netkeep.engine.socket.Ports;
import netkeep.engine.socket.Ready;
import netkeep.engine.socket.Share;
import netkeep.engine.socket.Sockets;
import netkeep.session.Datagram;
import netkeep.session.Status;
import netkeep.wire.IpProtocol;

/// UDP: finds the sockets that a datagram, an error or a request concerns.
///
/// All that outlives a turn is in the sockets' records and in the rings of their sessions.
public final class Udp implements Upper {
    /// The local address was chosen when the socket was connected, not bound.
    static final int ADDRESS_CHOSEN = Endpoint.FIRST_OWN;

    /// The socket is told of errors with all that they say.
    static final int RECEIVE_ERRORS = Endpoint.FIRST_OWN << 1;

    final Sockets sockets;
    final Hand hand;
    final Ip ip;
    final Outgoing outgoing;
    final Counters counters;
    final Luck luck;
    final Share share;
    final Claims claims;
    /// The socket that is worked on.
    final Endpoint socket;
    // Derived.
    final Ports ports = new Ports();
    // Derived: a successor asks every socket.
    final Ready ready = new Ready();
    final Pace pace;
    // Scratch of one datagram: its header.
    final MemorySegment header = Arena.ofAuto().allocate(Datagram.HEADER, 8);

    private final Receiving receiving;
    private final Sending sending;
    private final Users users;

    public Udp(Sockets sockets, Ip ip, Outgoing outgoing, Counters counters, Luck luck, Share share, Claims claims) {
        this.sockets = sockets;
        this.hand = sockets.hand();
        this.pace = new Pace(sockets, its -> its.sends, ready);
        this.ip = ip;
        this.outgoing = outgoing;
        this.counters = counters;
        this.luck = luck;
        this.share = share;
        this.claims = claims;
        this.socket = new Endpoint();
        this.receiving = new Receiving(this);
        this.sending = new Sending(this);
        this.users = new Users(this);
        ip.upper(IpProtocol.UDP, this);
        if (sockets.sessions() > 1) {
            ip.shareJoins(sockets.each());
        }
    }

    /// What a client's requests reach.
    public Users users() {
        return users;
    }

    /// Takes a socket's record out of which a predecessor died; before [#scan]. It is bound to nothing any more,
    /// what it had to send is lost, and whoever reads is told.
    ///
    /// @return false if it is none of UDP
    public boolean takeOut(int index) {
        if (sockets.kind(index) != Endpoint.DATAGRAMS) {
            return false;
        }
        sockets.renew(index, socket, new Endpoint(), Errno.ECONNABORTED);
        socket.clear(Endpoint.BOUND | Endpoint.CONNECTED);
        socket.set(Endpoint.SHUT_WRITE);
        socket.status(socket.status() & ~Status.BOUND);
        users.defaults(sockets.attachment(socket));
        receiving.report(index, Errno.ECONNABORTED, 0, 0, 0);
        return true;
    }

    /// Finds the sockets of a predecessor.
    public void scan() {
        sockets.scan(index -> {
            hand.works(index, Hand.Work.FOUND);
            sockets.read(index, socket);
            if (socket.kind() == Endpoint.DATAGRAMS) {
                if (socket.has(Endpoint.BOUND)) {
                    ports.bind(socket.localPort(), index);
                    claims.enter(IpProtocol.UDP, socket.localPort());
                }
                ready.add(index);
            }
        });
    }

    @Override
    public void arrives(Packet packet, long nowNs) {
        receiving.arrives(packet, nowNs);
    }

    @Override
    public boolean knows(Packet packet) {
        return receiving.elsewhere(packet);
    }

    @Override
    public boolean reaches(Packet packet, Rule rule) {
        return receiving.reaches(packet, rule);
    }

    @Override
    public boolean expects(Failure failure) {
        return receiving.expects(failure);
    }

    @Override
    public void failed(Failure failure, long nowNs) {
        receiving.failed(failure);
    }

    /// Tells a socket of an error, in the order of what it receives.
    void report(int index, int errno, long remoteHi, long remoteLo, int remotePort) {
        receiving.report(index, errno, remoteHi, remoteLo, remotePort);
    }

    /// Lays down what sockets have to send, as much as there is room for.
    ///
    /// @param most frames, about: a datagram may take several
    public void transmit(int most, long nowNs) {
        sending.transmit(most, nowNs);
    }

    /// Sends what a socket that goes has left, as far as there is room.
    void drain(int index, long nowNs) {
        sending.drain(index, nowNs);
    }

    public long deadlineNs() {
        return pace.deadlineNs();
    }

    /// Lets those go on who had to wait for their session's credit.
    ///
    /// @return whether there were any
    public boolean expire(long nowNs) {
        return pace.expire(nowNs);
    }

    /// Whether [#transmit] left something for the next turn.
    public boolean pending() {
        return ready.count() != 0;
    }
}
