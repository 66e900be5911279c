package netkeep.engine.udp;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import netkeep.engine.ip.Failure;
import netkeep.engine.ip.Packet;
import netkeep.engine.ip.Problem;
import netkeep.engine.ip.Rule;
import netkeep.engine.ledger.Counter;
import netkeep.engine.socket.Attachment;
import netkeep.engine.socket.Credit;
import netkeep.engine.socket.Endpoint;
import netkeep.engine.socket.Errno;
import netkeep.engine.socket.Ports;
import netkeep.session.Datagram;
import netkeep.session.Event;
import netkeep.wire.Address;
import netkeep.wire.Checksum;
import netkeep.wire.IpProtocol;
import netkeep.wire.Layer;
import netkeep.wire.UdpHeader;
import netkeep.wire.Verdict;

/// The way of a datagram in: whose it is, and into his ring.
final class Receiving {
    /// Datagrams that a link may have merged to one frame: as many as Linux lets a sender merge (UDP_MAX_SEGMENTS).
    private static final int MOST_PIECES = 128;

    private final Udp udp;
    private final Endpoint socket;
    private final MemorySegment header;

    Receiving(Udp udp) {
        this.udp = udp;
        this.socket = udp.socket;
        this.header = udp.header;
    }

    void arrives(Packet packet, long nowNs) {
        Verdict verdict = check(packet);
        if (verdict != Verdict.OK) {
            drop(packet, verdict);
            return;
        }
        int sourcePort = UdpHeader.sourcePort(packet.headers, packet.upper);
        int port = UdpHeader.destinationPort(packet.headers, packet.upper);
        boolean toAll = packet.multicast || packet.broadcast;
        if (!toAll
                && !udp.ip.mayTake(packet, udp.claims.stack(), owner(packet, sourcePort, port), udp.claims.exact())) {
            return;
        }
        boolean taken = toAll ? toAll(packet, sourcePort, port, nowNs) : toOne(packet, sourcePort, port, nowNs);
        if (!taken) {
            drop(packet, packet.multicast ? Verdict.NO_MEMBER : Verdict.NO_PORT);
            // RFC 1122 §4.1.3.1 (SHOULD); to a group's packet nothing is answered.
            udp.ip.problem(packet, Problem.PORT_UNREACHABLE, 0, nowNs);
        }
    }

    /// The stack that owns the datagram's flow.
    private int owner(Packet packet, int sourcePort, int port) {
        return udp.claims.owner(
                IpProtocol.UDP,
                packet.destinationHi,
                packet.destinationLo,
                port,
                packet.sourceHi,
                packet.sourceLo,
                sourcePort);
    }

    private static Verdict check(Packet packet) {
        MemorySegment headers = packet.headers;
        Verdict verdict = UdpHeader.check(headers, packet.upper, packet.upperLength);
        if (verdict != Verdict.OK) {
            return verdict;
        }
        int length = UdpHeader.datagramLength(headers, packet.upper);
        if (packet.segmentSize != 0 && length - UdpHeader.LENGTH > MOST_PIECES * packet.segmentSize) {
            return Verdict.BAD_OFFLOAD;
        }
        // RFC 8200 §8.1 (MUST): over IPv6 there is always a checksum.
        boolean none = UdpHeader.checksum(headers, packet.upper) == 0;
        if (packet.v6 && none) {
            return Verdict.BAD_CHECKSUM;
        }
        if (packet.vouched || none) {
            return Verdict.OK;
        }
        long sum = Checksum.pseudo(
                packet.sourceHi, packet.sourceLo, packet.destinationHi, packet.destinationLo, IpProtocol.UDP, length);
        sum = Checksum.add(
                sum, packet.frames(), packet.at + packet.upper + UdpHeader.LENGTH, length - UdpHeader.LENGTH);
        return UdpHeader.checkSum(headers, packet.upper, sum);
    }

    /// Hands a datagram to the socket that says most about it.
    private boolean toOne(Packet packet, int sourcePort, int port, long nowNs) {
        int best = best(packet, sourcePort, port);
        if (best < 0) {
            return false;
        }
        put(best, packet, sourcePort, nowNs);
        return true;
    }

    /// Whether another stack is to decide about a packet.
    boolean elsewhere(Packet packet) {
        int sourcePort = UdpHeader.sourcePort(packet.headers, packet.upper);
        int port = UdpHeader.destinationPort(packet.headers, packet.upper);
        boolean toAll = packet.multicast || packet.broadcast;
        return !toAll
                && (!packet.assembled || udp.claims.exact())
                && owner(packet, sourcePort, port) != udp.claims.stack();
    }

    /// Whether a datagram to one socket is for a session that a rule means.
    boolean reaches(Packet packet, Rule rule) {
        if (packet.multicast || packet.broadcast) {
            return false;
        }
        int port = UdpHeader.destinationPort(packet.headers, packet.upper);
        int index = best(packet, UdpHeader.sourcePort(packet.headers, packet.upper), port);
        if (index < 0) {
            return false;
        }
        udp.sockets.read(index, socket);
        Attachment attachment = udp.sockets.attachment(socket);
        return rule.means(attachment.number, attachment.user);
    }

