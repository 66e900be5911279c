package netkeep.bench;

import java.io.IOException;
import java.util.List;

/// What the kernel counted of one process, by perf.
///
/// @param calls      system calls
/// @param switches   how often it was taken from its core, or left it to sleep
/// @param cpuSeconds CPU time
record Counts(double calls, double switches, double cpuSeconds) {
    private static final String CALLS = "raw_syscalls:sys_enter";
    private static final String SWITCHES = "context-switches";
    private static final String CPU = "task-clock";

    /// The command that counts for a while, and says so on standard error.
    static List<String> command(long process, int ms) {
        return List.of(
                "perf",
                "stat",
                "-x,",
                "-e",
                CALLS + "," + SWITCHES + "," + CPU,
                "-p",
                String.valueOf(process),
                "--timeout",
                String.valueOf(ms));
    }

    static Counts parse(String said) throws IOException {
        return new Counts(number(said, CALLS), number(said, SWITCHES), number(said, CPU) / 1e3);
    }

    /// A line is `count,unit,event,...`; what did nothing is "not counted".
    private static double number(String said, String event) throws IOException {
        for (String line : said.lines().toList()) {
            String[] fields = line.split(",", -1);
            if (fields.length > 2 && fields[2].startsWith(event)) {
                try {
                    return fields[0].startsWith("<not counted") ? 0 : Double.parseDouble(fields[0]);
                } catch (NumberFormatException e) {
                    throw new IOException("perf counts no " + event + " here: " + line, e);
                }
            }
        }
        throw new IOException("perf says nothing of " + event + ": " + said);
    }

    /// The same for each of this many requests.
    Counts per(double requests) {
        return new Counts(calls / requests, switches / requests, cpuSeconds / requests);
    }
}
