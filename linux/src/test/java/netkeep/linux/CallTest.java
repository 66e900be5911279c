package netkeep.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CallTest {
    private final Call call = new Call();
    private final Arena arena = Arena.ofConfined();
    private final int[] pair = Sockets.pair(Sockets.SOCK_SEQPACKET | Sockets.SOCK_NONBLOCK);

    @AfterEach
    void close() {
        Descriptors.close(pair[0]);
        Descriptors.close(pair[1]);
        arena.close();
    }

    @Test
    void whatIsWrittenInPiecesIsReadAsOne() {
        MemorySegment memory = octets(1, 2, 3, 4, 5, 6, 0, 0, 0, 0);
        Vector pieces = new Vector(2);
        pieces.add(memory, 4, 2);
        pieces.add(memory, 0, 3);

        assertEquals(5, call.writev(pair[0], pieces));
        assertEquals(5, call.read(pair[1], memory, 3, 7));
        assertArrayEquals(new byte[] {1, 2, 3, 5, 6, 1, 2, 3, 0, 0}, memory.toArray(JAVA_BYTE));
    }

    @Test
    void whatIsWrittenAsOneIsReadInPieces() {
        MemorySegment memory = octets(1, 2, 3, 0, 0, 0);
        Vector pieces = new Vector(2);
        pieces.add(memory, 5, 1);
        pieces.add(memory, 3, 2);

        assertEquals(3, call.write(pair[0], memory, 0, 3));
        assertEquals(3, call.readv(pair[1], pieces));
        assertArrayEquals(new byte[] {1, 2, 3, 2, 3, 1}, memory.toArray(JAVA_BYTE));
    }

    @Test
    void failureIsANegativeErrno() {
        MemorySegment memory = octets(0);

        assertEquals(-Errno.EAGAIN, call.read(pair[0], memory, 0, 1));
        assertEquals(-Errno.EBADF, call.read(-1, memory, 0, 1));
    }

    @Test
    void kernelNeverSeesMemoryOutsideTheBounds() {
        MemorySegment memory = octets(1, 2, 3);

        assertThrows(IndexOutOfBoundsException.class, () -> call.read(pair[0], memory, 1, 3));
        assertThrows(IndexOutOfBoundsException.class, () -> call.write(pair[0], memory, -1, 2));
        assertThrows(IndexOutOfBoundsException.class, () -> new Vector(1).add(memory, 3, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> call.futexWake(memory, 0, 1));
    }

    @Test
    void heapAndReadOnlyMemoryAreRefused() {
        MemorySegment heap = MemorySegment.ofArray(new byte[8]);
        MemorySegment fixed = octets(1, 2).asReadOnly();

        assertThrows(IllegalArgumentException.class, () -> call.write(pair[0], heap, 0, 8));
        assertThrows(IllegalArgumentException.class, () -> call.read(pair[0], fixed, 0, 2));
        assertThrows(IllegalArgumentException.class, () -> new Vector(1).addWritable(fixed, 0, 2));
        assertEquals(2, call.write(pair[0], fixed, 0, 2));
    }

    @Test
    void fullVectorTakesNoMore() {
        Vector pieces = new Vector(1);
        MemorySegment memory = octets(1, 2);
        pieces.add(memory, 0, 1);

        assertThrows(IllegalStateException.class, () -> pieces.add(memory, 1, 1));
    }

    @Test
    void futexDoesNotSleepOnAWordThatChanged() {
        MemorySegment word = arena.allocate(JAVA_INT);
        word.set(JAVA_INT, 0, 7);

        assertEquals(-Errno.EAGAIN, call.futexWait(word, 0, 6, Poller.NEVER));
        assertEquals(-Errno.ETIMEDOUT, call.futexWait(word, 0, 7, 1));
        assertEquals(0, call.futexWake(word, 0, 1));
    }

    @Test
    void descriptorsTravelWithAMessage() {
        MemorySegment data = octets(42);
        Message sent = new Message(1, 64);
        sent.vector().add(data, 0, 1);
        int event = Descriptors.eventfd();
        sent.rights(event, pair[0]);
        assertEquals(1, call.sendmsg(pair[0], sent, 0));

        Message received = new Message(1, 64);
        received.vector().add(data, 0, 1);
        assertEquals(1, call.recvmsg(pair[1], received, Sockets.MSG_CMSG_CLOEXEC));
        int[] descriptors = received.rights();
        assertEquals(2, descriptors.length);

        try (Bell ours = new Bell(event);
                Bell theirs = new Bell(descriptors[0])) {
            ours.ring();
            assertEquals(true, theirs.silence());
            assertEquals(false, theirs.silence());
        }
        Descriptors.close(descriptors[1]);
    }

    @Test
    void messageWithoutRightsHasNone() {
        MemorySegment data = octets(42);
        Message message = new Message(1, 64);
        message.vector().add(data, 0, 1);
        message.plain();
        assertEquals(1, call.sendmsg(pair[0], message, 0));
        assertEquals(1, call.recvmsg(pair[1], message, 0));

        assertEquals(0, message.rights().length);
        assertEquals(0, message.flags() & Sockets.MSG_TRUNC);
    }

    private MemorySegment octets(int... octets) {
        MemorySegment memory = arena.allocate(octets.length);
        for (int index = 0; index < octets.length; index++) {
            memory.set(JAVA_BYTE, index, (byte) octets[index]);
        }
        return memory;
    }
}
