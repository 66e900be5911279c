package netkeep.tools.doctor;

import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import netkeep.linux.Descriptors;
import netkeep.linux.LinuxException;
import netkeep.linux.Memory;
import netkeep.linux.Threads;

/// What the machine, its kernel and its JVM are like.
final class Machine {
    private static final int JDK = 25;
    private static final int FILES = 4_096;
    /// What the default stack reserves for 2^18 sockets, without using it.
    private static final long SPARSE = 1L << 41;

    private Machine() {}

    static List<Finding> examine() {
        List<Finding> all = new ArrayList<>();
        all.add(kernel(Proc.read("/proc/sys/kernel/osrelease")));
        all.add(jdk());
        all.add(cache());
        all.add(cores());
        all.add(clock(Proc.read("/sys/devices/system/clocksource/clocksource0/current_clocksource")));
        all.add(sparse());
        all.add(seals());
        all.add(transparent(Proc.chosen(Proc.read("/sys/kernel/mm/transparent_hugepage/enabled"))));
        all.add(huge(Proc.field(Proc.read("/proc/meminfo"), "HugePages_Total:")));
        all.add(files(Proc.softLimit(Proc.read("/proc/self/limits"), "Max open files")));
        all.add(locked(Proc.softLimit(Proc.read("/proc/self/limits"), "Max locked memory")));
        all.add(tools());
        return all;
    }

    static Finding kernel(String release) {
        String name = "kernel";
        String found = "Linux " + release + ", " + System.getProperty("os.arch");
        if (!Proc.atLeast(release, 5, 4)) {
            return Finding.bad(name, found, "Netkeep is made for Linux 5.4 and later");
        }
        return Proc.atLeast(release, 6, 2)
                ? Finding.good(name, found)
                : Finding.fair(name, found, "Linux 6.2 lets a TAP carry UDP datagrams as one (USO)");
    }

    private static Finding jdk() {
        String found = System.getProperty("java.vm.name") + " " + Runtime.version();
        if (Runtime.version().feature() < JDK) {
            return Finding.bad("JDK", found, "install a JDK 25 and set JAVA_HOME");
        }
        return Memory.class.getModule().isNativeAccessEnabled()
                ? Finding.good("JDK", found + "; a program that allocates and embeds a stack wants -XX:+UseZGC")
                : Finding.fair("JDK", found, "start it with --enable-native-access=netkeep.linux");
    }

    /// The cache that `./netkeep` starts from is named on the command line.
    private static Finding cache() {
        String name = "AOT cache";
        for (String argument : Proc.read("/proc/self/cmdline").split("\0", -1)) {
            if (argument.startsWith("-XX:AOTCache=")) {
                String file = argument.substring(argument.indexOf('=') + 1);
                return Files.isReadable(Path.of(file))
                        ? Finding.good(name, file)
                        : Finding.fair(name, file + " cannot be read", "delete dist/trained and start ./netkeep");
            }
        }
        return Finding.fair(
                name,
                "this JVM was started without one",
                "start ./netkeep, which makes one where it may write to dist");
    }

    private static Finding cores() {
        int allowed = Threads.affinity().length;
        int there = Runtime.getRuntime().availableProcessors();
        String found = there + " usable, " + allowed + " allowed to this process";
        return there > 1
                ? Finding.good("cores", found)
                : Finding.fair("cores", found, "a stack that spins shares it with its peer: --spin 0");
    }

    static Finding clock(String source) {
        return switch (source) {
            case "hpet", "acpi_pm", "jiffies" ->
                Finding.fair(
                        "clock", source, "reading it is a slow call: boot with tsc=reliable if the host's is sound");
            case "" -> Finding.good("clock", "not told");
            default -> Finding.good("clock", source);
        };
    }

    private static Finding sparse() {
        String name = "address space";
        try (Arena arena = Arena.ofConfined()) {
            Memory.sparse(arena, SPARSE);
            return Finding.good(name, "2 TiB can be reserved without being used");
        } catch (LinuxException refused) {
            return Finding.bad(
                    name,
                    String.valueOf(refused.getMessage()),
                    "ulimit -v unlimited and sysctl -w vm.overcommit_memory=0; or a stack with fewer sockets");
        }
    }

    private static Finding seals() {
        String name = "memfd seals";
        try {
            int region = Descriptors.memory("netkeep-doctor", 4096);
            try {
                int wanted = Descriptors.F_SEAL_SHRINK | Descriptors.F_SEAL_GROW | Descriptors.F_SEAL_SEAL;
                Descriptors.seal(region, wanted);
                return (Descriptors.seals(region) & wanted) == wanted
                        ? Finding.good(name, "size can be sealed")
                        : Finding.fair(name, "do not hold", "regions could not be shared between processes");
            } finally {
                Descriptors.close(region);
            }
        } catch (LinuxException refused) {
            return Finding.fair(
                    name,
                    String.valueOf(refused.getMessage()),
                    "regions could not be shared between processes: allow memfd_create");
        }
    }

    static Finding transparent(String enabled) {
        String name = "transparent huge pages";
        return switch (enabled) {
            case "always", "madvise" -> Finding.good(name, enabled);
            case "" -> Finding.fair(name, "not in this kernel", "");
            default ->
                Finding.fair(
                        name,
                        enabled,
                        "the Java heap gains: echo madvise > /sys/kernel/mm/transparent_hugepage/enabled");
        };
    }

    static Finding huge(String total) {
        // Nothing needs them: regions are sparse, and a huge page would make each small thing cost as much as 500.
        return Finding.good("huge pages", (total.isEmpty() ? "0" : total) + " reserved; none is needed");
    }

    static Finding files(String limit) {
        String name = "open files";
        if (limit.equals("unlimited") || !limit.isEmpty() && Long.parseLong(limit) >= FILES) {
            return Finding.good(name, limit + "; our sockets need none");
        }
        return Finding.fair(name, limit, "enough for our sockets, few for the kernel's beside them: ulimit -n 65536");
    }

    static Finding locked(String limit) {
        if (limit.equals("unlimited")) {
            return Finding.good("locked memory", limit);
        }
        String shown = limit.isEmpty() ? "not told" : Proc.mebibytes(Long.parseLong(limit));
        return Finding.good("locked memory", shown + "; none is locked");
    }

    private static Finding tools() {
        List<String> missing =
                Proc.missing(List.of("curl", "ip", "unshare", "wrk", "nginx", "gcc", "taskset", "ethtool"));
        return missing.isEmpty()
                ? Finding.good("programs", "all that demo and bench start are there")
                : Finding.fair(
                        "programs",
                        "not installed: " + String.join(", ", missing),
                        "demo can do without curl; bench needs all of them");
    }
}
