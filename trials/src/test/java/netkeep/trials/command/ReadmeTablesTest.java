package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// README's tables of programs tell what is tried: each row is a test's, and each test's is there.
class ReadmeTablesTest {
    @Test
    void programsForAJvm() throws Exception {
        assertEquals(tried(JvmProgramsTest.class), told("jvm"));
    }

    @Test
    void unmodifiedPrograms() throws Exception {
        assertEquals(
                tried(ProgramsTest.class, PassingTest.class, CarriedTest.class, ScenariosTest.class, NetnsTest.class),
                told("programs"));
    }

    private static Set<String> tried(Class<?>... tests) {
        return Arrays.stream(tests)
                .flatMap(test -> Arrays.stream(test.getDeclaredMethods()))
                .flatMap(method -> Arrays.stream(method.getAnnotationsByType(Row.class)))
                .map(row -> "| " + row.program() + " | " + row.scenario() + " | " + row.outcome() + " |")
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> told(String table) throws Exception {
        String text = Files.readString(Place.root().resolve("README.md"));
        return text.substring(text.indexOf("<!-- " + table + ":begin -->"), text.indexOf("<!-- " + table + ":end -->"))
                .lines()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| program |") && !line.startsWith("| ---"))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
