package netkeep.control;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import netkeep.domain.Line;
import org.jspecify.annotations.Nullable;

/// Sessions whose clients are gone, and whose connections may owe their peers something still. Where their user has no
/// place for his next program, the one whose client has been gone longest is given up for that: the stack resets its
/// connections.
final class Orphans {
    private final Questions questions;

    /// By sessions, in the order in which their clients went.
    private final Map<Integer, Integer> users = new LinkedHashMap<>();

    /// Who is to have the place of one that was given up.
    private final Map<Integer, Line> heirs = new HashMap<>();

    Orphans(Questions questions) {
        this.questions = questions;
    }

    /// A session's client is gone.
    void add(int session, int user) {
        users.put(session, user);
    }

    /// Gives up one of a user's, unless he has none that is not given up yet.
    ///
    /// @param heir who waits for its place; nobody looks at what it says until then
    /// @return whether one was
    boolean giveUp(int user, Line heir) {
        Optional<Integer> oldest = users.entrySet().stream()
                .filter(one -> one.getValue() == user && !heirs.containsKey(one.getKey()))
                .map(Map.Entry::getKey)
                .findFirst();
        oldest.ifPresent(session -> {
            heirs.put(session, heir);
            questions.left(line(session));
        });
        return oldest.isPresent();
    }

    /// Has those that were given up reset once more: the stack may be another by now.
    void again() {
        heirs.keySet().forEach(session -> questions.left(line(session)));
    }

    /// A session is over.
    ///
    /// @return who waits for its place, null for nobody
    @Nullable
    Line over(int session) {
        users.remove(session);
        // Its number may be another's now.
        questions.forget(line(session));
        return heirs.remove(session);
    }

    private static String line(int session) {
        return Ends.LEFT + session;
    }
}
