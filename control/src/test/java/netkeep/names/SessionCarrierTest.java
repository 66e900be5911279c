package netkeep.names;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import netkeep.ring.Consumer;
import netkeep.ring.PeerViolation;
import netkeep.ring.Producer;
import netkeep.ring.Region;
import netkeep.session.Datagram;
import netkeep.session.Event;
import netkeep.session.Request;
import netkeep.session.SessionLayout;
import netkeep.session.Status;
import netkeep.sim.Rfc;
import netkeep.sim.Seeds;
import netkeep.wire.Address;
import org.junit.jupiter.api.Test;

/// A carrier over a session whose other side the test is.
class SessionCarrierTest {
    private static final SessionLayout LAYOUT = new SessionLayout(32, 64, 64, 8192);
    private static final NameServer SERVER = NameServer.parse("198.18.0.1");
    private static final int EADDRINUSE = 98;
    private static final byte[] QUERY = {1, 2, 3};

    private final Region client = new Region(Arena.ofAuto().allocate(LAYOUT.clientLength(), 8));
    private final Region stack = new Region(Arena.ofAuto().allocate(LAYOUT.stackLength(), 8));
    private final Consumer requests = new Consumer(
            stack,
            LAYOUT.requestsConsumer(),
            client,
            SessionLayout.producer(),
            LAYOUT.requests(),
            SessionLayout.REQUEST,
            0);
    private final Producer events = new Producer(
            stack, SessionLayout.producer(), client, LAYOUT.eventsConsumer(), LAYOUT.events(), SessionLayout.EVENT, 0);
    private final List<String> told = new ArrayList<>();
    private final List<byte[]> messages = new ArrayList<>();
    private final SessionCarrier carrier =
            new SessionCarrier(client, stack, LAYOUT, Seeds.luck(1), new SessionCarrier.Brought() {
                @Override
                public void arrives(int exchange, Address from, int port, byte[] octets, long nowNs) {
                    told.add(exchange + " from " + from + " port " + port);
                    messages.add(octets);
                    if (octets.length == 0 || octets[0] != 0) {
                        carrier().close(exchange);
                    }
                }

                @Override
                public void failed(int exchange, long nowNs) {
                    told.add(exchange + " failed");
                    carrier().close(exchange);
                }
            });

    private int socket;
    private int ticket;
    private int port;

    private SessionCarrier carrier() {
        return carrier;
    }

    /// The next request, or 0.
    private int request() throws PeerViolation {
        carrier.publish();
        long at = requests.take();
        if (at == Consumer.EMPTY) {
            return 0;
        }
        requests.release();
        socket = client.i32(at + Request.SOCKET);
        ticket = client.u16(at + Request.TICKET);
        port = client.u16(at + Request.PORT);
        return client.u8(at + Request.OP);
    }

    private void tell(int what) throws PeerViolation {
        stack.i64(events.free(), Event.of(what, socket, 0));
        events.give();
        events.publish();
        carrier.turn(0);
    }

    private void answer(int errno) throws PeerViolation {
        long words = LAYOUT.stackWords(socket);
        stack.i64(words + SessionLayout.SND_EDGE, client.i64(LAYOUT.clientWords(socket)) + 4096);
        stack.i32(words + SessionLayout.ANSWER, ticket << 16 | errno);
        tell(Event.ANSWER);
    }

    private void opened() throws PeerViolation {
        assertEquals(Request.OPEN, request());
        assertEquals(Request.BIND, request());
        answer(0);
        assertEquals(Request.CONNECT, request());
        assertEquals(53, port);
        answer(0);
        assertEquals(Request.SEND, request());
    }

    /// Puts octets into the socket's receive ring, whose base is 0.
    private void comes(byte[] octets) throws PeerViolation {
        long words = LAYOUT.stackWords(socket);
        long tail = stack.i64(words + SessionLayout.RCV_TAIL);
        for (int i = 0; i < octets.length; i++) {
            stack.u8(LAYOUT.receiveRings() + LAYOUT.place(socket, LAYOUT.offset(tail + i, 0)), octets[i]);
        }
        stack.i64(words + SessionLayout.RCV_TAIL, tail + octets.length);
        tell(Event.READ);
    }

    private static byte[] datagram(int error, byte... payload) {
        MemorySegment all = MemorySegment.ofArray(new long[(Datagram.room(payload.length) + 7) / 8]);
        Region region = new Region(all);
        region.i32(Datagram.LENGTH, payload.length);
        region.u16(Datagram.PORT, 53);
        region.i32(Datagram.ERROR, error);
        region.i64(Datagram.REMOTE + 8, SERVER.address().lo());
        for (int i = 0; i < payload.length; i++) {
            region.u8(Datagram.HEADER + i, payload[i]);
        }
        return all.toArray(ValueLayout.JAVA_BYTE);
    }

