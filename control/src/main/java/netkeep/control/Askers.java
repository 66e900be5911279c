package netkeep.control;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import netkeep.domain.Line;
import netkeep.linux.Errno;
import netkeep.linux.Sockets;
import netkeep.session.Ask;

/// Those who ask about a daemon instead of being its clients: its owner, and root.
final class Askers {
    /// The most at a time.
    private static final int MOST = 16;

    /// Takes an asker's number and the question.
    interface Asked {
        void accept(int number, String question) throws IOException;
    }

    private final int owner;
    private final Gate.Watch watch;
    private final Consumer<byte[]> said;
    private final Asked asked;

    /// By numbers that nobody had before: a late answer comes to nobody else.
    private final Map<Integer, Line> lines = new HashMap<>();

    /// Their numbers by their descriptors.
    private final Map<Integer, Integer> numbers = new HashMap<>();

    /// Begins anywhere: an answer to one of a predecessor's askers is for nobody here.
    private int next = new SecureRandom().nextInt();

    /// @param owner the user that may ask
    /// @param said  sees what they say before anything of it is looked at, but for the first
    Askers(int owner, Gate.Watch watch, Consumer<byte[]> said, Asked asked) {
        this.said = said;
        this.owner = owner;
        this.watch = watch;
        this.asked = asked;
    }

    /// Takes a guest who has asked, and who is watched.
    void take(Line guest, byte[] question) throws IOException {
        int user = Sockets.peerUser(guest.descriptor());
        boolean may = user == 0 || user == owner;
        if (!may || lines.size() == MOST) {
            say(guest, Ask.answer(may ? Errno.EAGAIN : Errno.EPERM, ""));
            watch.remove(guest.descriptor());
            guest.close();
            return;
        }
        int number = next++;
        lines.put(number, guest);
        numbers.put(guest.descriptor(), number);
        asked.accept(number, Ask.text(question));
    }

    /// Something came over a descriptor, which may be one of theirs.
    void ready(int descriptor) throws IOException {
        Integer number = numbers.get(descriptor);
        Line line = number == null ? null : lines.get(number);
        if (number == null || line == null) {
            return;
        }
        byte[] octets = {};
        try {
            Line.Received received = line.pollOctets();
            if (received == null) {
                return;
            }
            octets = received.octets();
        } catch (IOException | RuntimeException gone) {
            // As one that says nonsense.
        }
        said.accept(octets);
        if (Ask.asks(octets)) {
            asked.accept(number, Ask.text(octets));
        } else {
            drop(number);
        }
    }

    private void drop(int number) {
        Line line = lines.remove(number);
        if (line != null) {
            numbers.remove(line.descriptor());
            watch.remove(line.descriptor());
            line.close();
        }
    }

    /// @param descriptors that go with it, and stay open here
    void answer(int number, String text, int... descriptors) {
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
        if (!say(line, answer, descriptors)) {
            drop(number);
        }
    }

    private static boolean say(Line line, byte[] answer, int... descriptors) {
        try {
            return line.offer(answer, descriptors);
        } catch (IOException gone) {
            return false;
        }
    }
}
