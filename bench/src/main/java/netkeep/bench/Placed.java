package netkeep.bench;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// Where our stack runs. Each has a TAP and a network of its own, so that all are there at once.
enum Placed {
    /// In the server's own process.
    EMBEDDED("nktap", "198.18.1"),
    /// With link and control in a domain.
    MONOLITHIC("nkmono", "198.18.2"),
    /// Link, stack and control in a domain each.
    FACTORED("nkfact", "198.18.3");

    private final String device;
    private final String network;

    Placed(String device, String network) {
        this.device = device;
        this.network = network;
    }

    static Optional<Placed> named(String id) {
        return Arrays.stream(values()).filter(each -> each.id().equals(id)).findFirst();
    }

    /// The name on the command line and in all that is written.
    String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The TAP, in the load's namespace.
    String device() {
        return device;
    }

    /// The stack's address.
    String server() {
        return network + ".2";
    }

    /// The address of the TAP's other side.
    String load() {
        return network + ".1";
    }
}
