package netkeep.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SeccompTest {
    private static final long PATIENCE_S = 60;

    @Test
    void whatWasGivenUpIsRefusedAndTheRestGoesOn() throws Exception {
        Process process = new ProcessBuilder(
                        "setpriv",
                        "--no-new-privs",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Confined.class.getName(),
                        Long.toString(ProcessHandle.current().pid()))
                .redirectErrorStream(true)
                .start();
        try {
            assertTrue(process.waitFor(PATIENCE_S, TimeUnit.SECONDS), "it does not end");
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(
                    List.of(
                            "open refused 1",
                            "reopen refused 1",
                            "socket refused 1",
                            "spawn refused 1",
                            "signal refused 1",
                            "trace refused 1",
                            "namespace refused 1",
                            "memory done",
                            "thread done"),
                    said.lines().toList());
        } finally {
            process.destroyForcibly();
        }
    }
}
