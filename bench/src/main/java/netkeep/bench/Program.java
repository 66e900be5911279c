package netkeep.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A process of ours: a server that runs until it is closed, or a tool that runs to its end.
///
/// Everybody's output goes to a file, so that nobody waits for a reader.
final class Program implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int TAIL = 600;
    private static final int LOOK_MS = 50;

    private final List<String> command;
    private final Process process;
    private final Path output;
    private final Path errors;

    private Program(List<String> command, Process process, Path output, Path errors) {
        this.command = List.copyOf(command);
        this.process = process;
        this.output = output;
        this.errors = errors;
    }

    /// Starts a program.
    ///
    /// @param directory for its output; the caller removes it after the program ended
    static Program start(Path directory, List<String> command) throws IOException {
        Path output = Files.createTempFile(directory, "out", "");
        Path errors = Files.createTempFile(directory, "err", "");
        Process process = new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        return new Program(command, process, output, errors);
    }

    /// Runs a program to its end and answers what it wrote to standard output.
    ///
    /// @throws IOException if it fails or takes longer than `limit`; the message ends with what it said
    static String run(Path directory, Duration limit, List<String> command) throws IOException, InterruptedException {
        try (Program program = start(directory, command)) {
            program.process.getOutputStream().close();
            program.awaitEnd(limit);
            if (program.process.exitValue() != 0) {
                throw new IOException(command + " ended with " + program.process.exitValue() + program.tail());
            }
            return Files.readString(program.output);
        }
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /// What the program wrote to standard output so far.
    String output() throws IOException {
        return Files.readString(output);
    }

    /// Waits until the program has written something to standard output.
    ///
    /// @throws IOException if it ends before, or does not within `limit`
    void awaitOutput(String text, Duration limit) throws IOException, InterruptedException {
        long deadlineNs = System.nanoTime() + limit.toNanos();
        while (!output().contains(text)) {
            if (process.waitFor(LOOK_MS, TimeUnit.MILLISECONDS) || System.nanoTime() > deadlineNs) {
                throw new IOException(command + " did not say " + text + tail());
            }
        }
    }

    /// Ends the program's standard input, which some take for the sign to end, and waits until it did.
    void endInput() throws IOException, InterruptedException {
        process.getOutputStream().close();
        int code = awaitEnd(PATIENCE);
        if (code != 0) {
            throw new IOException(command + " ended with " + code + tail());
        }
    }

    /// Waits a while, and answers whether the program has ended.
    boolean endsWithin(Duration limit) throws InterruptedException {
        return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// @return the exit code
    /// @throws IOException if the program does not end within `limit`
    int awaitEnd(Duration limit) throws IOException, InterruptedException {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IOException(command + " did not end within " + limit.toSeconds() + " s" + tail());
        }
        return process.exitValue();
    }

    /// The end of what the program said, for a message; empty if it said nothing.
    String tail() throws IOException {
        String said = said().strip();
        if (said.isEmpty()) {
            return "";
        }
        return ":\n" + (said.length() > TAIL ? "..." + said.substring(said.length() - TAIL) : said);
    }

    /// All that the program wrote so far, errors first.
    String said() throws IOException {
        return Files.readString(errors) + Files.readString(output);
    }

    /// Ends the program: asks it first, then no longer asks.
    @Override
    public void close() {
        if (!process.isAlive()) {
            return;
        }
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
