package netkeep.keeper;

import netkeep.domain.Doorbell;
import netkeep.domain.Shared;
import netkeep.linux.Descriptors;
import netkeep.linux.Sockets;

/// What of a session must outlive domains.
final class Tenancy {
    private final int connection;
    private final int client;
    private final int clientRead;
    private final int stack;
    private final int stackRead;
    private final int[] bell = Doorbell.pair();

    final Plan.Terms terms;

    /// Whether its client is gone: a stack that begins now must be told.
    boolean left;

    /// @param suffix     of the regions' names
    /// @param connection of its client; closed with this object
    /// @param all        what sessions may have
    Tenancy(String suffix, int number, int connection, Plan.Sessions all) {
        this.connection = connection;
        this.terms = all.terms().apply(Sockets.peerUser(connection));
        this.client = Shared.make("client-" + number + suffix, terms.clientLength());
        this.clientRead = Shared.readOnly(client);
        this.stack = Shared.make("stack-" + number + suffix, terms.stackLength());
        this.stackRead = Shared.readOnly(stack);
    }

    /// The client's.
    int process() {
        return Sockets.peerProcess(connection);
    }

    /// In the order of [netkeep.domain.Granted.Served].
    int[] served() {
        return new int[] {clientRead, stack, bell[0], bell[1]};
    }

    /// In the order of [netkeep.domain.Granted.Admitted].
    int[] admitted() {
        return new int[] {connection, client, stackRead, bell[2], bell[3]};
    }

    void close() {
        for (int descriptor : new int[] {connection, client, clientRead, stack, stackRead}) {
            Descriptors.close(descriptor);
        }
        for (int descriptor : bell) {
            Descriptors.close(descriptor);
        }
    }
}
