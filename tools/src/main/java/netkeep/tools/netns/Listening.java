package netkeep.tools.netns;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/// At which ports the programs of a network namespace wait, by the kernel's tables, proc(5).
final class Listening {
    private static final Path TABLES = Path.of("/proc/thread-self/net");
    private static final String LISTENS = "0A";

    /// Datagram sockets that are not connected.
    private static final String OPEN = "07";

    private static final int ADDRESS = 1;
    private static final int STATE = 3;

    /// A port at which somebody waits, and not on the loopback alone.
    ///
    /// @param v4 whether over IPv4; a socket of IPv6 on the wildcard takes both
    record Port(boolean tcp, boolean v4, int number) {
        boolean sameNumber(Port other) {
            return other.tcp == tcp && other.number == number;
        }

        String text() {
            return (tcp ? "tcp" : "udp") + " port " + number;
        }
    }

    private final Set<Port> waiting = new LinkedHashSet<>();
    private final Set<Integer> datagrams = new HashSet<>();

    Listening() {}

    /// Those of the calling thread's network namespace.
    static Listening here() throws IOException {
        Listening all = new Listening();
        for (String table : new String[] {"tcp", "tcp6", "udp", "udp6"}) {
            boolean tcp = table.startsWith("tcp");
            try {
                Files.readAllLines(TABLES.resolve(table)).stream().skip(1).forEach(line -> all.add(tcp, line));
            } catch (NoSuchFileException none) {
                // A kernel without IPv6.
            }
        }
        return all;
    }

    /// Where somebody waits.
    Set<Port> waiting() {
        return waiting;
    }

    /// The ports of all datagram sockets, also of those that are connected.
    Set<Integer> datagrams() {
        return datagrams;
    }

    /// Adds what a line tells: number, local address, remote address, state ... in hexadecimal.
    void add(boolean tcp, String line) {
        String[] words = line.strip().split("\\s+", 5);
        if (words.length < 5) {
            return;
        }
        int colon = words[ADDRESS].indexOf(':');
        String address = words[ADDRESS].substring(0, colon);
        int port = Integer.parseInt(words[ADDRESS].substring(colon + 1), 16);
        if (!tcp) {
            datagrams.add(port);
        }
        if (!words[STATE].equals(tcp ? LISTENS : OPEN)) {
            return;
        }
        // Words of four octets, each in the machine's own order, which is little-endian here.
        boolean loopback = address.length() == 8
                ? address.endsWith("7F")
                : address.equals("00000000000000000000000001000000")
                        || address.startsWith("0000000000000000FFFF0000") && address.endsWith("7F");
        if (loopback) {
            return;
        }
        boolean v4 = address.length() == 8;
        waiting.add(new Port(tcp, v4, port));
        if (!v4 && address.chars().allMatch(digit -> digit == '0')) {
            waiting.add(new Port(tcp, true, port));
        }
    }
}
