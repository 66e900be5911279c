package netkeep.embedded;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import netkeep.client.Session;
import netkeep.drive.Driver;
import netkeep.engine.Engine;
import netkeep.engine.socket.Attachment;
import netkeep.session.QuietRings;
import netkeep.session.SessionLayout;

/// Gives back the memory of rings that have been quiet for some seconds: an idle connection then holds none.
///
/// A thread of its own visits some sockets at a time, between two turns of the stack.
final class Tidying implements AutoCloseable {
    private static final long PERIOD_NS = TimeUnit.SECONDS.toNanos(5);

    /// Between visits of a round: a visit is over in microseconds, unless it has much to give back.
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Driver driver;
    private final Engine engine;
    private final Session session;
    private final Attachment attachment;
    private final QuietRings sendRings;
    private final QuietRings receiveRings;
    private final Thread thread;
    private volatile boolean closed;

    /// @param client gives back pages of the client's region
    /// @param stack  the same of the stack's
    Tidying(
            Driver driver,
            Engine engine,
            Session session,
            Attachment attachment,
            QuietRings.Pages client,
            QuietRings.Pages stack) {
        this.driver = driver;
        this.engine = engine;
        this.session = session;
        this.attachment = attachment;
        SessionLayout layout = attachment.layout;
        this.sendRings = new QuietRings(layout, layout.sendRings(), client);
        this.receiveRings = new QuietRings(layout, layout.receiveRings(), stack);
        this.thread = Thread.ofPlatform().name("netkeep-tidying").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        // What a round finds changed, the next finds quiet: so there is one more round after the last turn.
        long last = -1;
        long beforeLast = -1;
        while (!closed) {
            long turns = driver.turns();
            if (turns != beforeLast) {
                round();
            }
            beforeLast = last;
            last = turns;
            LockSupport.parkNanos(this, PERIOD_NS);
        }
    }

    /// Visits all sockets that were ever used.
    void round() {
        int half = attachment.layout.sockets() / 2;
        visit(0, used(attachment::opened));
        visit(half, half + used(attachment::accepted));
    }

    private int used(IntSupplier count) {
        int[] found = new int[1];
        driver.aside(() -> found[0] = count.getAsInt());
        return found[0];
    }

    private void visit(int from, int end) {
        for (int at = from; at < end && !closed; at += QuietRings.VISIT) {
            int first = at;
            int behind = Math.min(end, at + QuietRings.VISIT);
            driver.aside(() -> {
                session.tidy(sendRings, first, behind);
                engine.tidy(attachment, receiveRings, first, behind);
            });
            LockSupport.parkNanos(this, PAUSE_NS);
        }
    }

    /// Ends it, and waits until it is over.
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
