package netkeep.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

class ReportTest {
    private static final Stolen STOLEN = new Stolen(0.015, 2.5, 0);
    private static final Row HTTP = Row.of(
            Job.HTTP,
            "tap",
            List.of(new Run(166_000, 500_000, 2, 3, 0.98), new Run(170_000, 500_000, 2, 3, 0.98)),
            List.of(new Run(56_000, 160_000, 3, 3, 0.5), new Run(40_000, 160_000, 3, 3, 0.5)),
            STOLEN);
    private static final Row UNDER = HTTP.under(Row.Ceiling.of(
            Job.HTTP,
            List.of(new Run(196_000, 500_000, 1, 2, 0.9), new Run(236_000, 500_000, 1, 2, 0.9)),
            List.of(new Run(56_000, 160_000, 3, 3, 0.5), new Run(40_000, 160_000, 3, 3, 0.5))));
    private static final Row START = new Row(
            Job.START,
            "embedded",
            "tap",
            new Samples(612),
            new Samples(0),
            new Samples(612).over(new Samples(0)),
            null,
            null,
            0,
            STOLEN,
            List.of("a \"note\"\n"),
            null);

    @Test
    void tableTellsFiguresRatioBarAndVerdict() {
        List<String> lines = new Table(false).lines(HTTP);

        String line = lines.getFirst().replaceAll(" +", " ");
        assertEquals("http 168,000 48,000 requests/s 3.50 (2.96..4.25) >= 1.80 met 0.60 / 1.88 1.5 % 2.5 ms", line);
        assertTrue(lines.get(1).contains("the load's core is the limit: it was 98 % busy"), lines.get(1));
        assertTrue(lines.get(1).contains("0.32 of the kernel's, bar 0.5"), lines.get(1));
    }

    @Test
    void ceilingStandsUnderItsRow() {
        List<String> lines = new Table(false).lines(UNDER);

        assertEquals(new Table(false).lines(HTTP).getFirst(), lines.getFirst());
        assertEquals(
                "  ceiling 216,000 requests/s 4.50 (3.50..5.90) 0.40 load's core 90 %",
                "  " + lines.get(1).strip().replaceAll(" +", " "));
        assertFalse(String.join("", new Table(false).lines(HTTP)).contains("ceiling"));
    }

    @Test
    void jsonHasTheCeilingOnlyIfMeasured() {
        String json = Json.of(Map.of(), List.of(UNDER));

        for (String field : List.of(
                "\"ceiling\": 216000.0",
                "\"ceiling_ratio\": 4.5",
                "\"ceiling_ratio_spread\": [3.5, 5.9]",
                "\"ceiling_cpu_server\": 0.2")) {
            assertTrue(json.contains(field), () -> field + " in " + json);
        }
        assertFalse(Json.of(Map.of(), List.of(HTTP)).contains("ceiling"));
    }

    @Test
    void tableHasColoursOnlyIfAsked() {
        assertFalse(String.join("", new Table(false).lines(START)).contains("\u001b"));
        assertTrue(String.join("", new Table(true).lines(START)).contains("\u001b[31mmissed\u001b[0m"));
    }

    @Test
    void coloursDoNotMoveColumns() {
        String plain = new Table(false).lines(HTTP).getFirst();
        String coloured = new Table(true).lines(HTTP).getFirst();

        assertEquals(plain, coloured.replaceAll("\u001b\\[\\d+m", ""));
    }

    @Test
    void jsonHasTheFieldsOfARow() {
        String json = Json.of(Map.of("kernel", "6.18"), List.of(HTTP));

        assertTrue(
                json.startsWith("{\n  \"environment\": {\n    \"kernel\": \"6.18\"\n  },\n  \"rows\": [\n    {\n"),
                json);
        for (String field : List.of(
                "\"job\": \"http\"",
                "\"placement\": \"embedded\"",
                "\"link\": \"tap\"",
                "\"unit\": \"requests/s\"",
                "\"ours\": 168000.0",
                "\"kernel\": 48000.0",
                "\"ratio\": 3.5",
                "\"kernel_spread\": [40000.0, 56000.0]",
                "\"met\": true",
                "\"load_is_limit\": true",
                "\"notes\": []")) {
            assertTrue(json.contains(field), () -> field + " in " + json);
        }
    }

    @Test
    void jsonEscapesTextAndKnowsNoInfinity() {
        String json = Json.of(Map.of(), List.of(START));

        assertTrue(json.contains("\"notes\": [\"a \\\"note\\\"\\u000a\"]"), json);
        assertTrue(json.contains("\"ratio\": null"), json);
        assertFalse(json.contains("cpu_unit"), json);
    }

    @Test
    void plotHasABarForEachRatioAndNoneForALimit() throws Exception {
        String svg = SvgPlot.of(List.of(HTTP, START));
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);

        Document document =
                factory.newDocumentBuilder().parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));

        NodeList bars = document.getElementsByTagName("rect");
        // The paper, and one bar.
        assertEquals(2, bars.getLength());
        assertTrue(svg.contains(">http</text>"), svg);
        assertFalse(svg.contains(">start</text>"), svg);
        assertTrue(svg.contains("3.50 (&gt;= 1.80) met"), svg);
    }

    @Test
    void plotOfNothingIsAPictureToo() throws Exception {
        String svg = SvgPlot.of(List.of());

        assertTrue(svg.endsWith("</svg>\n"), svg);
    }
}
