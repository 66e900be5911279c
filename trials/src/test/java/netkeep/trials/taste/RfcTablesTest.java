package netkeep.trials.taste;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// What the RFC tables call held and what tests cite are the same set, and a row that is not held has a reason.
class RfcTablesTest {
    private static final String TEST = """
            class DelayedAckTest {
                @Rfc("9293 MUST-40") @Test void a() {}
                @Rfc({"9293 SHLD-19", "1122 4.2"}) @ParameterizedTest void b() {}
            }
            """;
    private static final String HELD_40 = "| MUST-40 | 3.8.6.3 | DelayedAckTest | |";
    private static final String HELD_19 = "| SHLD-19 | 3.8.6.3 | `DelayedAckTest` | |";
    private static final String NOT_8 = "| SHLD-8 | 3.8.2 | | no ECN yet |";
    private static final RfcTable OLD = RfcTable.of("1122", List.of("| 4.2 | 4.2 | DelayedAckTest | |"));

    @Test
    void tablesAndTestsSayTheSame() throws IOException {
        assertEquals(Set.of(), differences(RfcTable.all(), Citations.of(Source.all())));
    }

    @Test
    void equalSetsPass() {
        List<String> lines = List.of(
                "# RFC 9293",
                "",
                "| requirement | section | held by | or why not |",
                "| --- | --- | --- | --- |",
                HELD_40,
                HELD_19,
                NOT_8);
        assertEquals(Set.of(), differences(List.of(RfcTable.of("9293", lines), OLD), citations(TEST)));
    }

    @Test
    void citationWithoutARowIsFound() {
        assertEquals(1, found(TEST, HELD_40).size());
        assertEquals(
                1, found(TEST, HELD_40, "| SHLD-19 | 3.8.6.3 | | not yet |").size());
    }

    @Test
    void rowThatNoTestCitesIsFound() {
        assertEquals(
                1,
                found(TEST, HELD_40, HELD_19, "| MUST-1 | 3.1 | DelayedAckTest | |")
                        .size());
        assertEquals(
                1,
                found(TEST, HELD_40, "| SHLD-19 | 3.8.6.3 | DelayedAckTest, OtherTest | |")
                        .size());
    }

    @Test
    void rowMayNameTheMethodAndSayWhatIsWanted() {
        assertEquals(
                0,
                found(TEST, "| MUST-40: not too late | 3.8.6.3 | DelayedAckTest.a | |", HELD_19)
                        .size());
        // A wrong method is told of, and so is the one that is left without a row.
        assertEquals(
                2,
                found(TEST, "| MUST-40: not too late | 3.8.6.3 | DelayedAckTest.b | |", HELD_19)
                        .size());
    }

    @Test
    void faultyRowIsFound() {
        assertEquals(1, found(TEST, HELD_40, HELD_19, "| SHLD-8 | 3.8.2 | | |").size());
        assertEquals(
                1,
                found(TEST, HELD_40, HELD_19, "| SHLD-8 | 3.8.2 | DelayedAckTest | no |")
                        .size());
        assertEquals(1, found(TEST, HELD_40, HELD_19, HELD_19).size());
        assertEquals(1, found(TEST, HELD_40, HELD_19, "| SHLD-8 | 3.8.2 |").size());
    }

    @Test
    void citationOnWhatIsNoTestIsFound() {
        assertEquals(1, found(TEST.replace("@Test ", ""), HELD_40, HELD_19).size());
        assertEquals(
                1,
                found(TEST.replace("@Test ", "@Test @Disabled "), HELD_40, HELD_19)
                        .size());
    }

    private static Set<String> found(String test, String... lines) {
        return differences(List.of(RfcTable.of("9293", List.of(lines)), OLD), citations(test));
    }

    private static Citations citations(String test) {
        return Citations.of(List.of(Source.sample("engine", true, test)));
    }

    private static Set<String> differences(List<RfcTable> tables, Citations citations) {
        List<String> findings = new ArrayList<>(citations.faults());
        Set<String> told = new HashSet<>();
        for (RfcTable table : tables) {
            findings.addAll(table.faults());
            table.rows().forEach(row -> row.heldBy().forEach(test -> told.add(row.requirement() + ", " + test)));
        }
        Set<String> cited = new HashSet<>();
        citations.citers().forEach((requirement, tests) -> tests.forEach(test -> cited.add(requirement + ", " + test)));
        for (String pair : told) {
            if (!cited.contains(pair)
                    && cited.stream().noneMatch(each -> classOnly(each).equals(pair))) {
                findings.add("a table says it is held, but not cited there: " + pair);
            }
        }
        for (String pair : cited) {
            if (!told.contains(pair) && !told.contains(classOnly(pair))) {
                findings.add("cited, but no table says it is held there: " + pair);
            }
        }
        return new TreeSet<>(findings);
    }

    /// `9293 MUST-40, DelayedAckTest` of `9293 MUST-40, DelayedAckTest.waits`; a requirement may have dots of its own.
    private static String classOnly(String pair) {
        int dot = pair.indexOf('.', pair.lastIndexOf(", "));
        return dot < 0 ? pair : pair.substring(0, dot);
    }
}