    /// The socket that says most about a datagram, -1 if none does.
    private int best(Packet packet, int sourcePort, int port) {
        int best = -1;
        int bestScore = 0;
        int equals = 0;
        for (int i = udp.ports.first(port); i != Ports.NONE; i = udp.ports.next(i)) {
            udp.sockets.read(i, socket);
            int score = score(packet, sourcePort);
            if (score > bestScore) {
                best = i;
                bestScore = score;
                equals = 1;
            } else if (score == bestScore && score != 0 && socket.has(Endpoint.REUSE_PORT)) {
                // Sockets that share a port share the flows to it.
                equals++;
                long flow = udp.luck.hash(packet.sourceHi, packet.sourceLo, sourcePort, port, i);
                if (Long.remainderUnsigned(flow, equals) == 0) {
                    best = i;
                }
            }
        }
        return best;
    }

    /// Hands a datagram for a group or for all to each socket that wants it.
    private boolean toAll(Packet packet, int sourcePort, int port, long nowNs) {
        boolean taken = false;
        for (int i = udp.ports.first(port); i != Ports.NONE; i = udp.ports.next(i)) {
            udp.sockets.read(i, socket);
            if (score(packet, sourcePort) == 0) {
                continue;
            }
            if (packet.multicast
                    && !udp.ip.accepts(
                            i,
                            packet.link,
                            packet.destinationHi,
                            packet.destinationLo,
                            packet.sourceHi,
                            packet.sourceLo)) {
                continue;
            }
            put(i, packet, sourcePort, nowNs);
            taken = true;
        }
        return taken;
    }

    /// How much the socket says of a datagram: 0 if it is not for it, more the more of its addresses are named.
    private int score(Packet packet, int sourcePort) {
        int score = 1;
        if (socket.scope() != 0) {
            // What never left this host has come by no link.
            if (packet.link != 0 && socket.scope() != packet.link) {
                return 0;
            }
            score++;
        }
        if (socket.has(Endpoint.CONNECTED)) {
            if (socket.remotePort() != sourcePort
                    || socket.remoteHi() != packet.sourceHi
                    || socket.remoteLo() != packet.sourceLo) {
                return 0;
            }
            score += 4;
        }
        long hi = socket.localHi();
        long lo = socket.localLo();
        if (Address.isUnspecified(hi, lo)) {
            boolean fits = packet.v6 ? lo == 0 && !socket.has(Endpoint.V4_ONLY) : !socket.has(Endpoint.V6_ONLY);
            return fits ? score : 0;
        }
        boolean all = packet.multicast || packet.broadcast;
        boolean chosen = all && socket.has(Udp.ADDRESS_CHOSEN);
        return chosen || hi == packet.destinationHi && lo == packet.destinationLo ? score + 2 : 0;
    }

    private void put(int index, Packet packet, int sourcePort, long nowNs) {
        udp.sockets.read(index, socket);
        Credit credit = udp.sockets.attachment(socket).receives;
        int length = UdpHeader.datagramLength(packet.headers, packet.upper) - UdpHeader.LENGTH;
        long from = packet.at + packet.upper + UdpHeader.LENGTH;
        header.set(ValueLayout.JAVA_SHORT, Datagram.PORT, (short) sourcePort);
        header.set(ValueLayout.JAVA_BYTE, Datagram.HOPS, (byte) packet.hops);
        header.set(ValueLayout.JAVA_BYTE, Datagram.TRAFFIC_CLASS, (byte) packet.trafficClass);
        header.set(ValueLayout.JAVA_INT, Datagram.LINK, packet.link);
        header.set(ValueLayout.JAVA_INT, Datagram.ERROR, 0);
        addresses(packet.sourceHi, packet.sourceLo, packet.destinationHi, packet.destinationLo);
        // A link that merges datagrams (USO) says of which size they were: here they part again.
        int piece = packet.segmentSize == 0 ? length : packet.segmentSize;
        int done = 0;
        do {
            int here = Math.min(piece, length - done);
            if (credit.may(nowNs) && store(index, packet.frames(), from + done, here)) {
                credit.spend(UdpHeader.LENGTH + here, nowNs);
                udp.counters.add(packet.v6 ? Counter.Udp6InDatagrams : Counter.UdpInDatagrams);
            } else {
                drop(packet, Verdict.NO_ROOM);
            }
            done += here;
        } while (done < length);
    }

    private void addresses(long remoteHi, long remoteLo, long localHi, long localLo) {
        header.set(ValueLayout.JAVA_LONG, Datagram.REMOTE, remoteHi);
        header.set(ValueLayout.JAVA_LONG, Datagram.REMOTE + 8, remoteLo);
        header.set(ValueLayout.JAVA_LONG, Datagram.LOCAL, localHi);
        header.set(ValueLayout.JAVA_LONG, Datagram.LOCAL + 8, localLo);
    }

