package netkeep.tools.chaos;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import netkeep.linux.NetworkNamespace;
import netkeep.linux.Threads;

/// A program of the system's in a network namespace. All that it says goes to a file.
final class Tool implements AutoCloseable {
    private static final int SIGINT = 2;
    private static final int PATIENCE_S = 10;
    private static final int TAIL = 400;

    private final List<String> command;
    private final Process process;
    private final Path said;

    private Tool(List<String> command, Process process, Path said) {
        this.command = List.copyOf(command);
        this.process = process;
        this.said = said;
    }

    /// @param scratch the directory of the file
    static Tool start(NetworkNamespace place, Path scratch, List<String> command) throws IOException {
        Path said = Files.createTempFile(scratch, "said", "");
        try {
            Process process = place.start(new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(said.toFile()));
            return new Tool(command, process, said);
        } catch (IllegalStateException failure) {
            throw new IOException(command.getFirst() + ": " + failure.getCause(), failure);
        }
    }

    /// Waits for its end, but no longer than it goes on with the asking.
    ///
    /// @return whether it has ended
    boolean ends(int ms) throws InterruptedException {
        return process.waitFor(ms, TimeUnit.MILLISECONDS);
    }

    /// Has it come to its end, as who looks on from a terminal.
    void interrupt() {
        if (process.isAlive()) {
            Threads.kill(process.pid(), SIGINT);
        }
    }

    /// What it has said when it has ended.
    ///
    /// @throws IOException if it failed, or does not end
    String result(int seconds) throws IOException, InterruptedException {
        if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
            throw new IOException(command.getFirst() + " does not end" + tail());
        }
        if (process.exitValue() != 0) {
            throw new IOException(command.getFirst() + " ended with " + process.exitValue() + tail());
        }
        return text();
    }

    /// Looks after a server that should run still.
    ///
    /// @throws IOException if it has ended before
    void mustRun() throws IOException {
        if (!process.isAlive()) {
            throw new IOException(command + " ended with " + process.exitValue() + tail());
        }
    }

    private String text() throws IOException {
        return Files.readString(said, StandardCharsets.ISO_8859_1);
    }

    private String tail() throws IOException {
        String text = text().strip();
        return ": " + text.substring(Math.max(0, text.length() - TAIL));
    }

    /// Ends it with all that it has started.
    @Override
    public void close() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE_S, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException impatient) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        children.forEach(ProcessHandle::destroyForcibly);
    }
}
