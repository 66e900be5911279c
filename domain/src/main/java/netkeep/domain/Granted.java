package netkeep.domain;

/// The descriptors of a session, as a keeper grants them to whoever serves it.
///
/// @param connection of its client
/// @param client     the client's region, to be read
/// @param stack      the stack's region, to be written
/// @param bell       the stack's end of the doorbell
/// @param clients    the client's region, to be written: for the client
/// @param stacks     the stack's region, to be read: for the client
/// @param clientBell the client's end of the doorbell: for the client
public record Granted(int connection, int client, int stack, int bell, int clients, int stacks, int clientBell) {
    private static final int COUNT = 7;

    /// @throws IllegalArgumentException if the number of descriptors is wrong
    public static Granted of(int[] all) {
        if (all.length != COUNT) {
            throw new IllegalArgumentException(all.length + " descriptors for a session");
        }
        return new Granted(all[0], all[1], all[2], all[3], all[4], all[5], all[6]);
    }
}