    /// Puts a datagram, whose header is laid down, into a socket's ring.
    private boolean store(int index, MemorySegment from, long at, int length) {
        udp.sockets.open(index, socket);
        if (socket.has(Endpoint.SHUT_READ) || !udp.sockets.refreshReceive(socket)) {
            return false;
        }
        int room = Datagram.room(length);
        int capacity = Math.min(socket.rcvBuffer(), udp.sockets.capacity(socket));
        long tail = socket.rcvTail();
        if (tail - socket.rcvHead() + room > capacity) {
            return false;
        }
        if (tail == socket.rcvHead()) {
            socket.rcvBase(tail);
        }
        header.set(ValueLayout.JAVA_INT, Datagram.LENGTH, length);
        udp.sockets.rings().store(socket, tail, header, 0, Datagram.HEADER);
        udp.sockets.rings().store(socket, tail + Datagram.HEADER, from, at, length);
        socket.rcvTail(tail + room);
        udp.sockets.tell(index, Event.READ);
        return true;
    }

    private void drop(Packet packet, Verdict verdict) {
        udp.ip.drop(packet.v6 ? Layer.UDPV6 : Layer.UDP, verdict);
    }

    /// Whether a socket may have sent what an error quotes.
    boolean expects(Failure failure) {
        for (int i = udp.ports.first(failure.localPort); i != Ports.NONE; i = udp.ports.next(i)) {
            udp.sockets.read(i, socket);
            if (sent(failure)) {
                return true;
            }
        }
        return false;
    }

    private boolean sent(Failure failure) {
        boolean local = Address.isUnspecified(socket.localHi(), socket.localLo())
                || socket.localHi() == failure.localHi && socket.localLo() == failure.localLo;
        boolean remote = !socket.has(Endpoint.CONNECTED)
                || socket.remotePort() == failure.remotePort
                        && socket.remoteHi() == failure.remoteHi
                        && socket.remoteLo() == failure.remoteLo;
        return local && remote;
    }

    /// Passes an error up, to connected sockets: others could not tell whom it concerns (RFC 1122 §4.1.3.3), unless
    /// they ask for errors with all that these say.
    void failed(Failure failure) {
        for (int i = udp.ports.first(failure.localPort); i != Ports.NONE; i = udp.ports.next(i)) {
            udp.sockets.read(i, socket);
            boolean whole = socket.has(Udp.RECEIVE_ERRORS);
            if (whole && sent(failure)) {
                reportWhole(i, failure);
            } else if (socket.has(Endpoint.CONNECTED) && sent(failure)) {
                report(i, errno(failure.kind), failure.remoteHi, failure.remoteLo, failure.remotePort);
            }
        }
    }

    /// Puts an error into a socket's ring, where a datagram would lie.
    void report(int index, int errno, long remoteHi, long remoteLo, int remotePort) {
        header.set(ValueLayout.JAVA_SHORT, Datagram.PORT, (short) remotePort);
        header.set(ValueLayout.JAVA_SHORT, Datagram.HOPS, (short) 0);
        header.set(ValueLayout.JAVA_INT, Datagram.LINK, 0);
        header.set(ValueLayout.JAVA_INT, Datagram.ERROR, errno);
        addresses(remoteHi, remoteLo, 0, 0);
        store(index, MemorySegment.NULL, 0, 0);
    }

    /// The same with all that the message says.
    private void reportWhole(int index, Failure failure) {
        header.set(ValueLayout.JAVA_SHORT, Datagram.PORT, (short) failure.remotePort);
        header.set(ValueLayout.JAVA_BYTE, Datagram.HOPS, (byte) failure.type);
        header.set(ValueLayout.JAVA_BYTE, Datagram.TRAFFIC_CLASS, (byte) failure.code);
        header.set(ValueLayout.JAVA_INT, Datagram.LINK, failure.mtu);
        header.set(ValueLayout.JAVA_INT, Datagram.ERROR, errno(failure.kind));
        addresses(failure.remoteHi, failure.remoteLo, failure.reporterHi, failure.reporterLo);
        store(index, failure.quoted, failure.quotedAt, failure.quotedLength);
    }

    private static int errno(Failure.Kind kind) {
        return switch (kind) {
            case PORT_UNREACHABLE -> Errno.ECONNREFUSED;
            case PROTOCOL_UNREACHABLE -> Errno.ENOPROTOOPT;
            case NETWORK_UNREACHABLE -> Errno.ENETUNREACH;
            case PROHIBITED -> Errno.EACCES;
            case TOO_BIG -> Errno.EMSGSIZE;
            case PARAMETER -> Errno.EPROTO;
            case HOST_UNREACHABLE, HOPS_EXCEEDED, REASSEMBLY_EXCEEDED -> Errno.EHOSTUNREACH;
        };
    }
}
