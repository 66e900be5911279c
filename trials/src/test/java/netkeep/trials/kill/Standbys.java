package netkeep.trials.kill;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import netkeep.trials.Java;

/// The processes of the mortal: one lives, some stand by. Every one of them is ended by its own handle.
final class Standbys implements AutoCloseable {
    private static final int WAITING = 2;

    private final Path directory;
    private final Deque<Process> waiting = new ArrayDeque<>();
    private final List<Process> all = new ArrayList<>();
    private Process living;

    Standbys(Path directory) throws IOException {
        this.directory = directory;
        fill();
        this.living = begin();
    }

    private void fill() throws IOException {
        while (waiting.size() < WAITING) {
            List<String> line = Java.line("-Xmx64m");
            line.addAll(List.of(Mortal.class.getName(), directory.toString()));
            ProcessBuilder builder = new ProcessBuilder(line);
            Process process =
                    builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
            waiting.add(process);
            all.add(process);
        }
    }

    /// Whether a successor stands by, so that its predecessor may die.
    boolean ready() throws IOException {
        Process next = waiting.getFirst();
        if (!next.isAlive()) {
            throw new AssertionError("a standby has ended: " + next.exitValue());
        }
        return next.getInputStream().available() > 0;
    }

    private Process begin() throws IOException {
        Process next = waiting.removeFirst();
        next.getOutputStream().write('g');
        next.getOutputStream().flush();
        fill();
        return next;
    }

    /// Kills the living one with SIGKILL and waits until it is gone.
    void kill() throws InterruptedException {
        if (!living.isAlive()) {
            throw new AssertionError("it died by itself: " + living.exitValue());
        }
        living.destroyForcibly();
        if (!living.waitFor(10, TimeUnit.SECONDS)) {
            throw new AssertionError("it cannot be killed");
        }
        all.remove(living);
    }

    /// The next one takes over.
    void succeed() throws IOException {
        living = begin();
    }

    boolean alive() {
        return living.isAlive();
    }

    @Override
    public void close() throws InterruptedException {
        for (Process process : all) {
            process.destroyForcibly();
        }
        for (Process process : all) {
            process.waitFor(10, TimeUnit.SECONDS);
        }
    }
}
