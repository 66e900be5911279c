package netkeep.tools.status;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import netkeep.domain.Line;
import netkeep.linux.Descriptors;
import netkeep.linux.Poller;
import netkeep.linux.Sockets;
import netkeep.session.Ask;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A list of rules is the one that was given, whichever question a part dies over.
@Timeout(60)
class DaemonChangeTest {
    private static final List<String> CHANGE = List.of("filter clear", "add filter a", "add filter b", "filter apply");

    @TempDir
    private Path directory;

    private final List<String> staged = new ArrayList<>();
    private final List<String> held = new ArrayList<>(List.of("before"));

    /// As a stack does.
    private void takes(String question) {
        switch (question) {
            case "filter clear" -> staged.clear();
            case "filter apply" -> {
                held.clear();
                held.addAll(staged);
                staged.clear();
            }
            default -> staged.add(question.substring("add filter ".length()));
        }
    }

    /// Answers until a change is made.
    ///
    /// @param deadly which question is not answered, from 0 on
    /// @param heard  whether it takes effect all the same
    private void serve(int listener, int deadly, boolean heard) throws IOException {
        int asked = 0;
        boolean made = false;
        while (!made) {
            Poller poller = new Poller(1);
            poller.add(listener, Poller.POLLIN);
            poller.await(Poller.NEVER);
            try (Line line = new Line(Sockets.accept(listener))) {
                boolean dies = false;
                while (!made && !dies) {
                    String question = Ask.text(line.receive().octets());
                    dies = asked++ == deadly;
                    if (!dies || heard) {
                        takes(question);
                    }
                    if (!dies) {
                        line.send(Ask.answer(0, "ok"));
                        made = question.equals("filter apply");
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"0, true", "1, true", "1, false", "2, true", "2, false", "3, true", "3, false"})
    void rulesAreThoseOfTheChange(int deadly, boolean heard) throws Exception {
        Path path = directory.resolve("session");
        int listener = Line.listen(path.toString());
        FutureTask<Void> serving = new FutureTask<>(() -> {
            serve(listener, deadly, heard);
            return null;
        });
        Thread.ofPlatform().daemon().start(serving);
        try (Daemon daemon = Daemon.at(path)) {
            daemon.change(CHANGE);
            serving.get();
        } finally {
            Descriptors.close(listener);
        }
        assertEquals(List.of("a", "b"), held);
    }
}
