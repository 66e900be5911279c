package netkeep.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import netkeep.bench.Namespaces.Place;

/// Where and with what was measured.
final class Environment {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final List<String> SETTINGS = List.of(
            "net.ipv4.tcp_rmem",
            "net.ipv4.tcp_wmem",
            "net.ipv4.tcp_tw_reuse",
            "net.ipv4.ip_local_port_range",
            "net.ipv4.tcp_timestamps",
            "net.core.somaxconn");

    private Environment() {}

    /// Says what is missing to measure at all.
    ///
    /// @throws NotPossibleException if something is
    static void check() throws NotPossibleException, IOException {
        if (!Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self/"), "unix:uid"))) {
            throw new NotPossibleException("bench makes network namespaces and pins processes: run it as root");
        }
        if (Runtime.getRuntime().availableProcessors() < 2) {
            throw new NotPossibleException("bench needs two cores: one for a server, one for its load");
        }
        if (!Files.exists(Path.of("/dev/net/tun"))) {
            throw new NotPossibleException("there is no /dev/net/tun: load the module tun (modprobe tun)");
        }
        List<String> missing = new ArrayList<>();
        for (String tool :
                List.of("gcc", "ip", "nsenter", "taskset", "timeout", "sysctl", "wrk", "nginx", "curl", "ethtool")) {
            if (find(tool).isEmpty()) {
                missing.add(tool);
            }
        }
        if (!missing.isEmpty()) {
            throw new NotPossibleException("not installed: " + String.join(", ", missing)
                    + " (packages gcc, iproute2, util-linux, coreutils, procps, wrk, nginx-light, curl, ethtool)");
        }
    }

    /// @throws NotPossibleException if a tool is not installed
    static void require(String tool) throws NotPossibleException {
        if (find(tool).isEmpty()) {
            throw new NotPossibleException("not installed: " + tool);
        }
    }

    private static Optional<Path> find(String tool) {
        String path = System.getenv("PATH");
        for (String directory : (path == null ? "" : path).split(":", -1)) {
            Path file = Path.of(directory, tool);
            if (Files.isExecutable(file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }

    static Map<String, String> read(Lab lab, Plan plan) throws IOException, InterruptedException {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put(
                "kernel",
                Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip());
        facts.put("processor", processor(Files.readAllLines(Path.of("/proc/cpuinfo"))));
        facts.put("cores", String.valueOf(Runtime.getRuntime().availableProcessors()));
        facts.put("java", System.getProperty("java.vm.name") + " " + Runtime.version());
        facts.put("wrk", version(lab, "wrk", "-v"));
        facts.put("nginx", version(lab, "nginx", "-v"));
        facts.put("gcc", version(lab, "gcc", "--version"));
        facts.put("veth", offloads(lab));
        facts.put("congestion control of the kernel's sockets, both sides", Namespaces.CONGESTION_CONTROL);
        for (String name : SETTINGS) {
            String value = lab.run(Place.SERVER, 1_000, List.of("sysctl", "-n", name));
            facts.put(name, value.strip().replaceAll("\\s+", " "));
        }
        facts.put(
                "pinning",
                "servers on core 0, load on core 1; rr-onecore both on core 0;"
                        + " start, and servers as they warm up, on both");
        facts.put("spin", Servers.SPIN_MICROS + " us, or 0 where the job says so");
        facts.put(
                "plan",
                plan.rounds() + " rounds of " + plan.runMs() + " ms, interleaved, after " + plan.warmupMs()
                        + " ms of warm-up");
        return facts;
    }

    /// The most of it, for a heading.
    static String line(Map<String, String> facts) {
        return facts.get("processor") + ", Linux " + facts.get("kernel") + ", " + facts.get("java") + "; "
                + facts.get("plan");
    }

    /// The model of the first core.
    static String processor(List<String> cpuinfo) {
        for (String line : cpuinfo) {
            if (line.startsWith("model name")) {
                return line.substring(line.indexOf(':') + 1).strip();
            }
        }
        return "unknown";
    }

    /// The first line of what a tool says about itself, on whichever output and with whichever exit code.
    private static String version(Lab lab, String... command) throws IOException, InterruptedException {
        try (Program program = Program.start(lab.directory(), List.of(command))) {
            program.awaitEnd(PATIENCE);
            return program.said().lines().findFirst().orElse("unknown").strip();
        }
    }

    private static String offloads(Lab lab) throws IOException, InterruptedException {
        return String.join(
                ", ",
                lab.run(Place.SERVER, 1_000, List.of("ethtool", "-k", "veth"))
                        .lines()
                        .map(String::strip)
                        .filter(line -> line.matches("(tcp-segmentation-offload|generic-segmentation-offload"
                                + "|generic-receive-offload|tx-checksumming): .*"))
                        .toList());
    }
}
