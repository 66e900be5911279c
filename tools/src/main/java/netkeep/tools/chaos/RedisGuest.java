package netkeep.tools.chaos;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// redis-server, which writes nothing to disk. Each command is to be done as often as it was asked for, not once
/// less, and not once more.
final class RedisGuest implements Guest {
    private static final int PORT = 6379;
    private static final int CONNECTIONS = 8;

    /// Of a run of redis-benchmark, of each kind.
    private static final int REQUESTS = 10_000;

    private static final int PATIENCE_S = 60;
    private static final Pattern ROW = Pattern.compile("(?m)^\"[SG]ET\",\"[0-9.]+\".*,\"([0-9.]+)\"$");

    private final String script;
    private final Path scratch;
    private final Account account;

    /// What was asked for, by the commands' names.
    private final Map<String, LongAdder> asked =
            Map.of("set", new LongAdder(), "get", new LongAdder(), "incr", new LongAdder());

    RedisGuest(String script, Path scratch, Account account) {
        this.script = script;
        this.scratch = scratch;
        this.account = account;
    }

    @Override
    public int port() {
        return PORT;
    }

    @Override
    public List<String> command(Path session) {
        List<String> command = new ArrayList<>(List.of(script, "run", "--session", session.toString(), "--"));
        command.addAll(
                List.of("redis-server", "--port", Integer.toString(PORT), "--save", "", "--protected-mode", "no"));
        command.addAll(List.of("--dir", scratch.toString(), "--bind"));
        command.addAll(Stage.ADDRESSES);
        return command;
    }

    @Override
    public Asker generator(String address) {
        List<String> command = List.of(
                "redis-benchmark",
                "-h",
                address,
                "-p",
                Integer.toString(PORT),
                "-c",
                Integer.toString(CONNECTIONS),
                "-n",
                Integer.toString(REQUESTS),
                "-t",
                "set,get",
                "--csv");
        return side -> {
            while (!side.over()) {
                try (Tool benchmark = side.start(command)) {
                    count(benchmark.result(PATIENCE_S));
                }
            }
        };
    }

    /// Counts a run: it has ended as it should, so all were answered.
    private void count(String output) throws IOException {
        Matcher row = ROW.matcher(output);
        double slowestMs = 0;
        int rows = 0;
        for (; row.find(); rows++) {
            slowestMs = Math.max(slowestMs, Double.parseDouble(row.group(1)));
        }
        if (rows != 2 || output.contains("rror")) {
            throw new IOException("redis-benchmark says " + output);
        }
        count("set", REQUESTS);
        count("get", REQUESTS);
        account.generated(rows * (long) REQUESTS, slowestMs, Map.of());
    }

    private void count(String command, long times) {
        LongAdder adder = asked.get(command);
        if (adder == null) {
            throw new IllegalArgumentException(command);
        }
        adder.add(times);
    }

    @Override
    public Asker checker(String address) {
        return new RedisChecker(address, PORT, account, command -> count(command, 1));
    }

    @Override
    public void settle(KernelSide side, String address) throws IOException {
        String done;
        try (RedisConnection connection = new RedisConnection(side.connect(address, PORT))) {
            connection.send("INFO", "commandstats");
            done = connection.bulk();
        }
        for (Map.Entry<String, LongAdder> each : asked.entrySet()) {
            Matcher calls = Pattern.compile("cmdstat_" + each.getKey() + ":calls=(\\d+)")
                    .matcher(done);
            long times = calls.find() ? Long.parseLong(calls.group(1)) : 0;
            if (times != each.getValue().sum()) {
                throw new IOException("redis-server has done " + each.getKey() + " " + times + " times instead of "
                        + each.getValue().sum());
            }
        }
    }
}
