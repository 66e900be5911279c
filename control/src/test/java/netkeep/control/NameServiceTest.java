package netkeep.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import netkeep.domain.Doorbell;
import netkeep.domain.Line;
import netkeep.names.Hosts;
import netkeep.names.NameSettings;
import netkeep.session.NameMessage;
import org.junit.jupiter.api.Test;

class NameServiceTest {
    private static final int FIRST = 1;
    private static final int TURNS = 10;

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
        byte[] question = NameMessage.question(new NameMessage.Question(7, NameMessage.IPV4, 0, 0, name));
        question[Integer.BYTES] = (byte) version;
        names.ask(0, question, answers::add);
        for (int turn = 0; turn < TURNS && answers.isEmpty(); turn++) {
            names.turn(names.deadlineNs());
        }
        assertEquals(1, answers.size());
        assertEquals(version, NameMessage.version(answers.getFirst()));
        return NameMessage.readAnswer(answers.getFirst());
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
