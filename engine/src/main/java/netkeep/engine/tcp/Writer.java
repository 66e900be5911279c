package netkeep.engine.tcp;

import java.lang.foreign.MemorySegment;
import netkeep.engine.ip.Ip;
import netkeep.engine.ip.Path;
import netkeep.engine.ledger.Counter;
import netkeep.engine.ledger.Counters;
import netkeep.engine.ledger.Outgoing;
import netkeep.engine.socket.Endpoint;
import netkeep.engine.socket.Sockets;
import netkeep.ring.Pieces;
import netkeep.wire.Checksum;
import netkeep.wire.IpProtocol;
import netkeep.wire.TcpHeader;
import netkeep.wire.TcpOptions;
import netkeep.wire.VirtioNetHeader;

/// Lays a segment down among the outgoing frames: headers in the frame's head, text where it lies in the send ring.
///
/// [#open], then [#options], [#text] if there is any, and [#write], which sends it on its way.
final class Writer {
    private static final int ECN_CAPABLE = 2;

    final TcpOptions options = new TcpOptions();

    /// Whether the packet is ECN-capable (RFC 3168); [#open] clears it.
    boolean capable;

    private final Ip ip;
    private final Outgoing outgoing;
    private final Counters counters;
    private Path path;
    private int localPort;
    private int remotePort;
    private int trafficClass;
    private int hops;
    private Pieces pieces;
    private int segmentSize;

    Writer(Ip ip, Outgoing outgoing, Counters counters) {
        this.ip = ip;
        this.outgoing = outgoing;
        this.counters = counters;
        this.path = new Path();
        this.pieces = new Pieces();
    }

    /// Begins a segment of a connection. Only while `outgoing` has room.
    void open(Endpoint from, Path way) {
        open(way, from.localPort(), from.remotePort(), from.trafficClass(), from.hops());
    }

    /// Begins a segment that no connection sends.
    void open(Path way, int local, int remote, int traffic, int hopLimit) {
        path = way;
        localPort = local;
        remotePort = remote;
        trafficClass = traffic & ~3;
        hops = hopLimit;
        capable = false;
        segmentSize = 0;
        ip.label(way, IpProtocol.TCP, local, remote);
        pieces = outgoing.pieces();
        // The head goes first; its length is known when the options are.
        pieces.add(outgoing.heads(), outgoing.head(), 0);
    }

    /// Adds `length` octets of text from the send ring; more than `mss` of them are cut by the link.
    void text(Sockets sockets, Endpoint from, long position, int length, int mss) {
        sockets.rings().pieces(from, position, length, pieces);
        segmentSize = length > mss ? mss : 0;
    }

    /// Lays down the headers and sends the segment.
    ///
    /// @param wnd  as it stands in the header
    /// @param text octets of text that were added
    void write(int seq, int ack, int flags, int wnd, int up, int text, long nowNs) {
        MemorySegment head = outgoing.heads();
        long at = outgoing.head();
        int optionsLength = options.length();
        int headerLength = TcpHeader.LENGTH + optionsLength;
        int length = headerLength + text;
        int traffic = capable ? trafficClass | ECN_CAPABLE : trafficClass;
        int upper = ip.headers(path, head, at, IpProtocol.TCP, length, traffic, hops, true);
        long header = at + upper;
        TcpHeader.write(head, header, localPort, remotePort, seq, ack, headerLength, flags, wnd, up);
        options.write(head, header + TcpHeader.LENGTH);
        pieces.length[0] = upper + headerLength;
        seal(head, at, header, upper, headerLength, length);
        counters.add(Counter.TcpOutSegs, segmentSize == 0 ? 1 : (text + segmentSize - 1) / segmentSize);
        ip.send(path, pieces, nowNs);
    }

    private void seal(MemorySegment head, long at, long header, int upper, int headerLength, int length) {
        long pseudo = Checksum.pseudo(
                path.sourceHi, path.sourceLo, path.destinationHi, path.destinationLo, IpProtocol.TCP, length);
        if (!path.checksums) {
            TcpHeader.seal(head, header, sumOfText(pseudo));
            return;
        }
        TcpHeader.partial(head, header, pseudo);
        int start = upper - VirtioNetHeader.LENGTH;
        int type = VirtioNetHeader.GSO_NONE;
        if (segmentSize != 0) {
            type = path.v6 ? VirtioNetHeader.GSO_TCPV6 : VirtioNetHeader.GSO_TCPV4;
        }
        VirtioNetHeader.write(
                head,
                at,
                VirtioNetHeader.NEEDS_CSUM,
                type,
                segmentSize == 0 ? 0 : start + headerLength,
                segmentSize,
                start,
                TcpHeader.CHECKSUM_OFFSET);
    }

    private long sumOfText(long pseudo) {
        long sum = pseudo;
        boolean odd = false;
        for (int i = 1; i < pieces.count; i++) {
            MemorySegment memory = pieces.memory[i];
            sum = odd
                    ? Checksum.addOdd(sum, memory, pieces.at[i], pieces.length[i])
                    : Checksum.add(sum, memory, pieces.at[i], pieces.length[i]);
            odd ^= (pieces.length[i] & 1) != 0;
        }
        return sum;
    }
}
