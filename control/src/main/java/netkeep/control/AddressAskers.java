package netkeep.control;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import netkeep.domain.Line;

/// Who has asked which addresses the stack has, and waits for the answer over a socket of its own. The stack knows,
/// and is asked once for all who wait.
final class AddressAskers {
    /// The most of one client at a time; behind that the socket is closed without an answer.
    static final int MOST = 64;

    private record Waiting(int client, Line line) {}

    private final Questions questions;
    private final List<Waiting> waiting = new ArrayList<>();

    AddressAskers(Questions questions) {
        this.questions = questions;
    }

    /// How many of a client wait.
    int count(int client) {
        return (int) waiting.stream().filter(one -> one.client == client).count();
    }

    /// @param client the number of whose question it is
    /// @param line over which the answer is to go; closed behind it
    void take(int client, Line line) {
        if (count(client) == MOST) {
            line.close();
            return;
        }
        waiting.add(new Waiting(client, line));
        if (waiting.size() == 1) {
            questions.addresses();
        }
    }

    /// Asks once more: the stack may be another by now.
    void again() {
        if (!waiting.isEmpty()) {
            questions.addresses();
        }
    }

    /// The stack has said something.
    ///
    /// @return whether it was that
    boolean told(String text) {
        if (!OwnAddresses.is(text)) {
            return false;
        }
        byte[] message = OwnAddresses.parse(text).message();
        waiting.forEach(one -> answer(one.line, message));
        waiting.clear();
        return true;
    }

    /// Says an answer to who waits for nothing else, if it is still there.
    static void answer(Line line, byte[] message) {
        try (line) {
            line.offer(message);
        } catch (IOException gone) {
            // It waits no more.
        }
    }
}
