package netkeep.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import netkeep.domain.Doorbell;
import netkeep.domain.Line;
import netkeep.domain.Shared;
import netkeep.domain.Word;
import netkeep.linux.Descriptors;
import netkeep.linux.Epoll;
import netkeep.linux.Sockets;
import netkeep.ring.FrameConsumer;
import netkeep.ring.PeerViolation;
import netkeep.ring.Region;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A link that dies between what it has read and what it shows loses no frame, but the one that it died of.
class DeadLinkTest {
    private static final Settings SETTINGS = new Settings(
            List.of("link 1"),
            0,
            true,
            List.of(new Settings.Device(Settings.TAP, "one", 1500, 0x02_00_00_00_00_01L, false, false, false)),
            List.of());

    private static final int LENGTH = 100;
    private static final int KILLED = 1;
    private static final int DIED = 2;

    /// A position in no line of a ring.
    private static final long LAST_LINE = (1 << 20) - 1;

    /// What a link throws at.
    private static final String POISON = "netkeep*";

    private final Arena arena = Arena.ofShared();
    private final Line[] lines = Line.pair();
    private final int[] device = Sockets.pair(Sockets.SOCK_SEQPACKET | Sockets.SOCK_NONBLOCK);
    private final Line wire = new Line(device[0]);
    private final int up = Shared.make("up", LinkRing.UP);
    private final int down = Shared.make("down", LinkRing.DOWN);
    private final int hand = Shared.make("hand", LinkHand.LENGTH);
    private final List<Integer> bells = new ArrayList<>();
    private FrameConsumer stack;

    @BeforeEach
    void begin() {
        System.setProperty("netkeep.poison", "true");
        stack = new LinkRing(
                        Shared.map(arena, Descriptors.duplicate(up), LinkRing.UP, false),
                        Shared.map(arena, Descriptors.duplicate(down), LinkRing.DOWN, true))
                .takes(LENGTH, 0);
    }

    @AfterEach
    void end() {
        System.clearProperty("netkeep.poison");
        wire.close();
        lines[0].close();
        lines[1].close();
        arena.close();
        for (int descriptor : new int[] {device[1], up, down, hand}) {
            Descriptors.close(descriptor);
        }
        bells.forEach(Descriptors::close);
    }

    private Domain link(int predecessor) {
        int[] bell = Doorbell.pair();
        bells.addAll(List.of(bell[0], bell[1], bell[2], bell[3]));
        Map<String, Integer> granted = new HashMap<>();
        granted.put(Grants.DEVICE + 1, Descriptors.duplicate(device[1]));
        granted.put(Grants.UP + 1, Descriptors.duplicate(up));
        granted.put(Grants.DOWN + 1, Descriptors.duplicate(down));
        granted.put(Grants.LINK_HAND + 1, Descriptors.duplicate(hand));
        granted.put(Grants.VOICE + 1, bell[Doorbell.VOICE]);
        granted.put(Grants.EAR + 1, bell[Doorbell.EAR]);
        Line theirs = new Line(Descriptors.duplicate(lines[1].descriptor()));
        return new Domain(theirs, new Grants(SETTINGS, granted, predecessor), new Epoll(8), arena);
    }

    /// A link that takes over.
    ///
    /// @return what it says of its predecessor, empty if there was none
    private String begun(Domain link, int predecessor) throws IOException {
        lines[0].send(new Word(Word.BEGIN, 0, "").octets());
        link.begin();
        return predecessor == 0 ? "" : Word.of(lines[0].receive().octets()).text();
    }

    /// A frame comes.
    private void comes(int number, String end) throws IOException {
        byte[] frame = new byte[LENGTH];
        byte[] last = end.getBytes(StandardCharsets.US_ASCII);
        frame[0] = (byte) number;
        System.arraycopy(last, 0, frame, LENGTH - last.length, last.length);
        wire.send(frame);
    }

    /// The frames that the stack sees by now.
    private List<Integer> shown() throws PeerViolation {
        List<Integer> shown = new ArrayList<>();
        for (long at = stack.take(); at != FrameConsumer.EMPTY; at = stack.take()) {
            assertEquals(LENGTH, stack.length());
            shown.add((int) stack.memory().get(ValueLayout.JAVA_BYTE, at));
        }
        stack.release();
        return shown;
    }

    private void dies() throws IOException, PeerViolation {
        Domain first = link(0);
        begun(first, 0);
        comes(1, "");
        first.turns(1);
        assertEquals(List.of(1), shown());
        comes(2, "");
        comes(3, "");
        comes(4, POISON);
        comes(5, "");
        assertThrows(IllegalStateException.class, () -> first.turns(1));
        assertEquals(List.of(), shown());
    }

    @Test
    void successorShowsAllButWhatItsPredecessorDiedOf() throws IOException, PeerViolation {
        dies();
        Domain second = link(DIED);

        String found = begun(second, DIED);

        assertTrue(found.contains("in hand: a frame of link 1, at "), found);
        assertEquals(List.of(2, 3), shown());
        second.turns(1);
        assertEquals(List.of(5), shown());
        Domain third = link(KILLED);
        assertEquals("round 0", begun(third, KILLED), "it was put aside for good");
        assertEquals(List.of(), shown());
    }

    /// Nobody says that it was the frame: it is looked at once more, and then it is known.
    @Test
    void whoWasKilledIsNotSaidToHaveDiedOfAFrame() throws IOException, PeerViolation {
        dies();
        assertThrows(IllegalStateException.class, () -> begun(link(KILLED), KILLED));
        assertEquals(List.of(), shown());
        Domain third = link(DIED);

        begun(third, DIED);

        third.turns(1);
        assertEquals(List.of(2, 3, 5), shown());
    }

    /// Whoever finds a ring in which it cannot go on has the stack look, before it dies of it: that asks for another
    /// one.
    @Test
    void stackIsWokenWhereAPredecessorLeftNonsense() throws IOException {
        link(0);
        Region own = Shared.map(arena, Descriptors.duplicate(up), LinkRing.UP, true);
        Region noted = Shared.map(arena, Descriptors.duplicate(hand), LinkHand.LENGTH, true);
        own.i64Release(0, LAST_LINE);
        noted.i64Release(0, LAST_LINE + (1 << 20));
        Domain next = link(KILLED);
        assertThrows(IndexOutOfBoundsException.class, () -> begun(next, KILLED));
        Doorbell ofStack = new Doorbell(bells.get(bells.size() - 2), bells.getLast());
        assertTrue(ofStack.silence());
        assertThrows(PeerViolation.class, this::shown);
    }
}
