package netkeep.tools.netns;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import netkeep.client.Attached;
import netkeep.linux.LinuxException;
import netkeep.tools.CannotHere;
import netkeep.tools.serve.Ending;
import netkeep.tools.status.Daemon;
import netkeep.tools.status.StatusLine;

/// A program in a namespace of its own, from its start to its end.
public final class Confined {
    /// How often it is looked for ports at which the program listens.
    private static final int LOOK_MS = 50;

    private final Path session;
    private final List<InetAddress> named;
    private final List<String> program;

    /// @param session where the daemon lets programs in
    /// @param named   the addresses that the program is to have, at most one of each family; none for the daemon's
    ///                own, which it tells its own user alone
    /// @param program its command line
    public Confined(Path session, List<InetAddress> named, List<String> program) {
        this.session = session;
        this.named = List.copyOf(named);
        this.program = List.copyOf(program);
    }

    /// Runs the program.
    ///
    /// @return its exit code, 128 and the signal's number for one that was killed
    /// @throws CannotHere if this machine or user cannot
    public int run() throws IOException {
        List<InetAddress> addresses = named.isEmpty() ? addresses() : named;
        Attached attached = Attached.to(session.toString());
        try (Ending ending = new Ending();
                Cell cell = cell(attached, addresses);
                Gateway gateway = new Gateway(attached, cell.link(), addresses)) {
            Process process = cell.space().start(new ProcessBuilder(program).inheritIO());
            ending.by(process::destroy);
            Set<String> told = new HashSet<>();
            while (!process.waitFor(LOOK_MS, TimeUnit.MILLISECONDS)) {
                Listening ports = cell.space().call(Listening::here);
                for (String failure : gateway.publish(ports)) {
                    if (told.add(failure)) {
                        System.err.println("netkeep: not to be reached from outside: " + failure);
                    }
                }
            }
            gateway.drain();
            ending.code(process.exitValue());
            return process.exitValue();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    private static Cell cell(Attached attached, List<InetAddress> addresses) {
        try {
            return new Cell(addresses);
        } catch (LinuxException refused) {
            attached.close();
            throw new CannotHere("no network namespace: " + refused.getMessage());
        }
    }

    /// An address of each family that the daemon's stack has: the program is to see the one by which it is seen.
    private List<InetAddress> addresses() throws IOException {
        List<InetAddress> all = new ArrayList<>();
        try (Daemon daemon = Daemon.at(session)) {
            for (StatusLine line : daemon.lines("status")) {
                if (!line.kind().equals("address")) {
                    continue;
                }
                InetAddress address = InetAddress.ofLiteral(line.text("address").split("/", 2)[0]);
                boolean another = all.stream()
                        .noneMatch(known -> known instanceof Inet4Address == address instanceof Inet4Address);
                if (another && !address.isLinkLocalAddress()) {
                    all.add(address);
                }
            }
        } catch (UncheckedIOException broken) {
            throw broken.getCause();
        }
        if (all.isEmpty()) {
            throw new CannotHere("the stack at " + session + " has no address yet");
        }
        return all;
    }
}
