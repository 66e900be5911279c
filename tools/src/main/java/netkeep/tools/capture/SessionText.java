package netkeep.tools.capture;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import netkeep.placement.Crossing;
import netkeep.ring.CaptureReader;
import netkeep.ring.CaptureWriter;
import netkeep.session.Event;
import netkeep.session.Request;
import netkeep.wire.Address;
import netkeep.wire.IpProtocol;

/// What crossed the boundary of a session, read and in words.
///
/// @param what     a constant of [Crossing]
/// @param position of the first octet in its stream
/// @param who      talks to whom
/// @param text     as a line tells it
record SessionText(int what, int session, int socket, long position, Crossing who, String text) {
    /// Of what was read last.
    static SessionText of(CaptureReader read) {
        MemorySegment data = read.data();
        int word = data.get(ValueLayout.JAVA_INT_UNALIGNED, 0);
        int session = word >>> 16;
        int socket = data.get(ValueLayout.JAVA_INT_UNALIGNED, 4);
        long position = data.get(ValueLayout.JAVA_LONG_UNALIGNED, 8);
        Crossing who = new Crossing();
        who.session(data, 0, read.captured(), read.way() == CaptureWriter.UP);
        String text = switch (word & 0xFF) {
            case Crossing.REQUEST -> request(read, who);
            case Crossing.EVENT -> "event " + event(read);
            default -> octets(who, position, read.original());
        };
        String begin = "session " + session + " socket " + Integer.toUnsignedString(socket) + " ";
        return new SessionText(word & 0xFF, session, socket, position, who, begin + text);
    }

    private static String octets(Crossing who, long position, int length) {
        String protocol = who.protocol() == IpProtocol.UDP ? "udp " : "tcp ";
        return protocol + FrameText.end(who.source(), who.sourcePort()) + " > "
                + FrameText.end(who.target(), who.targetPort()) + ": octets " + position + ":" + (position + length)
                + ", length " + length;
    }

    private static String request(CaptureReader read, Crossing who) {
        MemorySegment data = read.data();
        int there = read.captured() - Crossing.SESSION_HEAD;
        if (there < Request.B + Long.BYTES) {
            return "request";
        }
        int op = data.get(ValueLayout.JAVA_BYTE, Crossing.SESSION_HEAD + Request.OP) & 0xFF;
        long a = data.get(ValueLayout.JAVA_LONG_UNALIGNED, Crossing.SESSION_HEAD + Request.A);
        long b = data.get(ValueLayout.JAVA_LONG_UNALIGNED, Crossing.SESSION_HEAD + Request.B);
        return switch (op) {
            case Request.OPEN -> "open " + (a == IpProtocol.UDP ? "udp" : "tcp");
            case Request.BIND -> "bind " + FrameText.end(who.source(), who.sourcePort());
            case Request.LISTEN -> "listen " + a;
            case Request.CONNECT -> "connect " + FrameText.end(who.target(), who.targetPort());
            case Request.SEND -> "send";
            case Request.READ -> "read";
            case Request.SHUTDOWN -> "shutdown " + a;
            case Request.CLOSE -> a == 1 ? "abort" : "close";
            case Request.OPTION -> "option " + a + "=" + b;
            case Request.ACCEPTED -> "accepted";
            case Request.URGENT -> "urgent " + a;
            case Request.JOIN -> "join " + address(data);
            case Request.LEAVE -> "leave " + address(data);
            default -> "request " + op;
        };
    }

    private static String address(MemorySegment data) {
        long at = Crossing.SESSION_HEAD + Request.ADDRESS;
        return Address.print(
                data.get(ValueLayout.JAVA_LONG_UNALIGNED, at), data.get(ValueLayout.JAVA_LONG_UNALIGNED, at + 8));
    }

    private static String event(CaptureReader read) {
        if (read.captured() < Crossing.SESSION_HEAD + Long.BYTES) {
            return "";
        }
        long event = read.data().get(ValueLayout.JAVA_LONG_UNALIGNED, Crossing.SESSION_HEAD);
        StringBuilder text = new StringBuilder();
        int what = Event.what(event);
        text.append((what & Event.READ) != 0 ? "read " : "");
        text.append((what & Event.WRITE) != 0 ? "write " : "");
        text.append((what & Event.ACCEPT) != 0 ? "accept " + Event.child(event) + " " : "");
        text.append((what & Event.ANSWER) != 0 ? "answer " : "");
        text.append((what & Event.STATE) != 0 ? "state " : "");
        return text.toString().strip();
    }
}
