package netkeep.tools.chaos;

import java.io.IOException;
import java.util.function.Consumer;

/// Counts with a counter of its own, one by one and several at a time, and has values kept that it knows: sees each
/// count once, and in order, and each value as it was, over one connection after another.
final class RedisChecker implements Asker {
    /// Over one connection.
    private static final int MOST_ROUNDS = 100;

    /// Counts that are asked for at a time.
    private static final int AHEAD = 10;

    private static final int LONGEST = 10_000;
    private static final int PAUSE_MS = 1;

    private final String address;
    private final int port;
    private final Account account;
    private final Consumer<String> asked;
    private long count;

    /// @param asked is told each command
    RedisChecker(String address, int port, Account account, Consumer<String> asked) {
        this.address = address;
        this.port = port;
        this.account = account;
        this.asked = asked;
    }

    @Override
    public void ask(KernelSide side) throws IOException, InterruptedException {
        while (!side.over()) {
            try (RedisConnection connection = new RedisConnection(side.connect(address, port))) {
                for (int round = 0; round < MOST_ROUNDS && !side.over(); round++) {
                    count(connection, round % 2 == 0 ? 1 : AHEAD);
                    keep(connection);
                    Thread.sleep(PAUSE_MS);
                }
            }
        }
    }

    private void count(RedisConnection connection, int times) throws IOException {
        for (int i = 0; i < times; i++) {
            connection.add("INCR", "count " + address);
            asked.accept("incr");
        }
        connection.send();
        for (int i = 0; i < times; i++) {
            is(":" + ++count, connection.line());
        }
    }

    private void keep(RedisConnection connection) throws IOException {
        String value = Long.toString(count)
                .repeat((int) (count % LONGEST / Long.toString(count).length()) + 1);
        connection.add("SET", "value " + address, value);
        asked.accept("set");
        connection.add("GET", "value " + address);
        asked.accept("get");
        connection.send();
        is("+OK", connection.line());
        is(value, connection.bulk());
    }

    private void is(String wanted, String answer) throws IOException {
        if (!answer.equals(wanted)) {
            throw new IOException("redis-server says \"" + answer + "\" instead of \"" + wanted + "\"");
        }
        account.checked.increment();
    }
}
