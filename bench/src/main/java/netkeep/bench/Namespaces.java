package netkeep.bench;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Two network namespaces with a veth pair between them.
///
/// ```text
///   server: 198.18.0.2  <--- veth, TSO on --->  198.18.0.1 :load
///                    our stack: 198.18.1.2  <--- TAP --->  198.18.1.1 :load
/// ```
///
/// Both sides' load runs in the same namespace. The kernel's server has the other; ours, embedded in its process,
/// has its stack for one, and makes the TAP in the load's.
///
/// The names hold this process's id. What a run left behind that was killed, the next one removes.
final class Namespaces implements AutoCloseable {
    static final String KERNEL_SERVER = "198.18.0.2";
    static final String OUR_SERVER = "198.18.1.2";
    static final String OUR_LOAD = "198.18.1.1";
    private static final String KERNEL_LOAD = "198.18.0.1";

    /// The TAP of the bare responder, and what is on either side of it.
    static final String CEILING = "nkceil";

    static final String CEILING_SERVER = "198.18.4.2";
    private static final String CEILING_LOAD = "198.18.4.1";

    /// What the kernel's sockets use, on both sides.
    static final String CONGESTION_CONTROL = "cubic";

    /// Both ends of the kernel's link.
    static final String VETH = "veth";

    /// Packets that wait in a TAP: what our link asks for.
    private static final String QUEUE_LENGTH = "5000";

    private static final String PREFIX = "nkb-";
    private static final Path NAMED = Path.of("/run/netns");
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /// What both namespaces get: ports for many connections one after another, and room for those that arrive at once.
    private static final List<String> SETTINGS = List.of(
            "net.ipv4.ip_local_port_range=1024 65535",
            "net.ipv4.tcp_tw_reuse=1",
            "net.core.somaxconn=65535",
            "net.ipv4.tcp_max_syn_backlog=65535");

    /// One of the two.
    enum Place {
        SERVER("server"),
        LOAD("load");

        private final String text;

        Place(String text) {
            this.text = text;
        }

        private String namespace(long pid) {
            return PREFIX + pid + "-" + text;
        }
    }

    private final Path directory;
    private final long pid = ProcessHandle.current().pid();

    private Namespaces(Path directory) {
        this.directory = directory;
    }

    /// Makes both, with the pair up.
    ///
    /// @param directory for the output of the commands that do it
    static Namespaces make(Path directory) throws IOException, InterruptedException {
        Namespaces made = new Namespaces(directory);
        made.removeLeftovers();
        boolean done = false;
        try {
            made.build();
            done = true;
        } finally {
            if (!done) {
                made.close();
            }
        }
        return made;
    }

    private void build() throws IOException, InterruptedException {
        for (Place place : Place.values()) {
            run("ip", "netns", "add", place.namespace(pid));
            for (String setting : SETTINGS) {
                run(inside(place, "sysctl", "-q", "-w", setting));
            }
            run(inside(place, "ip", "link", "set", "lo", "up"));
        }
        String server = Place.SERVER.namespace(pid);
        run(inside(Place.LOAD, "ip", "link", "add", "veth", "type", "veth", "peer", "name", "veth", "netns", server));
        end(Place.SERVER, KERNEL_SERVER);
        end(Place.LOAD, KERNEL_LOAD);
    }

    private void end(Place place, String address) throws IOException, InterruptedException {
        run(inside(place, "ip", "address", "add", address + "/24", "dev", VETH));
        run(inside(place, "ip", "link", "set", "veth", "up"));
        congestionControl(place, "veth", address);
    }

    /// Makes a TAP for a process that brings its stack along, with the kernel's side up.
    void tap(Place place, String device, String address) throws IOException, InterruptedException {
        run(inside(place, "ip", "tuntap", "add", "dev", device, "mode", "tap", "vnet_hdr"));
        run(inside(place, "ip", "address", "add", address + "/24", "dev", device));
        run(inside(place, "ip", "link", "set", device, "up"));
    }

