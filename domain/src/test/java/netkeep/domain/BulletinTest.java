package netkeep.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import netkeep.linux.Epoll;
import netkeep.ring.Layouts;
import org.junit.jupiter.api.Test;

class BulletinTest {
    private final Bulletin bulletin = new Bulletin();

    private Optional<String> next() {
        return bulletin.next(Stream.of("domain\n"));
    }

    @Test
    void whatWasToldIsNotToldAgain() {
        assertEquals(Optional.of("domain\n"), next());
        assertEquals(Optional.empty(), next());
        bulletin.cut("session=1", "a\nreason");
        assertEquals(Optional.of("domain\ncut session=1 reason=a reason\n"), next());
        assertEquals(Optional.empty(), next());
    }

    @Test
    void someThatWereCutOffAreRemembered() {
        for (int i = 0; i < 100; i++) {
            bulletin.cut("session=" + i, "");
        }
        List<String> lines = next().orElseThrow().lines().toList();
        assertEquals(17, lines.size());
        assertEquals("cut session=99 reason=", lines.getLast());
    }

    @Test
    void processOfAnotherNumberIsKilledAndTheReasonIsTold() {
        int number = Layouts.version();
        Spawned life = Spawned.start(List.of("sleep", "1000"), new Epoll(1));
        try {
            bulletin.introduced(life, new Build(number, "a"));
            assertEquals(0, bulletin.pauseNs());
            assertEquals(Optional.of("domain\n"), next());

            bulletin.introduced(life, new Build(number + 1, "b"));

            assertTrue(life.failed());
            String why = "version b lays memory out as number " + (number + 1) + ", and what runs as number " + number
                    + ": put a program of number " + number + " back, or end what runs and start it anew";
            assertEquals(Optional.of("domain\nrefused pid=" + life.process() + " reason=" + why + "\n"), next());
            assertTrue(bulletin.pauseNs() > 0);
        } finally {
            life.kill();
            life.await();
            life.close();
        }
    }

    @Test
    void buildIsReadAsItIsSaid() {
        Build own = Build.own();
        assertNull(own.refusal());
        assertEquals(own, Build.parse(own.text()));
        assertTrue(own.version().matches("\\d+\\.\\d+\\S*"), own.version());
        assertEquals(new Build(7, "a?b?=c"), Build.parse("7 a\nb\u001b=c"));
        for (String none : List.of("", "7", "x y", "7 a b", "7 " + "a".repeat(65))) {
            assertThrows(IllegalArgumentException.class, () -> Build.parse(none), none);
        }
    }
}
