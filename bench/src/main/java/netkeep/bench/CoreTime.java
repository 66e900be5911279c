package netkeep.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What a core did since the machine started, from its line in `/proc/stat`.
///
/// @param busySeconds  user, nice, system, irq and softirq
/// @param idleSeconds  idle and iowait
/// @param stealSeconds what the host says that it took away
record CoreTime(double busySeconds, double idleSeconds, double stealSeconds) {
    /// The unit of /proc: USER_HZ, 100 on every architecture of ours.
    static final double TICKS_PER_SECOND = 100;

    static CoreTime now(int core) throws IOException {
        return parse(Files.readAllLines(Path.of("/proc/stat")), core);
    }

    /// @throws IOException if the lines have no such core
    static CoreTime parse(List<String> lines, int core) throws IOException {
        String name = "cpu" + core + " ";
        for (String line : lines) {
            if (line.startsWith(name)) {
                String[] fields = line.substring(name.length()).trim().split(" +", -1);
                double busy =
                        ticks(fields, 0) + ticks(fields, 1) + ticks(fields, 2) + ticks(fields, 5) + ticks(fields, 6);
                double idle = ticks(fields, 3) + ticks(fields, 4);
                return new CoreTime(
                        busy / TICKS_PER_SECOND, idle / TICKS_PER_SECOND, ticks(fields, 7) / TICKS_PER_SECOND);
            }
        }
        throw new IOException("/proc/stat has no core " + core);
    }

    private static double ticks(String[] fields, int index) {
        return index < fields.length ? Double.parseDouble(fields[index]) : 0;
    }

    CoreTime since(CoreTime before) {
        return new CoreTime(
                busySeconds - before.busySeconds, idleSeconds - before.idleSeconds, stealSeconds - before.stealSeconds);
    }

    /// Busy time by the time that the core had, 0 to 1.
    double share() {
        double all = busySeconds + idleSeconds;
        return all <= 0 ? 0 : Math.clamp(busySeconds / all, 0, 1);
    }
}