    /// Makes the TAP of the bare responder, as our link makes ours.
    void ceiling() throws IOException, InterruptedException {
        tap(Place.LOAD, CEILING, CEILING_LOAD);
        run(inside(Place.LOAD, "ip", "link", "set", CEILING, "txqueuelen", QUEUE_LENGTH));
        congestionControl(Place.LOAD, CEILING, CEILING_LOAD);
    }

    /// Sets the kernel's best algorithm for what goes out by a device.
    ///
    /// By route, since a namespace may not make every algorithm its default. BBR, the default of some hosts, paces
    /// by timers and moves half of what CUBIC does here.
    ///
    /// @param address the device's address
    void congestionControl(Place place, String device, String address) throws IOException, InterruptedException {
        String network = address.substring(0, address.lastIndexOf('.')) + ".0/24";
        run(inside(
                place,
                "ip",
                "route",
                "replace",
                network,
                "dev",
                device,
                "proto",
                "kernel",
                "scope",
                "link",
                "src",
                address,
                "congctl",
                CONGESTION_CONTROL));
    }

    /// Has frames that arrive at a device handled on these cores, bit by bit; 0 for the core of whoever sent them.
    void steer(Place place, String device, int cores) throws IOException, InterruptedException {
        String file = "/sys/class/net/" + device + "/queues/rx-0/rps_cpus";
        String set = "echo " + Integer.toHexString(cores) + " > " + file;
        // As nsenter, but with the /sys of the namespace.
        run("ip", "netns", "exec", place.namespace(pid), "sh", "-c", set);
    }

    /// Gives the load's side of the veth or of a TAP one more address.
    void addAddress(String device, String address) throws IOException, InterruptedException {
        run(inside(Place.LOAD, "ip", "address", "replace", address + "/24", "dev", device));
    }

    /// The command that runs another in one of the namespaces.
    List<String> inside(Place place, String... command) {
        List<String> whole = new ArrayList<>(List.of("nsenter", "--net=" + NAMED.resolve(place.namespace(pid))));
        whole.addAll(List.of(command));
        return whole;
    }

    /// The same, on one core.
    List<String> pinned(Place place, int core, List<String> command) {
        List<String> whole = new ArrayList<>(inside(place, "taskset", "-c", String.valueOf(core)));
        whole.addAll(command);
        return whole;
    }

    private void run(String... command) throws IOException, InterruptedException {
        run(List.of(command));
    }

    private void run(List<String> command) throws IOException, InterruptedException {
        Program.run(directory, PATIENCE, command);
    }

    private void removeLeftovers() throws IOException, InterruptedException {
        if (!Files.isDirectory(NAMED)) {
            return;
        }
        List<String> names;
        try (Stream<Path> entries = Files.list(NAMED)) {
            names = entries.map(entry -> entry.getFileName().toString())
                    .filter(name -> name.matches(PREFIX + "\\d+-(server|load)"))
                    .toList();
        }
        for (String name : names) {
            long owner = Long.parseLong(name.split("-", -1)[1]);
            if (ProcessHandle.of(owner).isEmpty()) {
                remove(name);
            }
        }
    }

    /// Ends every process in a namespace of ours, and the namespace.
    private void remove(String name) throws IOException, InterruptedException {
        String pids = Program.run(directory, PATIENCE, List.of("ip", "netns", "pids", name));
        for (String inside : pids.lines().toList()) {
            ProcessHandle.of(Long.parseLong(inside.strip())).ifPresent(ProcessHandle::destroyForcibly);
        }
        run("ip", "netns", "delete", name);
    }

    /// Removes both, and ends what still runs in them. Once more is no harm.
    @Override
    public synchronized void close() throws IOException {
        try {
            for (Place place : Place.values()) {
                String name = place.namespace(pid);
                if (Files.exists(NAMED.resolve(name))) {
                    remove(name);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(
                    "interrupted while " + PREFIX + pid + " was removed; the next run does it");
        }
    }
}
