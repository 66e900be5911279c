package netkeep.tools.place;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import netkeep.domain.Line;
import netkeep.linux.Descriptors;
import netkeep.linux.Poller;
import netkeep.linux.Sockets;
import netkeep.ring.Layouts;
import netkeep.session.Ask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// `netkeep upgrade` of a daemon whose part dies just then. The daemon is this process, which answers what one
/// would, and its domains are children that do nothing.
@Timeout(60)
class UpgradeCommandTest {
    @TempDir
    private Path directory;

    private final List<Process> domains = new ArrayList<>();
    private Path path;
    private int listener;

    @BeforeEach
    void begin() throws IOException {
        path = directory.resolve("session");
        listener = Line.listen(path.toString());
        for (int domain = 0; domain < 3; domain++) {
            domains.add(new ProcessBuilder("sleep", "60").start());
        }
    }

    @AfterEach
    void end() {
        Descriptors.close(listener);
        domains.forEach(Process::destroyForcibly);
    }

    private String domain(int number, String part, String state, int restarts) {
        return "domain pid=" + domains.get(number).pid() + " part=" + part + " state=" + state + " restarts=" + restarts
                + "\n";
    }

    private String all(int number, int restarts) {
        return domain(number, "link,stack,control", "serving", restarts);
    }

    /// What a daemon whose first process dies at once says of its domains, the how manieth time it is asked.
    private String answer(int asked) {
        return switch (asked) {
            // Before a successor is there nobody is the part.
            case 0, 1 -> domain(1, "none", "standby", 0);
            case 2 -> all(0, 0) + domain(1, "none", "standby", 0);
            // The one that stood by has taken over before it could be ended, and is of the old program, too.
            case 3, 4 -> all(1, 1) + domain(2, "none", "standby", 0);
            default ->
                domains.get(1).isAlive()
                        ? all(1, 1) + domain(2, "none", "standby", 0)
                        : all(2, 2) + domain(2, "none", "standby", 0);
        };
    }

    private void serve() throws IOException {
        int asked = 0;
        Poller poller = new Poller(1);
        poller.add(listener, Poller.POLLIN);
        poller.await(Poller.NEVER);
        try (Line line = new Line(Sockets.accept(listener))) {
            while (true) {
                boolean status = Ask.text(line.receive().octets()).equals("status");
                String answer =
                        status ? "stack turn=1 layout=" + Layouts.version() + "\nlink number=1\n" : answer(asked++);
                line.send(Ask.answer(0, answer));
            }
        }
    }

    @Test
    void whoTookThePartFromTheOldProgramIsReplacedToo() {
        FutureTask<Void> serving = new FutureTask<>(() -> {
            serve();
            return null;
        });
        Thread.ofPlatform().daemon().start(serving);
        StringWriter out = new StringWriter();
        CommandLine command = new CommandLine(new UpgradeCommand()).setOut(new PrintWriter(out));
        assertEquals(0, command.execute("--session", path.toString()), out.toString());
        assertEquals(
                "link,stack,control: process " + domains.get(0).pid() + " is now "
                        + domains.get(2).pid() + ", after 2 deaths\n",
                out.toString());
        assertTrue(domains.get(2).isAlive(), "who has taken over goes on");
    }
}
