package netkeep.control;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import netkeep.domain.Line;
import netkeep.linux.Errno;
import netkeep.linux.Sockets;
import netkeep.session.Ask;

/// Those who ask about a daemon instead of being its clients: its owner, and root.
final class Askers {
    /// The most at a time.
    private static final int MOST = 16;

    private final int owner;
    private final BiConsumer<Integer, String> asked;

    /// By numbers that nobody had before: a late answer comes to nobody else.
    private final Map<Integer, Line> lines = new HashMap<>();

    private int next;

    /// @param owner the user that may ask
    /// @param asked takes an asker's number and the question
    Askers(int owner, BiConsumer<Integer, String> asked) {
        this.owner = owner;
        this.asked = asked;
    }

    /// Takes a guest who has asked; it is closed from here on.
    void take(Line guest, byte[] question) {
        int user = Sockets.peerUser(guest.descriptor());
        if (user != 0 && user != owner || lines.size() == MOST) {
            say(guest, Ask.answer(user == 0 || user == owner ? Errno.EAGAIN : Errno.EPERM, ""));
            guest.close();
            return;
        }
        int number = next++;
        lines.put(number, guest);
        asked.accept(number, Ask.text(question));
    }

    /// Looks who asks again, and who went.
    void look() {
        for (int number : List.copyOf(lines.keySet())) {
            Line line = lines.get(number);
            if (line != null) {
                look(number, line);
            }
        }
    }

    private void look(int number, Line line) {
        try {
            Line.Received received = line.poll();
            if (received == null) {
                return;
            }
            received.refuse();
            if (Ask.asks(received.octets())) {
                asked.accept(number, Ask.text(received.octets()));
                return;
            }
        } catch (IOException | RuntimeException gone) {
            // As one that says nonsense.
        }
        lines.remove(number);
        line.close();
    }

    void answer(int number, String text) {
        Line line = lines.get(number);
        if (line == null) {
            return;
        }
        byte[] answer;
        try {
            answer = Ask.answer(0, text);
        } catch (IllegalArgumentException tooLong) {
            answer = Ask.answer(Errno.EMSGSIZE, "");
        }
        // Who does not read its answers asks no more.
        if (!say(line, answer)) {
            lines.remove(number);
            line.close();
        }
    }

    private static boolean say(Line line, byte[] answer) {
        try {
            return line.offer(answer);
        } catch (IOException gone) {
            return false;
        }
    }
}
