package netkeep.engine.udp;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import netkeep.engine.ip.Path;
import netkeep.engine.ledger.Counter;
import netkeep.engine.ledger.Hand;
import netkeep.engine.socket.Attachment;
import netkeep.engine.socket.Endpoint;
import netkeep.engine.socket.Errno;
import netkeep.ring.Pieces;
import netkeep.session.Datagram;
import netkeep.wire.Address;
import netkeep.wire.Checksum;
import netkeep.wire.IpProtocol;
import netkeep.wire.Ipv4Header;
import netkeep.wire.UdpHeader;
import netkeep.wire.VirtioNetHeader;

/// The way of a datagram out: from its socket's ring.
final class Sending {
    /// Datagrams that a socket sends before others have their turn.
    private static final int TURN = 32;

    /// Frames that one datagram may take.
    private static final int FRAGMENTS = 128;

    private static final int LONGEST_4 = 65535 - Ipv4Header.LENGTH - UdpHeader.LENGTH;
    private static final int LONGEST_6 = 65535 - UdpHeader.LENGTH;

    // The checksum's place in a UDP header.
    private static final int CHECKSUM = 6;

    /// What became of an attempt to send.
    enum Outcome {
        SENT,
        NO_ROOM,
        /// Its session has sent what it may by now.
        AHEAD,
        BROKEN
    }

    private final Udp udp;
    private final Endpoint socket;
    private final MemorySegment header;
    // Scratch of one datagram.
    private final Path path = new Path();
    private final Pieces parts = new Pieces();
    private long remoteHi;
    private long remoteLo;
    private int remotePort;

    Sending(Udp udp) {
        this.udp = udp;
        this.socket = udp.socket;
        this.header = udp.header;
    }

    /// @param most frames, of all sockets
    void transmit(int most, long nowNs) {
        int end = udp.outgoing.room() - most;
        for (int waiting = udp.ready.count(); waiting > 0; waiting--) {
            int index = udp.ready.take();
            udp.hand.works(index, Hand.Work.SENDS);
            udp.sockets.read(index, socket);
            if (socket.kind() != Endpoint.DATAGRAMS || socket.sndHead() == socket.sndEnd()) {
                continue;
            }
            Outcome outcome = drain(index, Math.min(TURN, udp.outgoing.room() - end), nowNs);
            if (outcome == Outcome.AHEAD) {
                udp.pace.holds(socket, nowNs);
            } else if (outcome != Outcome.BROKEN && socket.sndHead() != socket.sndEnd()) {
                udp.ready.add(index);
            }
            if (outcome == Outcome.NO_ROOM || udp.outgoing.room() <= end) {
                return;
            }
        }
    }

    /// Sends a turn's worth of a socket.
    Outcome drain(int index, long nowNs) {
        return drain(index, TURN, nowNs);
    }

    private Outcome drain(int index, int most, long nowNs) {
        Outcome outcome = Outcome.SENT;
        for (int i = 0; i < most && outcome == Outcome.SENT && socket.sndHead() != socket.sndEnd(); i++) {
            outcome = next(index, nowNs);
        }
        return outcome;
    }

    /// Sends the first datagram of the ring.
    private Outcome next(int index, long nowNs) {
        udp.sockets.open(index, socket);
        if (!udp.sockets.attachment(socket).sends.may(nowNs)) {
            return Outcome.AHEAD;
        }
        long head = socket.sndHead();
        long ready = socket.sndEnd() - head;
        if (ready < Datagram.HEADER) {
            return broken("a datagram of " + ready + " octets");
        }
        parts.clear();
        udp.sockets.rings().pieces(socket, head, Datagram.HEADER, parts);
        // Read once: the client may still write there.
        parts.gather(header, 0);
        int length = header.get(ValueLayout.JAVA_INT, Datagram.LENGTH);
        if (length < 0 || length > LONGEST_6 || Datagram.room(length) > ready) {
            return broken("a datagram of " + length + " octets in " + ready);
        }
        Outcome outcome = Outcome.SENT;
        int errno = way(nowNs);
        if (errno == 0) {
            errno = fits(length);
        }
        if (errno == 0) {
            outcome = lay(head + Datagram.HEADER, length, nowNs);
        }
        if (outcome == Outcome.SENT) {
            socket.sndHead(head + Datagram.room(length));
            if (errno != 0) {
                udp.report(index, errno, remoteHi, remoteLo, remotePort);
            }
        }
        return outcome;
    }

    private Outcome broken(String what) {
        udp.sockets.attachment(socket).broken(what);
        return Outcome.BROKEN;
    }

