package netkeep.bench.micro;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import netkeep.wire.EthernetHeader;
import netkeep.wire.Ipv4Header;
import netkeep.wire.TcpHeader;
import netkeep.wire.VirtioNetHeader;

/// A peer of one engine that is no engine: its segments are octets laid down beforehand, of which a few numbers change.
/// So what is measured is the one engine's work.
final class CannedPeer {
    private static final int IP = VirtioNetHeader.LENGTH + EthernetHeader.LENGTH;
    private static final int TCP = IP + Ipv4Header.LENGTH;
    private static final long SEQ = TCP + 4;
    private static final long ACK = TCP + 8;
    /// Behind two octets of padding, and kind and length.
    private static final long ECHO = TCP + TcpHeader.LENGTH + 8;

    private static final int HEADERS = TCP + TcpHeader.LENGTH + 12;
    private static final ValueLayout.OfInt I32 = JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private static final ValueLayout.OfShort U16 = JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    final EnginePair pair;
    private final EnginePair.End engine;
    private final MemorySegment data;
    private final MemorySegment acknowledgment;
    private final int length;
    private final int echo;
    private final long beganNs;
    private int seq;
    private int ack;

    /// @param length of the payload of its data segments
    CannedPeer(int length) {
        this.length = length;
        this.pair = new EnginePair(true);
        this.engine = pair.server;
        pair.client.send(1);
        MemorySegment sample = pair.capture();
        if (sample.byteSize() != HEADERS + 1) {
            throw new AssertionError("a segment of " + sample.byteSize());
        }
        seq = sample.get(I32, SEQ) + 1;
        ack = sample.get(I32, ACK);
        echo = sample.get(I32, ECHO);
        beganNs = pair.nowNs();
        data = frame(sample, length);
        acknowledgment = frame(sample, 0);
    }

    private static MemorySegment frame(MemorySegment sample, int length) {
        MemorySegment frame = Arena.ofAuto().allocate(HEADERS + length, 64);
        MemorySegment.copy(sample, 0, frame, 0, HEADERS);
        VirtioNetHeader.clear(frame, 0);
        // As a link says whose device has looked at the checksums.
        frame.set(ValueLayout.JAVA_BYTE, 0, (byte) VirtioNetHeader.DATA_VALID);
        frame.set(U16, IP + 2L, (short) (HEADERS - IP + length));
        Ipv4Header.seal(frame, IP);
        return frame;
    }

    private void number(MemorySegment frame) {
        frame.set(I32, SEQ, seq);
        frame.set(I32, ACK, ack);
        long agoMs = TimeUnit.NANOSECONDS.toMillis(pair.nowNs() - beganNs);
        frame.set(I32, ECHO, echo + (int) agoMs);
    }

    /// The peer's next data segment arrives, with an acknowledgment of all that it has acknowledged so far.
    void sends() {
        number(data);
        seq += length;
        engine.arrives(data, HEADERS + length);
    }

    /// The peer acknowledges so many octets more.
    ///
    /// @param alone in a segment of its own; else with its next data
    void acknowledges(int octets, boolean alone) {
        ack += octets;
        if (alone) {
            number(acknowledgment);
            engine.arrives(acknowledgment, HEADERS);
        }
    }
}
