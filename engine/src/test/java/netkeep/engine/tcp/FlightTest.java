package netkeep.engine.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import netkeep.sim.Rfc;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;

/// The scoreboard against one that remembers each octet.
class FlightTest {
    /// What is known of one octet.
    private static final class Octet {
        int sentUs;
        int marks;
    }

    /// Octets from SND.UNA to SND.NXT, and the rig under test.
    private static final class Model {
        final Rig rig;
        final List<Octet> octets = new ArrayList<>();
        int nowUs;

        Model(int una, int nowUs) {
            this.rig = Rig.at(una);
            this.nowUs = nowUs;
        }

        void send(int length) {
            int old = octets.size();
            rig.send(length, nowUs);
            for (int i = 0; i < length; i++) {
                Octet octet = new Octet();
                octet.sentUs = nowUs;
                octets.add(octet);
            }
            int last = rig.flight.start(rig.flow.runs() - 1) - rig.tcb.sndUna();
            if (last < old) {
                // No room for another run: the new octets share the last, which is neither held nor lost any more.
                int shared = octets.get(last).marks & Flight.RETRANSMITTED;
                octets.subList(last, octets.size()).forEach(octet -> octet.marks = shared);
            }
        }

        void acknowledge(int length) {
            Flight flight = rig.flight;
            int to = rig.tcb.sndUna() + length;
            while (rig.flow.runs() > 0 && Seq.notAfter(flight.end(0), to)) {
                int end = flight.end(0);
                flight.drop();
                rig.tcb.sndUna(end);
            }
            rig.tcb.sndUna(to);
            octets.subList(0, length).clear();
        }

        /// @return whether there was room to note it
        boolean mark(int from, int to, int mark) {
            int una = rig.tcb.sndUna();
            if (rig.flight.split(una + from) < 0 || rig.flight.split(una + to) < 0) {
                return false;
            }
            // The second split may have undone the first to make room: what lies across is left alone.
            for (int run = 0; run < rig.flow.runs(); run++) {
                int start = rig.flight.start(run) - una;
                int end = rig.flight.end(run) - una;
                if (start >= from && end <= to) {
                    rig.flight.mark(run, mark);
                    octets.subList(start, end).forEach(octet -> octet.marks |= mark);
                }
            }
            return true;
        }

        void sendAgain(int run) {
            int una = rig.tcb.sndUna();
            for (Octet octet : octets.subList(rig.flight.start(run) - una, rig.flight.end(run) - una)) {
                octet.sentUs = nowUs;
                octet.marks = Flight.RETRANSMITTED;
            }
            rig.flight.sentAgain(run, nowUs);
        }

        int pipe() {
            return (int) octets.stream()
                    .filter(octet -> (octet.marks & (Flight.SACKED | Flight.LOST)) == 0)
                    .count();
        }

        /// Compares octet by octet.
        void check(boolean exact) {
            int una = rig.tcb.sndUna();
            int at = una;
            for (int run = 0; run < rig.flow.runs(); run++) {
                assertEquals(at, rig.flight.start(run));
                assertEquals(rig.flight.end(run) - at, rig.flight.length(run));
                assertTrue(rig.flight.length(run) > 0);
                for (; at != rig.flight.end(run); at++) {
                    Octet octet = octets.get(at - una);
                    for (int mark : new int[] {Flight.SACKED, Flight.LOST, Flight.RETRANSMITTED}) {
                        assertEquals((octet.marks & mark) != 0, rig.flight.has(run, mark));
                    }
                    int later = rig.flight.sentUs(run) - octet.sentUs;
                    assertTrue(exact ? later == 0 : later >= 0, "sent " + later + " us later");
                }
            }
            assertEquals(rig.tcb.sndNxt(), at);
            assertEquals(pipe(), rig.flight.pipe());
        }
    }

    private static void step(Model model, RandomGenerator luck, int most) {
        model.nowUs += luck.nextInt(3);
        int size = model.octets.size();
        switch (luck.nextInt(5)) {
            case 0, 1 -> {
                if (model.rig.flow.runs() < most) {
                    model.send(1 + luck.nextInt(30));
                }
            }
            case 2 -> model.acknowledge(luck.nextInt(size / 2 + 1));
            case 3 -> {
                if (size > 2 && model.rig.flow.runs() < most) {
                    int from = luck.nextInt(size - 1);
                    int to = from + 1 + luck.nextInt(size - from);
                    model.mark(from, to, luck.nextBoolean() ? Flight.SACKED : Flight.LOST);
                }
            }
            default -> {
                int lost = model.rig.flight.first(Flight.LOST);
                if (lost >= 0) {
                    model.sendAgain(lost);
                }
            }
        }
    }

    @Rfc("2018 5 scoreboard")
    @Test
    void remembersEachOctetWhileThereIsRoom() {
        Seeds.each(1_000, luck -> {
            Model model = new Model(luck.nextInt(), luck.nextInt());
            for (int step = 0; step < 100; step++) {
                step(model, luck, Flow.MOST_RUNS - 2);
                model.check(true);
            }
        });
    }

    /// Where runs had to be joined an octet seems to have been sent later, never earlier; marks stay as they are.
    @Test
    void whenFullMarksStayAndInstantsOnlyGrow() {
        Seeds.each(1_000, luck -> {
            Model model = new Model(luck.nextInt(), luck.nextInt());
            for (int step = 0; step < 60; step++) {
                model.nowUs += luck.nextInt(3);
                model.send(1 + luck.nextInt(30));
                if (luck.nextInt(4) == 0) {
                    int from = luck.nextInt(model.octets.size());
                    model.mark(from, from + 1 + luck.nextInt(model.octets.size() - from), Flight.LOST);
                }
                assertTrue(model.rig.flow.runs() <= Flow.MOST_RUNS);
                model.check(false);
            }
        });
    }

    @Test
    void fullWithAlternatingMarksTakesNoMoreOfThem() {
        Model model = new Model(5, 7);
        for (int run = 0; run < Flow.MOST_RUNS; run++) {
            model.send(10);
            if (run % 2 == 0) {
                assertTrue(model.mark(10 * run, 10 * run + 10, Flight.SACKED));
            }
        }
        assertEquals(Flow.MOST_RUNS, model.rig.flow.runs());
        assertFalse(model.mark(2, 4, Flight.LOST));
        model.check(true);

        // New octets join the last run.
        model.nowUs++;
        model.send(10);
        assertEquals(Flow.MOST_RUNS, model.rig.flow.runs());
        model.check(false);
    }

    @Test
    void firstFindsTheFirst() {
        Model model = new Model(1, 1);
        for (int run = 0; run < 4; run++) {
            model.send(10);
        }
        assertEquals(-1, model.rig.flight.first(Flight.LOST));
        model.mark(20, 30, Flight.LOST);
        model.mark(10, 20, Flight.SACKED);
        assertEquals(2, model.rig.flight.first(Flight.LOST));
        assertEquals(1, model.rig.flight.first(Flight.SACKED));
    }
}
