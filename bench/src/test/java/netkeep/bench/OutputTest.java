package netkeep.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What other programs and the kernel print is read as they print it, and nothing else is taken for it.
class OutputTest {
    private static final String WRK = """
            Running 10s test @ http://198.18.0.2:80/612.txt
              1 threads and 64 connections
              Thread Stats   Avg      Stdev     Max   +/- Stdev
                Latency     1.20ms  310.11us  12.01ms   91.00%
                Req/Sec    53.10k     2.00k   55.00k    80.00%
              26571 requests in 500.35ms, 21.51MB read
            """;
    private static final String RATE = "Requests/sec:  53104.83\nTransfer/sec:     42.99MB\n";

    @Test
    void wrkTellsRequestsRateAndTheSlowest() throws IOException {
        assertEquals(new WrkOutput(26_571, 53_104.83, 12.01, Map.of()), WrkOutput.parse(WRK + RATE));
    }

    @Test
    void wrkWithSocketErrorsIsNoResult() {
        String output = WRK + "  Socket errors: connect 0, read 3, write 0, timeout 0\n" + RATE;

        IOException failure =
                assertThrows(IOException.class, () -> WrkOutput.parse(output).sound());

        assertTrue(failure.getMessage().contains("read=3}"), failure.getMessage());
    }

    @Test
    void wrkWithRefusalsIsNoResult() throws IOException {
        String output = WRK + "  Non-2xx or 3xx responses: 26571\n" + RATE;

        WrkOutput parsed = WrkOutput.parse(output);
        assertEquals(Map.of("not 2xx or 3xx", 26_571L), parsed.errors());
        assertThrows(IOException.class, parsed::sound);
    }

    @Test
    void whatIsNotOfWrkIsNoResult() {
        assertThrows(IOException.class, () -> WrkOutput.parse("unable to connect to 198.18.0.2:http"));
        assertThrows(IOException.class, () -> WrkOutput.parse(WRK));
    }

    @Test
    void figuresAreFoundByName() throws IOException {
        Figures figures = Figures.of("count 37663 p50_ns 25275 p99_ns 45125 max_ns 2744651\n");

        assertEquals(37_663, figures.get("count"));
        assertEquals(2_744_651, figures.get("max_ns"));
    }

    @Test
    void aValueIsNotTakenForAName() {
        Figures figures = Figures.of("name count count x");

        assertThrows(IOException.class, () -> figures.get("name"));
        assertThrows(IOException.class, () -> figures.get("count"));
        assertThrows(IOException.class, () -> figures.get("ns"));
    }

    @Test
    void coreTimeIsThatOfTheCoreAskedFor() throws IOException {
        List<String> lines = List.of(
                "cpu  999 0 0 0 0 0 0 0 0 0", "cpu1 100 20 300 4000 50 6 70 8 0 0", "cpu10 1 1 1 1 1 1 1 1 0 0");

        CoreTime time = CoreTime.parse(lines, 1);

        assertEquals(new CoreTime(4.96, 40.5, 0.08), time);
        assertThrows(IOException.class, () -> CoreTime.parse(lines, 2));
    }

    @Test
    void shareIsOfTheTimeThatTheCoreHad() {
        CoreTime since = new CoreTime(13, 31, 9).since(new CoreTime(10, 30, 2));

        assertEquals(0.75, since.share());
        assertEquals(7, since.stealSeconds());
        assertEquals(0, new CoreTime(0, 0, 0).share());
    }

    @Test
    void memoryIsInKibibytes() throws IOException {
        String status = "VmPeak:   99999 kB\nVmRSS:\t   1234 kB\n";

        assertEquals(1234 * 1024, ProcessFigures.octets(status, "VmRSS:"));
        assertThrows(IOException.class, () -> ProcessFigures.octets(status, "Slab:"));
    }

    @Test
    void openFilesAreTheSoftLimit() throws IOException {
        List<String> limits = List.of(
                "Limit                     Soft Limit           Hard Limit           Units     ",
                "Max open files            1024                 20000                files     ");

        assertEquals(1_024, IdleJob.openFiles(limits));
        assertThrows(IOException.class, () -> IdleJob.openFiles(List.of()));
    }

    @Test
    void probesOfTwoCoresAddUp() throws IOException {
        Probe both = Probe.parse("spun_ns 1000 gaps_ns 100 longest_ns 80")
                .and(Probe.parse("spun_ns 1000 gaps_ns 300 longest_ns 90"));

        assertEquals(new Stolen(0.2, 90 / 1e6, 0.5), both.stolen(0.5));
        assertEquals(0, Probe.NONE.stolen(0).share());
    }

    @Test
    void processorIsTheFirstOne() {
        assertEquals("A: b", Environment.processor(List.of("flags : x", "model name\t: A: b", "model name : c")));
    }
}
