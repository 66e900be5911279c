package netkeep.engine.tcp;

import java.lang.foreign.MemorySegment;
import netkeep.engine.ip.Packet;
import netkeep.wire.TcpHeader;
import netkeep.wire.TcpOptions;

/// A segment that arrived, by RFC 9293's names. A reused object.
final class Segment {
    final TcpOptions options = new TcpOptions();
    int sourcePort;
    int destinationPort;
    int seq;
    int ack;

    /// As it stands in the header, not scaled.
    int wnd;

    /// Whether it came in a SYN, whose window is never scaled (RFC 7323 §2.2).
    private boolean ofASyn;

    int up;
    int flags;

    /// Octets of text.
    int text;

    /// Where the text begins, counted from the frame's begin.
    int textAt;

    /// Reads the segment in `packet`, whose header was checked.
    void read(Packet packet) {
        MemorySegment headers = packet.headers;
        int at = packet.upper;
        int headerLength = TcpHeader.headerLength(headers, at);
        sourcePort = TcpHeader.sourcePort(headers, at);
        destinationPort = TcpHeader.destinationPort(headers, at);
        seq = TcpHeader.seq(headers, at);
        ack = TcpHeader.ack(headers, at);
        wnd = TcpHeader.window(headers, at);
        up = TcpHeader.urgentPointer(headers, at);
        flags = TcpHeader.flags(headers, at);
        ofASyn = has(TcpHeader.SYN);
        text = packet.upperLength - headerLength;
        textAt = at + headerLength;
        options.read(headers, at, headerLength);
    }

    /// SEG.WND in octets.
    int window(int scale) {
        return ofASyn ? wnd : wnd << scale;
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /// SEG.LEN: text, SYN and FIN.
    int len() {
        return text + (has(TcpHeader.SYN) ? 1 : 0) + (has(TcpHeader.FIN) ? 1 : 0);
    }

    /// Leaves out the first `octets` of text.
    void trimFront(int octets) {
        seq += octets;
        text -= octets;
        textAt += octets;
    }
}
