package netkeep.control;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import netkeep.domain.Line;
import netkeep.linux.Errno;
import netkeep.session.Hello;
import netkeep.session.Joining;
import netkeep.session.SessionLayout;

/// What clients have left for processes that join their sessions ([Joining]): nothing of it is looked at here.
final class Deposits {
    private final SessionLayout layout;
    private final Refused refused;
    private final Map<Integer, Deposit> deposits = new HashMap<>();

    private record Deposit(int user, Line.Received received) {}

    /// @param layout for who finds nothing
    Deposits(SessionLayout layout, Refused refused) {
        this.layout = layout;
        this.refused = refused;
    }

    /// Keeps a session's deposit, instead of an earlier one.
    ///
    /// @param user whose session it is
    /// @return whether it is one; else it is still the caller's
    boolean take(int session, int user, Line.Received received) {
        if (!Joining.deposits(received.octets()) || received.descriptors().length != Joining.DEPOSITED) {
            return false;
        }
        forget(session);
        deposits.put(session, new Deposit(user, received));
        return true;
    }

    /// Gives a copy to who joins.
    ///
    /// @return false if the socket over which it waits is not one
    boolean give(int session, Line to) {
        Deposit deposit = deposits.get(session);
        try {
            if (deposit == null) {
                to.offer(Hello.answer(Errno.ENOENT, layout, List.of()));
                return false;
            }
            Line.Received left = deposit.received;
            return to.offer(Joining.hello(left.octets()), left.descriptors());
        } catch (IOException gone) {
            return false;
        }
    }

    /// How many descriptors of a session are kept.
    int count(int session) {
        return deposits.containsKey(session) ? Joining.DEPOSITED : 0;
    }

    /// Nobody joins that session any more: whose number is its own next is somebody else.
    void forget(int session) {
        Deposit deposit = deposits.remove(session);
        if (deposit != null) {
            refused.close(deposit.user, deposit.received.descriptors());
        }
    }
}
