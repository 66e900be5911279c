package netkeep.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import netkeep.control.Taken;
import netkeep.domain.Line;
import netkeep.domain.Shared;
import netkeep.domain.Word;
import netkeep.linux.Clock;
import netkeep.linux.Descriptors;
import netkeep.linux.Epoll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a control died of is not taken again, though it is said again.
class DeadControlTest {
    private static final Settings SETTINGS = new Settings(List.of("control"), 0, true, List.of(), List.of());
    private static final int[] NONE = {};
    private static final int KILLED = 1;
    private static final int DIED = 2;

    /// What servers and routers say of names, as a stack tells it to each control.
    private static final Word ADVICE =
            new Word(Word.TELL, 0, "name-advice\nname-server 198.18.0.1\nname-search example.netkeep!");

    @TempDir
    private Path directory;

    private final Arena arena = Arena.ofShared();
    private final Line[] keeper = Line.pair();
    private final Line[] own = Line.pair();
    private final int hand = Shared.make("hand", Taken.LENGTH);
    private int listener;

    @BeforeEach
    void begin() {
        System.setProperty("netkeep.poison", "true");
        listener = Line.listen(directory.resolve("session").toString());
    }

    @AfterEach
    void end() {
        System.clearProperty("netkeep.poison");
        for (Line line : List.of(keeper[0], keeper[1], own[0], own[1])) {
            line.close();
        }
        arena.close();
        Descriptors.close(listener);
        Descriptors.close(hand);
    }

    private ControlPart control(int predecessor) {
        Map<String, Integer> granted = new HashMap<>();
        granted.put(Grants.LISTENER, listener);
        granted.put(Grants.CONTROL_HAND, Descriptors.duplicate(hand));
        Grants grants = new Grants(SETTINGS, granted, predecessor);
        return new ControlPart(keeper[1], grants, own[0], new Clock(), new Watch(new Epoll(8), 0), arena);
    }

    @Test
    void adviceThatAControlDiedOfIsNotHeard() throws IOException {
        ControlPart first = control(0);
        assertEquals("", first.begin());
        assertTrue(first.heard(new Word(Word.NEWS, 0, "domain pid=1"), NONE));
        assertThrows(IllegalStateException.class, () -> first.heard(ADVICE, NONE));

        ControlPart second = control(DIED);
        // Words of the keeper come before it begins.
        assertTrue(second.heard(new Word(Word.NEWS, 0, "domain pid=2"), NONE));
        String found = second.begin();

        assertTrue(found.startsWith("control had in hand: a word of kind t, "), found);
        assertTrue(second.heard(ADVICE, NONE));
        ControlPart third = control(KILLED);
        assertEquals("", third.begin());
        assertTrue(third.heard(ADVICE, NONE), "nor by who comes behind it");
    }
}
