package netkeep.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import netkeep.domain.Doorbell;
import netkeep.domain.Line;
import netkeep.linux.Descriptors;
import netkeep.names.Hosts;
import netkeep.names.NameSettings;
import netkeep.session.Terms;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GateTest {
    private static final int GUESTS = 40;

    @TempDir
    private Path directory;

    /// What is watched, in the order of its coming.
    private static final class Watched implements Gate.Watch {
        private final List<Integer> all = new ArrayList<>();

        @Override
        public void add(int descriptor) {
            all.add(descriptor);
        }

        @Override
        public void remove(int descriptor) {
            all.remove(Integer.valueOf(descriptor));
        }

        @Override
        public void hear(Doorbell bell) {
            add(bell.ear());
        }
    }

    /// Were all taken that come meanwhile, whoever connects without end would hold up the stack.
    @Test
    void someAreTakenAtATime() throws IOException {
        String path = directory.resolve("session").toString();
        int listener = Line.listen(path);
        Line[] keeper = Line.pair();
        Watched watched = new Watched();
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
}
