package netkeep.tools.chaos;

import java.io.IOException;
import java.util.List;
import netkeep.bench.WrkOutput;

/// wrk, as the system has it.
final class WrkAsker implements Asker {
    private static final int CONNECTIONS = 8;
    private static final int RUN_S = 60;
    private static final int LOOK_MS = 50;
    private static final int PATIENCE_S = 20;

    /// An answer that takes as long is an error of wrk's.
    private static final int TIMEOUT_S = 10;

    private final String url;
    private final Account account;

    WrkAsker(String url, Account account) {
        this.url = url;
        this.account = account;
    }

    @Override
    public void ask(KernelSide side) throws IOException, InterruptedException {
        List<String> command =
                List.of("wrk", "-t1", "-c" + CONNECTIONS, "-d" + RUN_S + "s", "--timeout", TIMEOUT_S + "s", url);
        while (!side.over()) {
            try (Tool wrk = side.start(command)) {
                while (!side.over() && !wrk.ends(LOOK_MS)) {
                    // It asks.
                }
                // It tells what has come so far.
                wrk.interrupt();
                WrkOutput output = WrkOutput.parse(wrk.result(PATIENCE_S));
                account.generated(output.requests(), output.slowestMs(), output.errors());
            }
        }
    }
}
