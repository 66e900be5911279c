package netkeep.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import netkeep.domain.Doorbell;
import netkeep.domain.Line;
import netkeep.names.Hosts;
import netkeep.names.NameServer;
import netkeep.names.NameSettings;
import netkeep.names.Resolver;
import netkeep.session.NameMessage;
import org.junit.jupiter.api.Test;

class NameServiceTest {
    private static final int FIRST = 1;
    private static final int TURNS = 10;
    private static final long NOW = TimeUnit.HOURS.toNanos(1);

    private static final Gate.Watch NOBODY = new Gate.Watch() {
        @Override
        public void add(int descriptor) {}

        @Override
        public void remove(int descriptor) {}

        @Override
        public void hear(Doorbell bell) {}
    };

    private static NameMessage.Answer ask(NameService names, String name, int version) throws IOException {
        List<byte[]> answers = new ArrayList<>();
        byte[] question = question(name);
        question[Integer.BYTES] = (byte) version;
        names.ask(0, question, answers::add);
        for (int turn = 0; turn < TURNS && answers.isEmpty(); turn++) {
            names.turn(names.deadlineNs());
        }
        assertEquals(1, answers.size());
        assertEquals(version, NameMessage.version(answers.getFirst()));
        return NameMessage.readAnswer(answers.getFirst());
    }

    /// A control died of what a server said of it, and would again: the next one asks for it in a while.
    @Test
    void nameThatIsRefusedIsNotAskedFor() throws IOException {
        Line[] keeper = Line.pair();
        NameSettings asks = NameSettings.DEFAULT.with(List.of(NameServer.parse("198.18.0.1")), List.of());
        Taken before = Taken.unseen();
        before.refuse("bad.example", NOW);
        long[] nowNs = {NOW};
        NameService names = new NameService(keeper[0], 1, keeper[1], asks, Hosts.NONE, NOBODY, () -> nowNs[0]);
        names.notes(before);

        assertEquals(
                NameMessage.TRY_AGAIN,
                ask(names, "bad.example", NameMessage.VERSION).status());
        assertEquals(Resolver.NEVER, names.deadlineNs(), "nothing is under way");
        nowNs[0] = NOW + TimeUnit.MINUTES.toNanos(6);
        names.ask(0, question("bad.example"), answer -> {});
        assertTrue(names.deadlineNs() < Resolver.NEVER);

        keeper[0].close();
        keeper[1].close();
    }

    private static byte[] question(String name) {
        return NameMessage.question(new NameMessage.Question(7, NameMessage.IPV4, 0, 0, name));
    }

    /// Who has another resolver uses that then; but what the hosts file says holds.
    @Test
    void whoHasNoServerSaysSo() throws IOException {
        Line[] keeper = Line.pair();
        NameService names = new NameService(
                keeper[0], 1, keeper[1], NameSettings.DEFAULT, new Hosts("198.18.0.9 printer\n"), NOBODY, () -> 0);

        assertEquals(
                NameMessage.NOBODY,
                ask(names, "one.example", NameMessage.VERSION).status());
        assertEquals(
                NameMessage.TRY_AGAIN, ask(names, "one.example", FIRST).status(), "the first version knows no better");
        assertEquals(
                NameMessage.FOUND, ask(names, "printer", NameMessage.VERSION).status());
        assertEquals(
                NameMessage.NO_NAME,
                ask(names, "one.invalid", NameMessage.VERSION).status());
        byte[] later = NameMessage.question(new NameMessage.Question(7, NameMessage.IPV4, 0, 0, "one"));
        later[Integer.BYTES] = NameMessage.VERSION + 1;
        assertFalse(NameMessage.is(later));

        keeper[0].close();
        keeper[1].close();
    }
}
