package netkeep.control;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import netkeep.domain.Line;
import netkeep.linux.LinuxException;
import netkeep.session.Hold;

/// One end of each pair of which processes of a client share the other ([Hold]). When the kernel says that nobody has
/// that any more, and none of them has closed the socket, the stack is told to.
final class Ends {
    /// How a question to the stack begins.
    static final String LEFT = "left ";

    /// The longest number that the stack reads.
    private static final int MOST_LIFE = 999_999_999;

    private static final class End {
        private final int session;
        private final Hold hold;
        private final Line line;

        /// Said last: the client has closed the socket itself.
        private boolean closed;

        private End(int session, Hold hold, Line line) {
            this.session = session;
            this.hold = hold;
            this.line = line;
        }
    }

    /// Takes what a session says.
    interface Said {
        void accept(int session, Line.Received received);
    }

    private final Gate.Watch watch;
    private final Said said;
    private final InFlight inFlight;
    private final Map<Integer, End> ends = new HashMap<>();
    private final Map<Integer, Integer> counts = new HashMap<>();

    /// What the stack has not answered, by sessions: it may have died before it heard of it.
    private final Map<Integer, Set<String>> asked = new HashMap<>();

    /// Of a session: of sockets, and of questions that the stack has not answered.
    private final int most;

    /// @param most sockets of a session
    /// @param said what comes with a descriptor over an end: it is the session's, as over its connection
    Ends(Gate.Watch watch, InFlight inFlight, int most, Said said) {
        this.most = most;
        this.watch = watch;
        this.inFlight = inFlight;
        this.said = said;
    }

    /// Takes an end.
    ///
    /// @param received with UNIX sockets at most
    /// @return whether it was one, and is kept
    boolean take(int session, Line.Received received) {
        Hold hold = Hold.of(received.octets());
        if (hold == null || !inRange(hold.socket(), most - 1) || !inRange(hold.life(), MOST_LIFE)) {
            return false;
        }
        if (received.descriptors().length != 1) {
            return false;
        }
        Line line = new Line(received.descriptors()[0]);
        try {
            watch.add(line.descriptor());
        } catch (LinuxException tooMany) {
            return false;
        }
        ends.put(line.descriptor(), new End(session, hold, line));
        counts.merge(session, 1, Integer::sum);
        return true;
    }

    /// How many a session has.
    int count(int session) {
        return counts.getOrDefault(session, 0);
    }

    /// Gives an end back to the client, which is to see itself when nobody has the other one any more.
    ///
    /// @return whether that was asked; then the message's descriptor is the caller's no more
    boolean giveBack(int session, Line.Received received) {
        Hold asked = Hold.back(received.octets());
        if (asked == null || received.descriptors().length != 1) {
            return false;
        }
        Optional<End> held = ends.values().stream()
                .filter(end -> end.session == session && end.hold.equals(asked))
                .findAny();
        Line to = new Line(received.descriptors()[0]);
        int[] descriptors = held.map(end -> new int[] {end.line.descriptor()}).orElse(new int[0]);
        try {
            if (to.offer(received.octets(), descriptors) && held.isPresent()) {
                drop(held.get());
                inFlight.last(session, to, 1);
                return true;
            }
        } catch (IOException gone) {
            // Who asked is gone, or waits over nothing that could tell it: the end stays.
        }
        to.close();
        return true;
    }

    private static boolean inRange(int number, int most) {
        return number >= 0 && number <= most;
    }

    boolean has(int descriptor) {
        return ends.containsKey(descriptor);
    }

    /// Whose end it is that it [#has].
    int session(int descriptor) {
        return Objects.requireNonNull(ends.get(descriptor)).session;
    }

    /// Something came over an end that it [#has], or it hung up.
    ///
    /// @param descriptors whether any may come with it
    /// @return what to ask the stack, "" for nothing
    String ready(int descriptor, boolean descriptors) {
        End end = Objects.requireNonNull(ends.get(descriptor));
        try {
            Line.Received received = descriptors ? end.line.poll() : end.line.pollOctets();
            if (received != null && received.descriptors().length != 0) {
                said.accept(end.session, received);
            } else if (received != null) {
                // What else somebody writes there who does not know whose it is goes nowhere.
                end.closed = received.octets().length == 1;
            }
            return "";
        } catch (IOException | LinuxException | IllegalArgumentException hungUp) {
            drop(end);
        }
        if (end.closed) {
            return "";
        }
        Set<String> questions = asked.computeIfAbsent(end.session, first -> new HashSet<>());
        if (questions.size() == most) {
            // More than it can have: what this one was is closed with the session.
            return "";
        }
        String question = LEFT + end.session + " " + end.hold.socket() + " " + end.hold.life();
        questions.add(question);
        return question;
    }

    /// The stack has answered questions, a line each.
    ///
    /// @return whether it was these
    boolean answered(String answer) {
        for (Set<String> questions : asked.values()) {
            answer.lines().forEach(questions::remove);
        }
        return answer.startsWith(LEFT);
    }

    /// What to ask the stack once more, for it may be another by now.
    List<String> unanswered() {
        return asked.values().stream().flatMap(Set::stream).toList();
    }

    /// A session is over.
    void over(int session) {
        new ArrayList<>(ends.values())
                .stream().filter(end -> end.session == session).forEach(this::drop);
        asked.remove(session);
        counts.remove(session);
    }

    private void drop(End end) {
        watch.remove(end.line.descriptor());
        ends.remove(end.line.descriptor());
        counts.merge(end.session, -1, Integer::sum);
        end.line.close();
    }
}
