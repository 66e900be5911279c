package netkeep.tools.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import netkeep.tools.CannotHere;
import netkeep.tools.demo.Program;

/// Chaos under programs that know nothing of us. A load generator asks each of them over one of the addresses, and
/// who compares every answer over all of them.
final class UnderPrograms {
    private static final long CALM_MS = TimeUnit.SECONDS.toMillis(2);

    /// A death is felt so long.
    private static final long FELT_NS = TimeUnit.SECONDS.toNanos(1);

    private static final long START_NS = TimeUnit.SECONDS.toNanos(60);
    private static final int LOOK_MS = 50;

    /// After something was lost nobody asks for so long.
    private static final int LOST_MS = 100;

    private final Stage stage;
    private final KernelSide side;
    private final Tally tally = new Tally();
    private final Map<Guest.Kind, Account> accounts = new LinkedHashMap<>();
    private final Map<Guest.Kind, Guest> guests = new LinkedHashMap<>();
    private final Map<Guest.Kind, Tool> servers = new LinkedHashMap<>();
    private final List<Thread> threads = new ArrayList<>();

    /// @param scratch a directory for what programs read and write; the caller removes it
    UnderPrograms(Stage stage, List<Guest.Kind> kinds, Path scratch) throws IOException {
        this.stage = stage;
        this.side = new KernelSide(stage.place(), scratch);
        String script = System.getProperty("netkeep.command");
        if (script == null) {
            throw new CannotHere("\"run\" is a command of the script: use ./netkeep");
        }
        Path root = Files.createDirectory(scratch.resolve("files"));
        FileGuest.fill(root);
        for (Guest.Kind kind : kinds) {
            Account account = new Account();
            accounts.put(kind, account);
            guests.put(
                    kind,
                    switch (kind) {
                        case NGINX -> FileGuest.nginx(root, scratch, account);
                        case JVM -> FileGuest.jvm(script, root, account);
                        case REDIS -> new RedisGuest(script, scratch, account);
                    });
        }
    }

    /// What this system lacks of what these programs need.
    static void require(List<Guest.Kind> kinds) {
        List<String> needed = new ArrayList<>();
        for (Guest.Kind kind : kinds) {
            needed.addAll(
                    switch (kind) {
                        case NGINX -> List.of("nginx", "wrk");
                        case JVM -> List.of("wrk");
                        case REDIS -> List.of("redis-server", "redis-benchmark");
                    });
        }
        needed.removeIf(program -> Program.find(program).isPresent());
        if (!needed.isEmpty()) {
            throw new CannotHere("needs " + String.join(", ", needed) + ": apt-get install nginx wrk redis");
        }
    }

    /// Ends parts until so many seconds are over.
    ProgramOutcome run(String placement, long seed, int seconds) throws IOException, InterruptedException {
        stage.deaths().awaitAll();
        int number = 0;
        for (Map.Entry<Guest.Kind, Guest> each : guests.entrySet()) {
            servers.put(each.getKey(), stage.start(each.getValue(), number++));
        }
        for (Map.Entry<Guest.Kind, Guest> each : guests.entrySet()) {
            for (String address : Stage.ADDRESSES) {
                await(each.getKey(), each.getValue().port(), address);
            }
        }
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        try {
            begin();
            Thread.sleep(CALM_MS);
            stage.deaths().go(endNs, FELT_NS);
            // The last one is felt behind it.
            TimeUnit.NANOSECONDS.sleep(FELT_NS);
        } finally {
            end();
        }
        for (Map.Entry<Guest.Kind, Guest> each : guests.entrySet()) {
            attempt(each.getKey(), () -> each.getValue().settle(side, Stage.ADDRESSES.getFirst()));
        }
        return new ProgramOutcome(
                placement,
                seed,
                accounts,
                tally,
                stage.deaths().chains(),
                stage.deaths().reported(),
                stage.lost());
    }

    private Tool server(Guest.Kind kind) {
        Tool server = servers.get(kind);
        if (server == null) {
            throw new IllegalStateException("nobody started " + kind.id());
        }
        return server;
    }

    private void await(Guest.Kind kind, int port, String address) throws IOException, InterruptedException {
        long endNs = System.nanoTime() + START_NS;
        while (true) {
            server(kind).mustRun();
            try {
                side.connect(address, port).close();
                return;
            } catch (IOException notYet) {
                if (System.nanoTime() > endNs) {
                    throw notYet;
                }
                Thread.sleep(LOOK_MS);
            }
        }
    }

    private void begin() {
        int next = 0;
        for (Map.Entry<Guest.Kind, Guest> each : guests.entrySet()) {
            String loaded = Stage.ADDRESSES.get(next++ % Stage.ADDRESSES.size());
            begin(each.getKey(), each.getValue().generator(loaded));
            for (String address : Stage.ADDRESSES) {
                begin(each.getKey(), each.getValue().checker(address));
            }
        }
    }

    private void begin(Guest.Kind kind, Asker asker) {
        threads.add(Thread.ofPlatform().name("netkeep-asks-" + kind.id()).start(() -> {
            while (!side.over()) {
                attempt(kind, () -> {
                    asker.ask(side);
                    server(kind).mustRun();
                });
            }
        }));
    }

    /// Something that goes wrong if something was lost.
    private interface Attempt {
        void run() throws IOException, InterruptedException;
    }

    private void attempt(Guest.Kind kind, Attempt attempt) {
        try {
            try {
                attempt.run();
            } catch (IOException lost) {
                tally.fault(kind.id() + ": " + lost.getMessage());
                Thread.sleep(LOST_MS);
            }
        } catch (InterruptedException impatient) {
            Thread.currentThread().interrupt();
        }
    }

    private void end() throws InterruptedException {
        side.end();
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
