package netkeep.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;
import netkeep.domain.Line;
import netkeep.session.NameMessage;
import org.jspecify.annotations.Nullable;

/// Asks control for names, over the session's connection: see [NameMessage].
final class SessionNames implements Names {
    /// Longer than a resolver takes to give up.
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(90);

    /// RFC 1035 §4.2.1: at least two seconds before a question is sent again; here only one that found no room.
    private static final long AGAIN_NS = TimeUnit.SECONDS.toNanos(2);

    private static final int MOST_NAME = 255 * 4;

    /// A question that waits for its answer.
    private static final class Pending extends Waiter {
        private final Session session;
        private final byte[] octets;

        /// Guarded by the lock.
        private boolean sent;

        private volatile NameMessage.@Nullable Answer answer;

        private Pending(Session session, byte[] octets) {
            this.session = session;
            this.octets = octets;
        }

        @Override
        public boolean ready() {
            return answer != null || session.broken();
        }
    }

    private final Line line;
    private final Session session;
    private final Pump pump;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Integer, Pending> pending = new HashMap<>();
    private int last;

    SessionNames(Line line, Session session, Pump pump) {
        this.line = line;
        this.session = session;
        this.pump = pump;
    }

    @Override
    public Found addresses(String name, boolean v4, boolean v6) throws UnknownHostException {
        if (name.length() > MOST_NAME || !name.chars().allMatch(c -> c > ' ' && c <= '~')) {
            throw new UnknownHostException(name + ": no name has this form");
        }
        return NameAnswers.found(ask(name, number -> NameAnswers.question(number, name, v4, v6)), name);
    }

    @Override
    public Found names(InetAddress address) throws UnknownHostException {
        String text = address.getHostAddress();
        return NameAnswers.found(ask(text, number -> NameAnswers.question(number, address)), text);
    }

    private NameMessage.Answer ask(String asked, IntFunction<NameMessage.Question> question)
            throws UnknownHostException {
        int number;
        Pending own;
        lock.lock();
        try {
            number = ++last;
            own = new Pending(session, NameMessage.question(question.apply(number)));
            pending.put(number, own);
            send(own);
        } finally {
            lock.unlock();
        }
        long endNs = pump.nowNs() + PATIENCE_NS;
        while (!pump.await(own, Math.min(endNs, pump.nowNs() + AGAIN_NS)) && pump.nowNs() < endNs) {
            again(own);
        }
        lock.lock();
        try {
            pending.remove(number);
        } finally {
            lock.unlock();
        }
        NameMessage.Answer answer = own.answer;
        if (answer == null) {
            throw new UnknownHostException(asked + ": nobody answers");
        }
        return answer;
    }

    /// Sends what found no room so far.
    private void again(Pending question) {
        lock.lock();
        try {
            if (!question.sent) {
                send(question);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Guarded by the lock.
    private void send(Pending question) {
        try {
            question.sent = line.offer(question.octets);
        } catch (IOException gone) {
            // The end of the session is told by whoever reads the line.
        }
    }

    /// Something came over the session's connection: an answer, or the one to our greeting once more, since another
    /// process is control now, which knows of no question.
    void heard(byte[] octets) {
        lock.lock();
        try {
            if (!NameMessage.is(octets)) {
                pending.values().forEach(this::send);
                return;
            }
            NameMessage.Answer answer = NameMessage.readAnswer(octets);
            Pending own = pending.get(answer.number());
            if (own != null) {
                own.answer = answer;
                pump.wake(own);
            }
        } catch (IllegalArgumentException nonsense) {
            // Control's, which may be hostile: whoever asked waits on.
        } finally {
            lock.unlock();
        }
    }
}
