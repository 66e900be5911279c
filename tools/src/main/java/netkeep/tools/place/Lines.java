package netkeep.tools.place;

import java.io.PrintWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Prints lines on a thread of its own: whoever has something to say never waits for those who read it.
///
/// Where nobody reads for long, lines that say how things are give way to the last of them, and what finds no room is
/// left out.
final class Lines implements AutoCloseable {
    /// Lines that may wait, and how many until states give way.
    private static final int MOST = 1_000;

    private static final int FEW = 100;
    private static final long PATIENCE_MS = TimeUnit.SECONDS.toMillis(1);

    private record Line(String text, boolean state) {}

    private final PrintWriter out;
    private final Deque<Line> waiting = new ArrayDeque<>();
    private final Thread printer;
    private boolean closed;

    Lines(PrintWriter out) {
        this.out = out;
        this.printer = Thread.ofPlatform().name("netkeep-lines").daemon().start(this::print);
    }

    /// Prints a line soon; from any thread.
    ///
    /// @param state whether it says how things are, as the next such line does
    synchronized void add(String text, boolean state) {
        if (state && waiting.size() >= FEW && waiting.getLast().state) {
            waiting.removeLast();
        }
        if (waiting.size() < MOST) {
            waiting.add(new Line(text, state));
            notifyAll();
        }
    }

    private void print() {
        for (Line line = next(); line != null; line = next()) {
            out.println(line.text);
            out.flush();
        }
    }

    private synchronized @Nullable Line next() {
        try {
            while (waiting.isEmpty() && !closed) {
                wait();
            }
            return waiting.poll();
        } catch (InterruptedException end) {
            return null;
        }
    }

    /// Prints what waits; gives up if nobody reads it.
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        try {
            printer.join(PATIENCE_MS);
        } catch (InterruptedException impatient) {
            Thread.currentThread().interrupt();
        }
    }
}
