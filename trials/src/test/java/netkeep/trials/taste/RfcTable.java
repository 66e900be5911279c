package netkeep.trials.taste;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// An RFC table, `docs/rfc/NNNN.md`: a row for each requirement, held or not.
///
/// ```text
/// | requirement | section | held by | or why not |
/// | --- | --- | --- | --- |
/// | MUST-40: an acknowledgment waits less than 0.5 s | 3.8.6.3 | DelayedAckTest.waits | |
/// | SHLD-8: ECN | 3.8.2 | | no ECN yet |
/// ```
///
/// What stands before the first colon of the requirement is its key, which tests cite; what follows says what it wants.
/// A test is a class, for all its methods that cite the key, or one method of it. A file may hold several tables with
/// text around them.
record RfcTable(String rfc, List<Row> rows, List<String> faults) {
    private static final List<String> HEADER = List.of("requirement", "section", "held by", "or why not");

    /// @param requirement as tests cite it: the RFC's number, a space, and the key
    /// @param heldBy      tests, `Class` or `Class.method`; empty if it is not held
    record Row(String requirement, Set<String> heldBy) {}

    /// All tables of the repository.
    static List<RfcTable> all() throws IOException {
        Path folder = Source.root().resolve("docs/rfc");
        if (!Files.exists(folder)) {
            return List.of();
        }
        List<RfcTable> tables = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (name.matches("[0-9]+\\.md")) {
                    tables.add(of(name.substring(0, name.length() - 3), Files.readAllLines(file)));
                }
            }
        }
        return tables;
    }

    /// Reads a table; what is wrong with it in itself is among its faults.
    static RfcTable of(String rfc, List<String> lines) {
        List<Row> rows = new ArrayList<>();
        List<String> faults = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (!line.startsWith("|")) {
                continue;
            }
            List<String> cells = cells(line);
            if (cells.equals(HEADER) || cells.stream().allMatch(cell -> cell.matches(":?-+:?"))) {
                continue;
            }
            String fault = fault(cells, seen);
            if (fault.isEmpty()) {
                rows.add(new Row(rfc + " " + key(cells.get(0)), names(cells.get(2))));
            } else {
                faults.add("docs/rfc/" + rfc + ".md:" + (i + 1) + ": " + fault);
            }
        }
        return new RfcTable(rfc, rows, faults);
    }

    private static String fault(List<String> cells, Set<String> seen) {
        if (cells.size() != HEADER.size()) {
            return cells.size() + " cells";
        }
        String key = key(cells.get(0));
        if (key.isEmpty() || cells.get(1).isEmpty()) {
            return "no requirement or no section";
        }
        if (!seen.add(key)) {
            return key + " stands there twice";
        }
        if (cells.get(2).isEmpty() == cells.get(3).isEmpty()) {
            return key + " needs either a test or a reason";
        }
        return "";
    }

    private static String key(String requirement) {
        int colon = requirement.indexOf(": ");
        return colon < 0 ? requirement : requirement.substring(0, colon);
    }

    private static List<String> cells(String line) {
        String inner = line.substring(1, line.endsWith("|") && line.length() > 1 ? line.length() - 1 : line.length());
        return Arrays.stream(inner.split("(?<!\\\\)\\|", -1)).map(String::strip).toList();
    }

    private static Set<String> names(String cell) {
        Set<String> names = new HashSet<>(Arrays.asList(cell.replace("`", "").split("[,\\s]+")));
        names.remove("");
        return names;
    }
}
