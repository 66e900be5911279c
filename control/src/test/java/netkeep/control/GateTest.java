package netkeep.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import netkeep.domain.Line;
import netkeep.domain.Sandbox;
import netkeep.domain.Word;
import netkeep.linux.Descriptors;
import netkeep.linux.Epoll;
import netkeep.linux.Errno;
import netkeep.names.Hosts;
import netkeep.names.NameSettings;
import netkeep.session.Hello;
import netkeep.session.Hold;
import netkeep.session.Joining;
import netkeep.session.Terms;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GateTest {
    private static final int GUESTS = 40;

    @TempDir
    private Path directory;

    /// Were all taken that come meanwhile, whoever connects without end would hold up the stack.
    @Test
    void someAreTakenAtATime() throws IOException {
        String path = directory.resolve("session").toString();
        int listener = Line.listen(path);
        Line[] keeper = Line.pair();
        GatePlace.Watched watched = new GatePlace.Watched();
        NameService names =
                new NameService(keeper[0], 1, keeper[1], NameSettings.DEFAULT, Hosts.NONE, watched, () -> 0);
        Gate gate = new Gate(keeper[0], listener, 1, Terms.MOST.layout(), List.of(), user -> null, names, watched);
        List<Line> guests = new ArrayList<>();
        for (int guest = 0; guest < GUESTS; guest++) {
            guests.add(Line.to(path));
        }

        gate.ready(listener);
        int taken = watched.all.size() - 1;
        assertTrue(0 < taken && taken < GUESTS / 2, "taken " + taken);
        for (int round = 0; round < GUESTS; round++) {
            gate.ready(listener);
        }
        assertEquals(GUESTS, watched.all.size() - 1);

        guests.forEach(Line::close);
        watched.all.forEach(Descriptors::close);
        keeper[0].close();
        keeper[1].close();
    }

    /// It waits for a round of the loop less.
    @Test
    void whoHasGreetedIsLetInAsItIsAccepted() throws IOException {
        try (GatePlace place = new GatePlace(directory);
                Line one = place.comes();
                Line other = place.comes()) {
            assertTrue(place.keeper[0].unread());
            assertEquals(new Word(Word.WANT, 0, ""), place.heard());
            assertEquals(new Word(Word.WANT, 1, ""), place.heard());
            assertNull(one.poll());
            try (Line last = place.comes()) {
                Line.Received refusal = Objects.requireNonNull(last.poll());
                assertEquals(Errno.EMFILE, Hello.read(refusal.octets()).errno());
            }
            assertNull(other.poll());
        }
    }

    private static boolean isOver(Line line) {
        try {
            return line.poll() != null;
        } catch (IOException over) {
            return true;
        }
    }

    /// Else who comes first could keep all others out.
    @Test
    void aUserLeavesAnEighthOfTheSessionsToOthers() throws IOException {
        try (GatePlace place = new GatePlace(directory, 16)) {
            List<GatePlace.Guest> guests = new ArrayList<>();
            for (int number = 0; number < 14; number++) {
                guests.add(place.guest(number));
            }
            assertEquals(Errno.EMFILE, place.refusal());
            guests.forEach(guest -> guest.line.close());
        }
    }

    /// What dead programs owe to peers that read nothing would else keep their user's next one out.
    @Test
    void whoFindsNoPlaceHasThatOfTheFirstOfItsUsersDead() throws IOException {
        try (GatePlace place = new GatePlace(directory)) {
            GatePlace.Guest living = place.guest(0);
            GatePlace.Guest dead = place.guest(1);
            assertEquals(Errno.EMFILE, place.refusal());
            dead.dies();
            assertEquals(new Word(Word.LEAVE, 1, ""), place.heard());
            assertEquals(Long.MAX_VALUE, place.gate.deadlineNs());
            try (Line next = place.greets()) {
                assertNull(next.poll());
                assertEquals(1, place.gate.turn(place.gate.deadlineNs()));
                assertEquals(new Word(Word.ASK, 0, "left 1\n"), place.heard());
                // Its place is promised.
                assertEquals(Errno.EMFILE, place.refusal());
                // The stack has died of something else meanwhile.
                place.gate.news("");
                assertEquals(1, place.gate.turn(place.gate.deadlineNs()));
                assertEquals(new Word(Word.ASK, 0, "left 1\n"), place.heard());
                place.gate.news("");
                place.gate.over(1);
                assertTrue(place.keeper[0].unread());
                assertEquals(new Word(Word.WANT, 1, ""), place.heard());
                // The number is a living session's again.
                assertEquals(Long.MAX_VALUE, place.gate.deadlineNs());
                living.line.close();
            }
        }
    }

    /// Else the next session of that number, whoever's it is, would be given the regions of a dead one.
    @Test
    void whatWasDepositedIsNotTheNextSessions() throws IOException {
        try (GatePlace place = new GatePlace(directory)) {
            GatePlace.Guest one = place.guest(0);
            one.deposits();
            Line.Received joined = one.joins();
            assertEquals(Joining.DEPOSITED, joined.descriptors().length);
            joined.refuse();

            one.line.close();
            for (int descriptor : List.copyOf(place.watched.all)) {
                if (descriptor != place.listener) {
                    place.gate.ready(descriptor);
                }
            }
            assertEquals(new Word(Word.LEAVE, 0, ""), place.heard());
            place.gate.over(0);
            GatePlace.Guest next = place.guest(0);
            Line.Received none = next.joins();
            assertEquals(0, none.descriptors().length);
            assertEquals(Errno.ENOENT, Hello.read(none.octets()).errno());
            next.line.close();
        }
    }

    @Test
    void oneSessionDoesNotHoldAll() throws IOException {
        try (GatePlace place = new GatePlace(directory)) {
            GatePlace.Guest one = place.guest(0);
            GatePlace.Guest other = place.guest(1);
            List<Line> held = new ArrayList<>();
            do {
                held.add(one.holds(held.size()));
            } while (!isOver(held.getLast()) && held.size() < Sandbox.DESCRIPTORS);
            assertTrue(held.size() > 1_000 && held.size() <= Sandbox.DESCRIPTORS / 4, held.size() + " held");
            held.add(other.holds(1));
            assertFalse(isOver(held.getLast()));
            held.forEach(Line::close);
            one.line.close();
            other.line.close();
        }
    }

    /// Of what control has sent the kernel holds so much at most.
    @Test
    void whatNobodyReceivesIsHeldStill() throws IOException {
        try (GatePlace place = new GatePlace(directory)) {
            GatePlace.Guest guest = place.guest(0);
            guest.deposits();
            List<Line> joined = new ArrayList<>();
            int most = Sandbox.DESCRIPTORS / 4 / (1 + Joining.DEPOSITED);
            do {
                joined.add(guest.asks(Joining.join()));
            } while (place.watched.all.size() == 2 + joined.size() && joined.size() <= most);
            assertTrue(most / 2 < joined.size() && joined.size() <= most, joined.size() + " joined");
            assertTrue(isOver(joined.removeLast()));

            for (Line line : joined) {
                line.receive().refuse();
            }
            for (int again = 0; again < most / 2; again++) {
                Line.Received received = guest.joins();
                assertEquals(Joining.DEPOSITED, received.descriptors().length);
                received.refuse();
            }
            joined.forEach(Line::close);
            guest.line.close();
        }
    }

    @Test
    void whatIsGivenBackAndNotReceivedIsHeldStill() throws IOException {
        try (GatePlace place = new GatePlace(directory)) {
            GatePlace.Guest guest = place.guest(0);
            List<Line> lines = new ArrayList<>();
            int most = Sandbox.DESCRIPTORS / 4 / 2;
            int given = 0;
            int watched = 0;
            do {
                lines.add(guest.holds(given));
                watched = place.watched.all.size();
                lines.add(guest.asks(new Hold(given, 1).back()));
                given++;
            } while (place.watched.all.size() < watched && given <= most);
            assertTrue(most / 2 < given && given <= most, given + " given back");
            for (int one = 1; one < given; one++) {
                Line.Received received = lines.get(2 * one - 1).receive();
                assertEquals(1, received.descriptors().length);
                received.refuse();
            }
            guest.asks(new Hold(given - 1, 1).back()).close();
            assertEquals(2, place.watched.all.size());
            lines.forEach(Line::close);
            guest.line.close();
        }
    }

    /// Whoever is cut off could begin again, and leave as much behind once more.
    @Test
    void whoLeavesMuchUnreceivedGetsNoSessionAgain() throws IOException {
        try (GatePlace place = new GatePlace(directory)) {
            List<Line> joined = new ArrayList<>();
            for (int session = 0; session < 2; session++) {
                GatePlace.Guest guest = place.guest(0);
                guest.deposits();
                for (int count = 0; count <= InFlight.MOST_LEFT / Joining.DEPOSITED; count++) {
                    joined.add(guest.asks(Joining.join()));
                    if (session == 0) {
                        joined.getLast().receive().refuse();
                    }
                }
                place.gate.cut(0);
                assertEquals(new Word(Word.LEAVE, 0, ""), place.heard());
                place.gate.over(0);
                guest.line.close();
            }
            assertEquals(Errno.EMFILE, place.refusal());
            // Nobody can receive it any more.
            joined.forEach(Line::close);
            try (Line again = place.greets()) {
                assertNull(again.poll());
            }
        }
    }

    /// It cannot be passed a connection when it has too much to read, or as much is in flight as may be.
    @Test
    void whoCannotBeWantedIsRefused() throws IOException {
        try (GatePlace place = new GatePlace(directory)) {
            GatePlace.Guest guest = place.guest(0);
            int words = 0;
            while (place.keeper[0].offer(new Word(Word.ALIVE, 0, "").octets())) {
                words++;
            }
            assertEquals(Errno.EMFILE, place.refusal());
            for (; words > 0; words--) {
                place.heard();
            }
            place.guest(1).line.close();
            guest.line.close();
        }
    }

    /// What else can be waited for may be a file whose owner answers when he likes.
    @Test
    void onlySocketsAreWatched() throws IOException {
        try (GatePlace place = new GatePlace(directory)) {
            GatePlace.Guest guest = place.guest(0);
            List<Integer> before = List.copyOf(place.watched.all);
            Epoll epoll = new Epoll(1);
            guest.says(new Hold(1, 1).octets(), epoll.descriptor());
            guest.says(Joining.join(), epoll.descriptor());
            assertEquals(before, place.watched.all);
            epoll.close();
            Line end = guest.holds(1);
            assertEquals(before.size() + 1, place.watched.all.size());
            end.close();
            guest.line.close();
        }
    }

    /// Whoever closes what came with them may wait for long: that is for who closes what nobody wants.
    @Test
    void descriptorsWithoutAnOctetEndNothing() throws IOException {
        try (GatePlace place = new GatePlace(directory);
                Epoll epoll = new Epoll(1)) {
            GatePlace.Guest guest = place.guest(0);
            guest.says(new byte[0], epoll.descriptor());
            Line end = guest.holds(1);
            end.send(new byte[0], epoll.descriptor());
            place.gate.ready(place.watched.all.getLast());
            assertFalse(isOver(end));
            end.close();
            guest.line.close();
        }
    }

    /// What a client says that it had may be any numbers: what the stack does not answer is asked again and again.
    @Test
    void noMoreIsAskedThanASessionHasSockets() throws IOException {
        try (GatePlace place = new GatePlace(directory)) {
            GatePlace.Guest guest = place.guest(0);
            int sockets = Terms.MOST.layout().sockets();
            int watched = place.watched.all.size();
            guest.holds(sockets).close();
            assertEquals(watched, place.watched.all.size());
            for (int life = 0; life < sockets + 10; life++) {
                guest.asks(new Hold(sockets - 1, life).octets()).close();
                place.gate.ready(place.watched.all.getLast());
            }
            int asked = 0;
            while (place.gate.deadlineNs() != Long.MAX_VALUE) {
                place.gate.turn(place.gate.deadlineNs());
                asked += (int) place.heard().text().lines().count();
            }
            assertEquals(sockets, asked);
            guest.line.close();
        }
    }

    /// Else what it sends would be closed later and later, and at last nobody's be taken.
    @Test
    void whoSendsWhatDoesNotCloseIsCutOff() throws IOException {
        try (GatePlace place = new GatePlace(directory);
                Foreign stuck = Foreign.stuck();
                Epoll epoll = new Epoll(1)) {
            GatePlace.Guest one = place.guest(0);
            GatePlace.Guest other = place.guest(1);
            one.line.send(new byte[1], stuck.descriptor());
            stuck.letGo();
            place.gate.ready(one.descriptor);
            int[] many = new int[Line.MOST_DESCRIPTORS];
            Arrays.fill(many, epoll.descriptor());
            Line.Received word = null;
            for (int sent = 0; word == null && sent < Refused.MOST; sent += many.length) {
                one.says(new byte[1], many);
                word = place.keeper[1].poll();
            }
            Word left = Word.of(Objects.requireNonNull(word, "is not cut off").octets());
            assertEquals(Word.LEAVE, left.kind());
            assertEquals(0, left.number());
            assertFalse(left.text().isEmpty());
            assertTrue(isOver(one.line));
            other.says(new byte[1], many);
            assertFalse(isOver(other.line));
            assertNull(place.keeper[1].poll());
            other.line.close();
        }
    }

    /// A client can close what is held as often as it likes: its keeper hears of all of them at once.
    @Test
    void whatWasLeftIsAskedTogether() throws IOException {
        try (GatePlace place = new GatePlace(directory)) {
            GatePlace.Guest guest = place.guest(0);
            for (int socket = 1; socket <= 3; socket++) {
                guest.holds(socket).close();
                place.gate.ready(place.watched.all.getLast());
            }
            assertEquals(1, place.gate.turn(1));
            assertEquals(new Word(Word.ASK, 0, "left 0 1 1\nleft 0 2 1\nleft 0 3 1\n"), place.heard());
            assertEquals(Long.MAX_VALUE, place.gate.deadlineNs());
            guest.holds(4).close();
            place.gate.ready(place.watched.all.getLast());
            assertEquals(0, place.gate.turn(2));
            assertEquals(1, place.gate.turn(place.gate.deadlineNs()));
            assertEquals(new Word(Word.ASK, 0, "left 0 4 1\n"), place.heard());
            // The stack has answered the first three, and died.
            place.gate.answer(0, "left 0 1 1\nleft 0 2 1\nleft 0 3 1");
            place.gate.news("");
            assertEquals(1, place.gate.turn(place.gate.deadlineNs()));
            assertEquals(new Word(Word.ASK, 0, "left 0 4 1\n"), place.heard());
            guest.line.close();
        }
    }
}
