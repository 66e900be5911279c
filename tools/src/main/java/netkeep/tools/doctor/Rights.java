package netkeep.tools.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import netkeep.linux.Descriptors;
import netkeep.linux.LinuxException;
import netkeep.linux.NetworkNamespace;
import netkeep.linux.PacketSocket;
import netkeep.linux.Threads;
import netkeep.linux.Tun;

/// What links this user can have. Each is tried in a network namespace that goes with the trial, not guessed.
final class Rights {
    private static final int CAP_NET_ADMIN = 12;
    private static final int CAP_NET_RAW = 13;
    private static final int LOOPBACK = 1;

    private boolean link;

    Rights() {}

    /// Whether a link of any kind is possible.
    boolean link() {
        return link;
    }

    List<Finding> examine() {
        List<Finding> all = new ArrayList<>();
        String capabilities = Proc.field(Proc.read("/proc/self/status"), "CapEff:");
        boolean admin = Proc.has(capabilities, CAP_NET_ADMIN);
        boolean raw = Proc.has(capabilities, CAP_NET_RAW);
        Finding spaces = userNamespaces();
        boolean asRoot = spaces.health() == Finding.Health.GOOD;
        all.add(rights(admin, raw, asRoot));
        all.add(spaces);
        all.add(tun());
        all.add(tap(admin));
        all.add(packet(admin && raw, asRoot));
        return all;
    }

    private static Finding rights(boolean admin, boolean raw, boolean asRoot) {
        String name = "rights";
        String found = "user " + Threads.effectiveUser() + ", CAP_NET_ADMIN " + (admin ? "yes" : "no")
                + ", CAP_NET_RAW " + (raw ? "yes" : "no");
        if (admin && raw) {
            return Finding.good(name, found);
        }
        return Finding.fair(
                name,
                found,
                asRoot
                        ? "run as root, or in a user namespace: unshare --user --map-root-user --net -- ./netkeep ..."
                        : "run as root");
    }

    private static Finding userNamespaces() {
        String name = "user namespaces";
        String forbidden = NetworkNamespace.forbiddenBy();
        try {
            Process trial = new ProcessBuilder(NetworkNamespace.asRoot(List.of("true")))
                    .redirectErrorStream(true)
                    .start();
            trial.getOutputStream().close();
            String said = new String(trial.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            if (trial.waitFor() == 0) {
                return Finding.good(name, "this user can have one, and be root in it");
            }
            return Finding.fair(name, said.strip(), forbidden.isEmpty() ? "run as root instead" : forbidden);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Finding.fair(name, "not tried: interrupted", "");
        } catch (IOException none) {
            return Finding.fair(name, "there is no command unshare", "apt-get install util-linux");
        }
    }

    private static Finding tun() {
        String name = "/dev/net/tun";
        if (!Files.exists(Path.of(name))) {
            return Finding.fair(name, "is not there", "modprobe tun; until then --link packet:NAME");
        }
        try {
            Descriptors.close(Descriptors.open(name, Descriptors.O_RDWR));
            return Finding.good(name, "can be opened");
        } catch (LinuxException refused) {
            return Finding.fair(name, refused.getMessage() + "", "run as root, or use --link packet:NAME");
        }
    }

    private Finding tap(boolean admin) {
        String name = "TAP";
        if (!admin) {
            return Finding.fair(name, "needs CAP_NET_ADMIN", "run as root, or use --link packet:NAME");
        }
        try (NetworkNamespace space = NetworkNamespace.make()) {
            int device = space.call(() -> Tun.open("nk-doctor", false));
            try {
                link = true;
                int whole = Tun.CSUM | Tun.TSO4 | Tun.TSO6 | Tun.TSO_ECN;
                if (!Tun.offloads(device, whole)) {
                    return Finding.fair(name, "works, without offloads", "take a kernel that has them");
                }
                return Tun.offloads(device, whole | Tun.USO4 | Tun.USO6)
                        ? Finding.good(name, "works, with checksum offload, TSO and USO")
                        : Finding.fair(name, "works, with checksum offload and TSO", "USO needs Linux 6.2");
            } finally {
                Descriptors.close(device);
            }
        } catch (LinuxException refused) {
            return Finding.fair(name, String.valueOf(refused.getMessage()), "use --link packet:NAME");
        }
    }

    private Finding packet(boolean rights, boolean asRoot) {
        String name = "AF_PACKET";
        if (!rights) {
            link |= asRoot;
            return asRoot
                    ? Finding.good(name, "works in a user namespace")
                    : Finding.bad(name, "needs CAP_NET_RAW and CAP_NET_ADMIN", "run as root");
        }
        try (NetworkNamespace space = NetworkNamespace.make()) {
            Descriptors.close(space.call(() -> PacketSocket.open(LOOPBACK, false, true, 0))
                    .descriptor());
            link = true;
            return Finding.good(name, "works, with the virtio header");
        } catch (LinuxException refused) {
            return Finding.bad(name, String.valueOf(refused.getMessage()), "run as root");
        }
    }
}
