package netkeep.names;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import netkeep.ring.PeerViolation;
import netkeep.session.Datagram;
import netkeep.session.SessionLayout;
import netkeep.wire.Address;
import netkeep.wire.DnsMessage;
import netkeep.wire.Octets;
import org.jspecify.annotations.Nullable;

/// A socket of a session, used for one exchange after the other.
final class CarrierSocket {
    static final int UDP = 17;
    static final int TCP = 6;

    /// How far it is.
    enum Step {
        FREE,
        BINDING,
        CONNECTING,
        ESTABLISHING,
        OPEN,
        CLOSING
    }

    private static final int MOST_DRAWS = 8;
    private static final int MOST_TICKETS = 0xFFFF;

    /// Octets of the length before a message of a stream.
    private static final int LENGTH = 2;

    private final Words words;
    private final int number;
    private Step step = Step.FREE;
    private int exchange;
    private NameServer server = new NameServer(Address.v4(1), DnsMessage.PORT);
    private boolean stream;
    private byte[] query = {};
    private int life;
    private int ticket;
    private int draws;
    private Address from = Address.UNSPECIFIED;
    private int fromPort;

    /// What came of a stream so far.
    private byte[] gathered = {};

    private long sndTail;
    private long sndBase;
    private long rcvHead;
    private long toldWake = -1;
    private boolean read;
    private boolean error;

    CarrierSocket(Words words, int number) {
        this.words = words;
        this.number = number;
    }

    int number() {
        return number;
    }

    int exchange() {
        return exchange;
    }

    NameServer server() {
        return server;
    }

    boolean stream() {
        return stream;
    }

    Step step() {
        return step;
    }

    /// Whether it can be used: what was closed is free once its life has grown.
    boolean free() {
        if (step == Step.CLOSING && words.theirs.i32Acquire(words.stack(number) + SessionLayout.LIFE) != life) {
            step = Step.FREE;
        }
        return step == Step.FREE;
    }

    void begin(int of, NameServer where, boolean overStream, byte[] message) {
        exchange = of;
        server = where;
        stream = overStream;
        query = message;
        life = words.theirs.i32Acquire(words.stack(number) + SessionLayout.LIFE);
        draws = 0;
        gathered = new byte[0];
        from = where.address();
        fromPort = where.port();
        toldWake = -1;
        error = false;
    }

    /// @return a ticket for what is asked now, which is none of the last one's
    int asks(Step what) {
        step = what;
        ticket = ticket == MOST_TICKETS ? 1 : ticket + 1;
        return ticket;
    }

    void goesOn(Step next) {
        step = next;
    }

    void ends() {
        step = Step.CLOSING;
    }

    boolean mayDrawAgain() {
        return ++draws < MOST_DRAWS;
    }

    /// The answer to what was asked last: 0 or an errno; -1 if it has not come.
    int answer() {
        int answer = words.theirs.i32Acquire(words.stack(number) + SessionLayout.ANSWER);
        return answer >>> 16 == ticket ? answer & 0xFFFF : -1;
    }

    /// Lays the query down.
    ///
    /// @return false if there is no room, which there is in a fresh socket
    boolean send() {
        int length = stream ? LENGTH + query.length : Datagram.room(query.length);
        long stack = words.stack(number);
        if (words.theirs.i64Acquire(stack + SessionLayout.SND_EDGE) - sndTail < length) {
            return false;
        }
        if (words.theirs.i64Acquire(stack + SessionLayout.SND_HEAD) == sndTail) {
            sndBase = sndTail;
            words.ours.i64(words.client(number) + SessionLayout.SND_BASE, sndBase);
        }
        MemorySegment message = MemorySegment.ofArray(new byte[length]);
        int at = stream ? LENGTH : Datagram.HEADER;
        if (stream) {
            // RFC 7766 §8: length and message in one write.
            Octets.u16(message, 0, query.length);
        } else {
            message.set(JAVA_INT.withByteAlignment(1), Datagram.LENGTH, query.length);
        }
        MemorySegment.copy(MemorySegment.ofArray(query), 0, message, at, query.length);
        words.write(number, sndTail, sndBase, message, length);
        sndTail += length;
        words.ours.i64Release(words.client(number) + SessionLayout.SND_TAIL, sndTail);
        return true;
    }

