package netkeep.control;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import netkeep.domain.Line;
import netkeep.domain.Word;
import netkeep.session.AddressMessage;
import netkeep.wire.Address;
import org.junit.jupiter.api.Test;

class AddressAskersTest {
    private static final Address FOUR = Address.parse("198.18.0.2");
    private static final Address SIX = Address.parse("fe80::1");
    private static final OwnAddresses SAID = new OwnAddresses(
            List.of(new AddressMessage.Link(0x024e_4b00_0001L, 1500), new AddressMessage.Link(0xFFFF_FFFF_FFFFL, 9000)),
            List.of(
                    new AddressMessage.Own(FOUR.hi(), FOUR.lo(), 1, 24, AddressMessage.PREFERRED),
                    new AddressMessage.Own(SIX.hi(), SIX.lo(), 2, 64, AddressMessage.TENTATIVE)));

    @Test
    void textIsReadAsItWasWritten() {
        assertTrue(OwnAddresses.is(SAID.text()));
        assertEquals(SAID, OwnAddresses.parse(SAID.text()));
        assertThrows(IllegalArgumentException.class, () -> OwnAddresses.parse(SAID.text() + "route 1\n"));
    }

    /// The stack may die with the question: it is asked again, once for all who wait.
    @Test
    void eachIsAnsweredOnceThoughTheStackDies() throws IOException {
        Line[] keeper = Line.pair();
        Line[] one = Line.pair();
        Line[] other = Line.pair();
        Questions questions = new Questions(keeper[0]);
        AddressAskers askers = new AddressAskers(questions);

        askers.again();
        assertEquals(Long.MAX_VALUE, questions.deadlineNs());
        askers.take(1, one[0]);
        askers.take(2, other[0]);
        assertEquals(1, questions.turn(0));
        assertArrayEquals(
                new Word(Word.ASK, 0, OwnAddresses.TITLE).octets(),
                keeper[1].receive().octets());
        assertNull(keeper[1].poll());
        askers.again();
        assertEquals(1, questions.turn(Word.PACE_NS));
        assertArrayEquals(
                new Word(Word.ASK, 0, OwnAddresses.TITLE).octets(),
                keeper[1].receive().octets());
        assertFalse(askers.told("ok"));
        assertNull(one[1].poll());

        assertTrue(askers.told(SAID.text()));
        for (Line asker : List.of(one[1], other[1])) {
            assertArrayEquals(
                    AddressMessage.answer(SAID.links(), SAID.addresses()),
                    asker.receive().octets());
            assertThrows(EOFException.class, asker::receive);
            asker.close();
        }
        assertTrue(askers.told(SAID.text()), "answered twice, the second for nobody");
        keeper[0].close();
        keeper[1].close();
    }

    @Test
    void whoAsksTooMuchIsRefusedAndNobodyElse() throws IOException {
        Line[] keeper = Line.pair();
        AddressAskers askers = new AddressAskers(new Questions(keeper[0]));
        List<Line> held = new ArrayList<>(List.of(keeper));
        Line[] last = keeper;
        for (int i = 0; i <= AddressAskers.MOST; i++) {
            last = Line.pair();
            held.add(last[1]);
            askers.take(1, last[0]);
        }
        assertThrows(EOFException.class, last[1]::receive);
        Line[] other = Line.pair();
        held.add(other[1]);
        askers.take(2, other[0]);

        assertTrue(askers.told(SAID.text()));
        assertArrayEquals(
                AddressMessage.answer(SAID.links(), SAID.addresses()),
                other[1].receive().octets());
        held.forEach(Line::close);
    }
}
