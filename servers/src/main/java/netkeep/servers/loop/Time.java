package netkeep.servers.loop;

/// The two clocks a server looks at.
public interface Time {
    /// The clocks of this machine.
    Time SYSTEM = new Time() {
        @Override
        public long nowNs() {
            return System.nanoTime();
        }

        @Override
        public long sinceEpochMs() {
            return System.currentTimeMillis();
        }
    };

    /// Runs evenly, from an origin of its own.
    long nowNs();

    /// What the calendar says, milliseconds since 1970.
    long sinceEpochMs();
}