    /// Finds where the datagram goes.
    ///
    /// @return 0 or an errno
    private int way(long nowNs) {
        remotePort = header.get(ValueLayout.JAVA_SHORT, Datagram.PORT) & 0xFFFF;
        remoteHi = header.get(ValueLayout.JAVA_LONG, Datagram.REMOTE);
        remoteLo = header.get(ValueLayout.JAVA_LONG, Datagram.REMOTE + 8);
        if (remotePort == 0) {
            if (!socket.has(Endpoint.CONNECTED)) {
                return Errno.EDESTADDRREQ;
            }
            remoteHi = socket.remoteHi();
            remoteLo = socket.remoteLo();
            remotePort = socket.remotePort();
        }
        boolean v4 = Address.isV4(remoteHi, remoteLo);
        if (v4 ? socket.has(Endpoint.V6_ONLY) : socket.has(Endpoint.V4_ONLY)) {
            return Errno.EAFNOSUPPORT;
        }
        long sourceHi = header.get(ValueLayout.JAVA_LONG, Datagram.LOCAL);
        long sourceLo = header.get(ValueLayout.JAVA_LONG, Datagram.LOCAL + 8);
        if (Address.isUnspecified(sourceHi, sourceLo)) {
            sourceHi = socket.localHi();
            sourceLo = socket.localLo();
        }
        if (!Address.isUnicast(sourceHi, sourceLo)) {
            // Bound to a group, or to none: the source is chosen.
            sourceHi = 0;
            sourceLo = v4 ? Address.V4 : 0;
        } else if (Address.isV4(sourceHi, sourceLo) != v4) {
            return Errno.ENETUNREACH;
        }
        int link = header.get(ValueLayout.JAVA_INT, Datagram.LINK);
        boolean group = Address.isMulticast(remoteHi, remoteLo);
        if (link == 0) {
            link = group && socket.multicastLink() != 0 ? socket.multicastLink() : socket.scope();
        }
        if (link < 0 || !udp.ip.path(path, sourceHi, sourceLo, remoteHi, remoteLo, link, nowNs)) {
            return Errno.ENETUNREACH;
        }
        if (path.broadcast && !socket.has(Endpoint.BROADCAST)) {
            return Errno.EACCES;
        }
        path.loop &= !group || !socket.has(Endpoint.NO_MULTICAST_LOOP);
        Attachment attachment = udp.sockets.attachment(socket);
        boolean may = udp.ip
                .filter()
                .lets(
                        IpProtocol.UDP,
                        path.sourceHi,
                        path.sourceLo,
                        socket.localPort(),
                        remoteHi,
                        remoteLo,
                        remotePort,
                        attachment.number,
                        attachment.user,
                        nowNs);
        return may ? 0 : Errno.EACCES;
    }

    private int fits(int length) {
        if (length > (path.v6 ? LONGEST_6 : LONGEST_4)) {
            return Errno.EMSGSIZE;
        }
        int whole = path.loop ? 2 : 1;
        int most = socket.has(Endpoint.DONT_FRAGMENT) ? whole : FRAGMENTS;
        return udp.ip.frames(path, UdpHeader.LENGTH + length) > most ? Errno.EMSGSIZE : 0;
    }

    private Outcome lay(long position, int length, long nowNs) {
        int upperLength = UdpHeader.LENGTH + length;
        int frames = udp.ip.frames(path, upperLength);
        if (udp.outgoing.room() < frames) {
            return Outcome.NO_ROOM;
        }
        boolean cut = frames > (path.loop ? 2 : 1);
        MemorySegment head = udp.outgoing.heads();
        long at = udp.outgoing.head();
        udp.ip.label(path, IpProtocol.UDP, socket.localPort(), remotePort);
        // RFC 8085 §3.2: routers never fragment what fits; what does not, this host cuts itself.
        int upper = udp.ip.headers(path, head, at, IpProtocol.UDP, upperLength, trafficClass(), hops(), !cut);
        Pieces pieces = udp.outgoing.pieces();
        pieces.add(head, at, upper + UdpHeader.LENGTH);
        udp.sockets.rings().pieces(socket, position, length, pieces);
        long sum = Checksum.pseudo(
                path.sourceHi, path.sourceLo, path.destinationHi, path.destinationLo, IpProtocol.UDP, upperLength);
        if (path.checksums && !cut) {
            UdpHeader.writePartial(head, at + upper, socket.localPort(), remotePort, upperLength, sum);
            int start = upper - VirtioNetHeader.LENGTH;
            VirtioNetHeader.write(
                    head, at, VirtioNetHeader.NEEDS_CSUM, VirtioNetHeader.GSO_NONE, 0, 0, start, CHECKSUM);
        } else {
            UdpHeader.write(head, at + upper, socket.localPort(), remotePort, upperLength, sum(sum, pieces));
        }
        udp.sockets.attachment(socket).sends.spend(upperLength, nowNs);
        boolean v6 = path.v6;
        if (udp.ip.send(path, pieces, nowNs)) {
            udp.counters.add(v6 ? Counter.Udp6OutDatagrams : Counter.UdpOutDatagrams);
        }
        return Outcome.SENT;
    }

    /// Continues a sum over the payload, piece by piece.
    private static long sum(long from, Pieces pieces) {
        long sum = from;
        boolean odd = false;
        for (int i = 1; i < pieces.count; i++) {
            sum = odd
                    ? Checksum.addOdd(sum, pieces.memory[i], pieces.at[i], pieces.length[i])
                    : Checksum.add(sum, pieces.memory[i], pieces.at[i], pieces.length[i]);
            odd ^= (pieces.length[i] & 1) != 0;
        }
        return sum;
    }

    private int trafficClass() {
        int told = header.get(ValueLayout.JAVA_BYTE, Datagram.TRAFFIC_CLASS) & 0xFF;
        return told != 0 ? told : socket.trafficClass();
    }

    private int hops() {
        int told = header.get(ValueLayout.JAVA_BYTE, Datagram.HOPS) & 0xFF;
        if (told != 0) {
            return told;
        }
        if (!path.multicast) {
            return socket.hops();
        }
        // RFC 1112 §6.1: 1 by default, and 0 for what is to stay within this host.
        return socket.multicastHops() == 0 ? -1 : socket.multicastHops();
    }
}
