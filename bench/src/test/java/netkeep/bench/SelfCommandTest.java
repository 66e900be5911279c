package netkeep.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class SelfCommandTest {
    @Test
    void childRunsWithTheSameSwitchesAndModules() throws NotPossibleException {
        SelfCommand self = SelfCommand.of(List.of(
                "/jdk/bin/java", "-XX:AOTCache=x", "-p", "lib", "-m", "netkeep.tools", "bench", "--quick", "bench"));

        assertEquals(
                List.of("/jdk/bin/java", "-XX:AOTCache=x", "-p", "lib", "-m", "netkeep.tools", "echo", "--port", "7"),
                self.with("echo", "--port", "7"));
    }

    @Test
    void whatIsForOneProcessAloneStaysWithIt() throws NotPossibleException {
        SelfCommand self = SelfCommand.of(List.of(
                "java", "-XX:AOTCacheOutput=x", "-XX:AOTMode=record", "-agentlib:jdwp=server=y", "-m", "m", "bench"));

        assertEquals(List.of("java", "-m", "m", "echo"), self.with("echo"));
    }

    @Test
    void whoeverIsNotTheCommandCannotStartItAgain() {
        assertThrows(NotPossibleException.class, () -> SelfCommand.of(List.of("java", "-cp", "x", "Tests")));
    }
}
