package netkeep.control;

import java.util.List;
import java.util.stream.IntStream;
import netkeep.domain.Granted;
import netkeep.linux.Errno;
import netkeep.session.BesideHello;
import netkeep.session.BesideTerms;

/// What a program is told and given that has its own stack beside the daemon's.
///
/// @param terms who may, and which ports
/// @param ports the region of the daemon's ports, to be read; it stays open
/// @param links a line for each
public record Beside(BesideTerms terms, int ports, List<String> links) {
    /// What the keeper is told that such a program wants.
    public static final String WANTED = "beside";

    /// Why a user's program cannot be there, 0 if it can.
    ///
    /// @param taken  whether another one is
    /// @param number of a session for it, negative for none
    int refusal(int user, boolean taken, int number) {
        if (user != terms.user()) {
            return Errno.EACCES;
        }
        return taken ? Errno.EBUSY : number < 0 ? Errno.EMFILE : 0;
    }

    /// Whether there is a queue of each link.
    boolean whole(Granted.Admitted granted) {
        return granted.more().size() == links.size();
    }

    byte[] answer(Granted.Admitted granted) {
        return whole(granted)
                ? BesideHello.answer(0, terms.text() + "\n" + String.join("\n", links) + "\n")
                : BesideHello.answer(Errno.EIO, "");
    }

    /// What comes with the answer.
    int[] descriptors(Granted.Admitted granted) {
        IntStream first = IntStream.of(granted.client(), granted.stack(), granted.voice(), granted.ear(), ports);
        IntStream queues = granted.more().stream().mapToInt(Integer::intValue);
        return whole(granted) ? IntStream.concat(first, queues).toArray() : new int[0];
    }
}