    /// What came.
    ///
    /// @return null if nothing is there yet, or it is an [#error]
    @Nullable
    MemorySegment receive() throws PeerViolation {
        long stack = words.stack(number);
        long ready = words.theirs.i64Acquire(stack + SessionLayout.RCV_TAIL) - rcvHead;
        if (ready < 0 || ready > words.layout.capacity()) {
            throw new PeerViolation("rcv.tail of socket " + number);
        }
        if (ready == 0) {
            return stream ? whole() : null;
        }
        long base = words.theirs.i64(stack + SessionLayout.RCV_BASE);
        return stream ? octets((int) Math.min(ready, DnsMessage.LONGEST), base) : datagram(ready, base);
    }

    private @Nullable MemorySegment octets(int ready, long base) {
        int before = gathered.length;
        gathered = Arrays.copyOf(gathered, before + ready);
        words.read(number, rcvHead, base, MemorySegment.ofArray(gathered), before, ready);
        taken(ready);
        return whole();
    }

    private @Nullable MemorySegment whole() {
        if (gathered.length < LENGTH) {
            return null;
        }
        MemorySegment all = MemorySegment.ofArray(gathered);
        int length = Octets.u16(all, 0);
        if (gathered.length < LENGTH + length) {
            return null;
        }
        gathered = all.asSlice(LENGTH + length).toArray(JAVA_BYTE);
        return all.asSlice(LENGTH, length);
    }

    private @Nullable MemorySegment datagram(long ready, long base) throws PeerViolation {
        MemorySegment header = MemorySegment.ofArray(new byte[Datagram.HEADER]);
        if (ready >= Datagram.HEADER) {
            words.read(number, rcvHead, base, header, 0, Datagram.HEADER);
        }
        int length = ready < Datagram.HEADER ? -1 : header.get(JAVA_INT.withByteAlignment(1), Datagram.LENGTH);
        if (length < 0 || length > DnsMessage.LONGEST || Datagram.room(length) > ready) {
            throw new PeerViolation("a datagram of " + length + " octets in " + ready);
        }
        fromPort = header.get(JAVA_SHORT.withByteAlignment(1), Datagram.PORT) & 0xFFFF;
        from = Address.of(
                header.get(JAVA_LONG.withByteAlignment(1), Datagram.REMOTE),
                header.get(JAVA_LONG.withByteAlignment(1), Datagram.REMOTE + 8));
        error = header.get(JAVA_INT.withByteAlignment(1), Datagram.ERROR) != 0;
        MemorySegment message = MemorySegment.ofArray(new byte[length]);
        words.read(number, rcvHead + Datagram.HEADER, base, message, 0, length);
        taken(Datagram.room(length));
        return error ? null : message;
    }

    /// Whether somebody said that the server is not to be reached.
    boolean error() {
        return error;
    }

    private void taken(int octets) {
        rcvHead += octets;
        words.ours.i64Release(words.client(number) + SessionLayout.RCV_HEAD, rcvHead);
        // Either the stack sees the head above after it has set rcv.wake, or this sees rcv.wake.
        VarHandle.fullFence();
        long wake = words.theirs.i64Opaque(words.stack(number) + SessionLayout.RCV_WAKE);
        if (stream && wake != toldWake && rcvHead >= wake) {
            toldWake = wake;
            read = true;
        }
    }

    /// Whether the peer is to be told of room, once.
    boolean mustSayRead() {
        boolean must = read;
        read = false;
        return must;
    }

    /// Who sent what came last; of a stream its server.
    Address from() {
        return from;
    }

    int fromPort() {
        return fromPort;
    }
}
