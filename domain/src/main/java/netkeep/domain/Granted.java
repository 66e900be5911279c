package netkeep.domain;

/// The descriptors of a session, as a keeper grants them.
public final class Granted {
    private Granted() {}

    /// For the stack.
    ///
    /// @param client the client's region, to be read
    /// @param stack  the stack's region, to be written
    /// @param voice  of the stack's end of the doorbell
    /// @param ear    of the same
    public record Served(int client, int stack, int voice, int ear) {
        /// @throws IllegalArgumentException if the number of descriptors is wrong
        public static Served of(int[] all) {
            require(all, 4);
            return new Served(all[0], all[1], all[2], all[3]);
        }
    }

    /// For control, which keeps the connection and passes the others on to the client.
    ///
    /// @param connection of the client
    /// @param client     the client's region, to be written
    /// @param stack      the stack's region, to be read
    /// @param voice      of the client's end of the doorbell
    /// @param ear        of the same
    public record Admitted(int connection, int client, int stack, int voice, int ear) {
        /// @throws IllegalArgumentException if the number of descriptors is wrong
        public static Admitted of(int[] all) {
            require(all, 5);
            return new Admitted(all[0], all[1], all[2], all[3], all[4]);
        }
    }

    private static void require(int[] all, int count) {
        if (all.length != count) {
            throw new IllegalArgumentException(all.length + " descriptors for a session");
        }
    }
}
