package netkeep.domain;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import netkeep.linux.Descriptors;

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
    /// @param more       what its terms give it besides
    public record Admitted(int connection, int client, int stack, int voice, int ear, List<Integer> more) {
        private static final int FIRST = 5;

        /// @throws IllegalArgumentException if there are too few descriptors
        public static Admitted of(int[] all) {
            require(all, Math.max(FIRST, all.length));
            List<Integer> more = Arrays.stream(all).skip(FIRST).boxed().toList();
            return new Admitted(all[0], all[1], all[2], all[3], all[4], more);
        }

        /// Closes all that is the client's.
        public void close() {
            IntStream.of(client, stack, voice, ear).forEach(Descriptors::close);
            more.forEach(Descriptors::close);
        }
    }

    private static void require(int[] all, int count) {
        if (all.length != count) {
            throw new IllegalArgumentException(all.length + " descriptors for a session");
        }
    }
}
