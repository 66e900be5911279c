package netkeep.tools.demo;

import java.util.Locale;

/// Where a server's stack is. Each has a network of its own with the client, so that all are there at once.
public enum Where {
    /// In the server's own process.
    EMBEDDED(3),
    /// Link, stack and control in a process of their own.
    MONOLITHIC(2),
    /// A process each.
    FACTORED(0),
    /// In the kernel.
    KERNEL(1);

    private final int network;

    Where(int network) {
        this.network = network;
    }

    /// The name of a column.
    String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The name of the device at the client's end.
    String device() {
        return "nk-" + id();
    }

    String server() {
        return "198.18." + network + ".2";
    }

    String client() {
        return "198.18." + network + ".1";
    }

    String server6() {
        return "fd00:198:18:" + network + "::2";
    }

    String client6() {
        return "fd00:198:18:" + network + "::1";
    }
}
