package netkeep.trials.taste;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.source.tree.MethodTree;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePathScanner;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Sizes that keep a page a page. Where a longer piece reads better whole, its first line says why: `// Long: ...`.
class SizesTest {
    private static final int COLUMNS = 120;
    private static final int METHOD_LINES = 60;
    private static final int FILE_LINES = 400;
    private static final int KEEPER_LINES = 800;
    private static final String KEEPER = "keeper/src/main/java/netkeep/keeper/";
    private static final String REASON = "// Long: ";

    @Test
    void nothingIsTooLong() {
        List<String> findings = new ArrayList<>();
        for (Source source : Source.all()) {
            findings.addAll(tooLong(source));
        }
        assertEquals(List.of(), findings);
    }

    /// All trust the keeper, and it has no walls: it is to be read at one sitting. What counts is each line of its
    /// package, comments, imports and empty ones, too. What it uses of other modules is not of it.
    @Test
    void keeperIsSmall() {
        List<Source> keeper = Source.all().stream()
                .filter(source -> source.path().startsWith(KEEPER))
                .toList();
        int lines = keeper.stream().mapToInt(source -> source.lines().size()).sum();
        assertTrue(keeper.size() > 1, KEEPER);
        assertTrue(lines <= KEEPER_LINES, "the keeper has " + lines + " lines, and may have " + KEEPER_LINES);
    }

    @Test
    void longFileIsFoundUnlessItsFirstLineSaysWhy() {
        String text = "class Sample {\n" + "\n".repeat(FILE_LINES - 2) + "}\n";
        assertEquals(List.of(), tooLong(Source.sample("wire", false, text)));
        assertEquals(1, tooLong(Source.sample("wire", false, "\n" + text)).size());
        assertEquals(List.of(), tooLong(Source.sample("wire", false, REASON + "a table\n" + text)));
    }

    @Test
    void longMethodIsFoundUnlessItsFirstLineSaysWhy() {
        String head = "class Sample {\n    @Override\n    void run() {\n";
        String body = "        stop();\n".repeat(METHOD_LINES - 2);
        String tail = "    }\n}\n";
        assertEquals(List.of(), tooLong(Source.sample("wire", false, head + body + tail)));
        assertEquals(
                1,
                tooLong(Source.sample("wire", false, head + "\n" + body + tail)).size());
        String reason = "        " + REASON + "one decision\n";
        assertEquals(List.of(), tooLong(Source.sample("wire", false, head + reason + body + tail)));
    }

    @Test
    void longLineIsFound() {
        String line = "class Sample {} // ";
        String fits = line + "x".repeat(COLUMNS - line.length());
        assertEquals(List.of(), tooLong(Source.sample("wire", false, fits)));
        assertEquals(1, tooLong(Source.sample("wire", false, fits + "x")).size());
    }

    private static List<String> tooLong(Source source) {
        List<String> findings = new ArrayList<>();
        List<String> lines = source.lines();
        if (lines.size() > FILE_LINES && !lines.getFirst().startsWith(REASON)) {
            findings.add(source.path() + ": " + lines.size() + " lines");
        }
        for (int i = 0; i < lines.size(); i++) {
            int columns = lines.get(i).codePointCount(0, lines.get(i).length());
            if (columns > COLUMNS) {
                findings.add(source.path() + ":" + (i + 1) + ": " + columns + " columns");
            }
        }
        findings.addAll(longMethods(source));
        return findings;
    }

    private static List<String> longMethods(Source source) {
        List<String> findings = new ArrayList<>();
        SourcePositions positions = source.trees().getSourcePositions();
        source.scan(new TreePathScanner<Void, Void>() {
            @Override
            public Void visitMethod(MethodTree method, Void nothing) {
                long end = positions.getEndPosition(source.tree(), method);
                if (method.getBody() != null && end >= 0) {
                    // Annotations do not count: from the line of the result's type, or of the constructor's name.
                    long start = method.getReturnType() == null
                            ? positions.getStartPosition(source.tree(), method)
                            : positions.getStartPosition(source.tree(), method.getReturnType());
                    int count = source.line(end) - source.line(start) + 1;
                    int brace = source.line(positions.getStartPosition(source.tree(), method.getBody()));
                    boolean reasoned = source.lines().get(brace).strip().startsWith(REASON);
                    if (count > METHOD_LINES && !reasoned) {
                        findings.add(source.at(method) + ": " + method.getName() + " has " + count + " lines");
                    }
                }
                return super.visitMethod(method, null);
            }
        });
        return findings;
    }
}