    @Test
    void datagramGoesAndItsAnswerComes() throws PeerViolation {
        assertTrue(carrier.open(7, SERVER, false, QUERY));
        opened();
        long ring = LAYOUT.sendRings() + LAYOUT.place(socket, 0);
        assertEquals(3, client.i32(ring + Datagram.LENGTH));
        assertEquals(0x030201, client.i32(ring + Datagram.HEADER) & 0xFFFFFF);
        comes(datagram(0, (byte) 9, (byte) 8));
        assertEquals(List.of("7 from 198.18.0.1 port 53"), told);
        assertArrayEquals(new byte[] {9, 8}, messages.getFirst());
        assertEquals(Request.CLOSE, request());
        // The same socket once it is free.
        stack.i32(LAYOUT.stackWords(socket) + SessionLayout.LIFE, 1);
        int before = socket;
        assertTrue(carrier.open(8, SERVER, false, QUERY));
        opened();
        assertEquals(before, socket);
        comes(datagram(111));
        assertEquals("8 failed", told.getLast());
    }

    @Rfc("5452 9.2 port")
    @Test
    void portsAreDrawnAndDrawnAgainWhereSomebodyHasThem() throws PeerViolation {
        Set<Integer> ports = new HashSet<>();
        for (int i = 0; i < 12; i++) {
            assertTrue(carrier.open(i + 1, SERVER, false, QUERY));
            assertEquals(Request.OPEN, request());
            for (int draw = 0; draw < 7; draw++) {
                assertEquals(Request.BIND, request());
                assertTrue(port >= 1024, "port " + port);
                ports.add(port);
                answer(EADDRINUSE);
            }
            assertTrue(told.isEmpty());
            assertEquals(Request.BIND, request());
            answer(EADDRINUSE);
            assertEquals(i + 1 + " failed", told.removeFirst());
            assertEquals(Request.CLOSE, request());
        }
        assertTrue(ports.size() > 80, ports.size() + " ports");
        assertTrue(ports.stream().anyMatch(drawn -> drawn > 50_000)
                && ports.stream().anyMatch(drawn -> drawn < 20_000));
    }

    @Rfc({"1035 4.2.2 length", "7766 8 length"})
    @Test
    void streamHasTheLengthBeforeAMessage() throws PeerViolation {
        assertTrue(carrier.open(7, SERVER, true, QUERY));
        assertEquals(Request.OPEN, request());
        assertEquals(Request.CONNECT, request());
        answer(0);
        assertEquals(0, request());
        stack.i32(LAYOUT.stackWords(socket) + SessionLayout.STATUS, Status.OPEN | Status.CONNECTED);
        tell(Event.STATE);
        assertEquals(Request.SEND, request());
        assertEquals(0x0201_0300, client.i32(LAYOUT.sendRings() + LAYOUT.place(socket, 0)));
        comes(new byte[] {0});
        comes(new byte[] {3, 9});
        assertTrue(told.isEmpty());
        comes(new byte[] {8, 7, 5});
        assertArrayEquals(new byte[] {9, 8, 7}, messages.getFirst());
    }

    @Test
    void streamThatEndsBeforeItsMessageFails() throws PeerViolation {
        assertTrue(carrier.open(7, SERVER, true, QUERY));
        assertEquals(Request.OPEN, request());
        assertEquals(Request.CONNECT, request());
        answer(0);
        stack.i32(LAYOUT.stackWords(socket) + SessionLayout.STATUS, Status.OPEN | Status.CONNECTED);
        tell(Event.STATE);
        comes(new byte[] {0, 9, 9});
        stack.i32(LAYOUT.stackWords(socket) + SessionLayout.STATUS, Status.OPEN | Status.CONNECTED | Status.READ_END);
        tell(Event.READ);
        assertEquals(List.of("7 failed"), told);
    }

    @Test
    void thereAreSoManySocketsAndNoMore() {
        int count = 0;
        while (carrier.open(count + 1, SERVER, false, QUERY)) {
            count++;
        }
        assertEquals(14, count);
        assertTrue(carrier.open(100, SERVER, true, QUERY));
        assertTrue(carrier.open(101, SERVER, true, QUERY));
        assertFalse(carrier.open(102, SERVER, true, QUERY));
    }

    @Test
    void stackThatWritesNonsenseIsLeft() throws PeerViolation {
        assertTrue(carrier.open(7, SERVER, false, QUERY));
        opened();
        stack.i64(LAYOUT.stackWords(socket) + SessionLayout.RCV_TAIL, 1 << 20);
        tell(Event.READ);
        assertTrue(carrier.broken());
        assertFalse(carrier.open(8, SERVER, false, QUERY));
        assertTrue(carrier.maySleep());
    }
}
