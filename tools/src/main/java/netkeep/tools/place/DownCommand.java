package netkeep.tools.place;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import netkeep.linux.Clock;
import netkeep.linux.Descriptors;
import netkeep.linux.LinuxException;
import netkeep.linux.Poller;
import netkeep.linux.Threads;
import netkeep.tools.JsonText;
import netkeep.tools.status.Daemon;
import netkeep.tools.status.SessionOption;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `netkeep down`: tells a keeper to end, and waits until it and all its domains have.
@Command(
        name = "down",
        description = "Ends a stack that runs in processes of its own, and waits until all of them are gone.",
        mixinStandardHelpOptions = true)
public final class DownCommand implements Callable<Integer> {
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(30);

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    private SessionOption session = new SessionOption();

    @Option(names = "--json", description = "Says in JSON which processes have ended; else it says nothing.")
    private boolean json;

    /// For picocli.
    public DownCommand() {}

    @Override
    public Integer call() throws IOException {
        List<Integer> processes = new ArrayList<>();
        try {
            int keeper;
            // Needs no answer: it ends also what hangs.
            try (Daemon daemon = session.daemon()) {
                keeper = daemon.keeper();
            }
            watch(keeper, processes);
            List<Long> children = ProcessHandle.of(keeper).stream()
                    .flatMap(ProcessHandle::descendants)
                    .map(ProcessHandle::pid)
                    .toList();
            children.forEach(child -> watch(child, processes));
            try {
                Threads.kill(keeper, Threads.SIGTERM);
            } catch (LinuxException refused) {
                throw new IOException("process " + keeper + " is not this user's to end", refused);
            }
            await(processes);
            if (json) {
                say(keeper, children);
            }
        } finally {
            processes.forEach(Descriptors::close);
        }
        return 0;
    }

    private void say(int keeper, List<Long> children) {
        Map<String, Object> said = new LinkedHashMap<>();
        said.put("keeper", keeper);
        said.put("processes", children);
        PrintWriter out = spec.commandLine().getOut();
        out.println(JsonText.line(Map.of("ended", said)));
        out.flush();
    }

    private static void watch(long process, List<Integer> descriptors) {
        try {
            descriptors.add(Threads.pidfd(process));
        } catch (LinuxException gone) {
            // It has ended by itself.
        }
    }

    private static void await(List<Integer> processes) throws IOException {
        Clock clock = new Clock();
        long endNs = clock.nowNs() + PATIENCE_NS;
        for (int process : processes) {
            Poller poller = new Poller(1);
            poller.add(process, Poller.POLLIN);
            while (poller.await(Math.max(0, endNs - clock.nowNs())) <= 0) {
                if (clock.nowNs() >= endNs) {
                    throw new IOException("it was told to end, and has not done so for 30 s");
                }
            }
        }
    }
}
