package netkeep.tools.demo;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import netkeep.client.Attached;
import netkeep.embedded.Embedded;
import netkeep.linux.LinuxException;
import netkeep.linux.NetworkNamespace;
import netkeep.placement.Settings;
import netkeep.tools.place.Placement;

/// A client's place and four stacks, and what serves on them; all of it goes with this object.
///
/// ```text
///           .0.1  <--- TAP, or veth and packet socket --->  .0.2  Netkeep, factored
///   client  .1.1  <--------------- veth --------------->    .1.2  the kernel's stack
///           .2.1  <--- TAP, or veth and packet socket --->  .2.2  Netkeep, monolithic
///           .3.1  <--- TAP, or veth and packet socket --->  .3.2  Netkeep, embedded
/// ```
final class Stage implements AutoCloseable {
    private static final String EVERYWHERE = "::";
    private static final int SPIN_MICROS = 200;
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(30);
    private static final int LOOK_MS = 20;

    private final Deque<Runnable> closing = new ArrayDeque<>();
    private final Path root;
    private final Path scratch;
    private final Network network;
    private final Kept factored;
    private final Kept monolithic;

    /// @param root    the directory that is served
    /// @param scratch a directory for sessions and what programs leave
    /// @param tap     whether to try a TAP first
    /// @throws LinuxException if the kernel does not allow it
    Stage(Path root, Path scratch, boolean tap) throws IOException {
        this.root = root;
        this.scratch = scratch;
        boolean done = false;
        try {
            network = new Network(tap);
            closing.push(network::close);
            // Both begin, and rehearse, while the rest is made.
            factored = kept(Placement.FACTORED, Where.FACTORED);
            monolithic = kept(Placement.MONOLITHIC, Where.MONOLITHIC);
            done = true;
        } finally {
            if (!done) {
                close();
            }
        }
    }

    private Kept kept(Placement placement, Where where) throws IOException {
        Network.Ours ours = network.join(where);
        List<String> lines = new ArrayList<>();
        ours.addresses().forEach(address -> lines.add("address 1 " + address));
        Settings.Device device = Settings.Device.of(ours.kind(), ours.name(), ours.link());
        Kept kept = new Kept(placement, scratch.resolve(where.id()), device, ours.link(), lines);
        closing.push(kept::close);
        return kept;
    }

    /// Starts a program on a stack, in a network namespace in which there is nothing else, and waits until it answers.
    ///
    /// @param where a placement in a daemon, or the kernel
    void start(Program program, Where where) throws IOException {
        Path session = switch (where) {
            case FACTORED -> factored.session();
            case MONOLITHIC -> monolithic.session();
            case KERNEL -> null;
            case EMBEDDED -> throw new IllegalArgumentException("a program cannot have a stack embedded");
        };
        NetworkNamespace place = session == null ? network.kernel() : network.empty();
        Path said = scratch.resolve("said-" + where.id());
        Process process = place.start(new ProcessBuilder(program.command(where, session, network.ipv6()))
                .redirectErrorStream(true)
                .redirectOutput(said.toFile()));
        closing.push(() -> end(process));
        awaitAnswer(where, process, said);
    }

    private void awaitAnswer(Where where, Process process, Path said) throws IOException {
        long endNs = System.nanoTime() + PATIENCE_NS;
        while (!answers(where)) {
            try {
                if (process.waitFor(LOOK_MS, TimeUnit.MILLISECONDS) || System.nanoTime() - endNs > 0) {
                    throw new IOException("no answer from " + where.server() + ":" + Program.PORT + ": "
                            + Files.readString(said).strip());
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted");
            }
        }
    }

    private boolean answers(Where where) {
        return network.client().call(() -> {
            try (SocketChannel channel = SocketChannel.open()) {
                return channel.connect(new InetSocketAddress(where.server(), Program.PORT));
            } catch (ConnectException notYet) {
                return false;
            }
        });
    }

    /// Workers outlive a master that is killed.
    private static void end(Process process) {
        List<ProcessHandle> workers = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(2, TimeUnit.SECONDS)) {
                workers.forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException impatient) {
            workers.forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /// Starts our own server of files, in this process, on all four stacks.
    void startOurs() throws IOException {
        Network.Ours ours = network.join(Where.EMBEDDED);
        Embedded embedded = Embedded.builder()
                .spinMicros(SPIN_MICROS)
                .link(ours.name(), ours.link(), ours.addresses())
                .start();
        closing.push(embedded::close);
        serve(Where.EMBEDDED, embedded.provider());
        for (Kept kept : List.of(factored, monolithic)) {
            Attached attached =
                    Attached.to(kept.session().toString(), TimeUnit.MICROSECONDS.toNanos(SPIN_MICROS), false);
            closing.push(attached::close);
            serve(kept == factored ? Where.FACTORED : Where.MONOLITHIC, attached.provider());
        }
        try {
            network.kernel().call(() -> {
                serve(Where.KERNEL, SelectorProvider.provider());
                return this;
            });
        } catch (IllegalStateException failure) {
            if (failure.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw failure;
        }
    }

    private void serve(Where where, SelectorProvider provider) throws IOException {
        // On the wildcard: an address of IPv6 is looked for on its link before it is ours.
        String at = where == Where.KERNEL ? where.server() : EVERYWHERE;
        Serving serving = new Serving("netkeep-" + where.id(), provider, root, List.of(at));
        closing.push(serving::close);
    }

    Network network() {
        return network;
    }

    Kept factored() {
        return factored;
    }

    Kept monolithic() {
        return monolithic;
    }

    @Override
    public void close() {
        while (!closing.isEmpty()) {
            closing.pop().run();
        }
    }
}
