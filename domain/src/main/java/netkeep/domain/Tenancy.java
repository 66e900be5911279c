package netkeep.domain;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import netkeep.linux.Descriptors;
import netkeep.linux.LinuxException;
import netkeep.linux.Sockets;

/// What of a session must outlive domains, as its keeper keeps it.
public final class Tenancy {
    private final int number;
    private final int connection;
    private final int process;
    private final int client;
    private final int clientRead;
    private final int stack;
    private final int stackRead;
    private final int[] bell;
    private final String terms;
    private final List<Integer> more;

    /// All of the above that are descriptors, as they were made.
    private final List<Integer> descriptors = new ArrayList<>();

    private boolean left;

    /// The process that said last that it is cut off, 0 for none.
    private int cutBy;

    /// @param suffix       of the regions' names
    /// @param connection   of its client; closed with this object, unless this throws
    /// @param lengths      octets of the client's region, and of the stack's
    /// @param terms        what it may have, for stack and control
    /// @param more         descriptors that its client is given; closed with this object, and if this throws
    /// @throws LinuxException if the connection is none, or there is no room for the regions; all else that was
    ///                        opened is closed then
    public Tenancy(String suffix, int number, int connection, List<Long> lengths, String terms, List<Integer> more) {
        this.more = List.copyOf(more);
        descriptors.addAll(more);
        this.number = number;
        this.connection = connection;
        this.terms = terms;
        try {
            this.process = Sockets.peerProcess(connection);
            this.bell = Doorbell.pair();
            Arrays.stream(bell).forEach(descriptors::add);
            this.client = mine(Shared.make("client-" + number + suffix, lengths.get(0)));
            this.clientRead = mine(Shared.readOnly(client));
            this.stack = mine(Shared.make("stack-" + number + suffix, lengths.get(1)));
            this.stackRead = mine(Shared.readOnly(stack));
        } catch (LinuxException lacking) {
            close();
            throw lacking;
        }
        descriptors.add(connection);
    }

    private int mine(int descriptor) {
        descriptors.add(descriptor);
        return descriptor;
    }

    public int number() {
        return number;
    }

    /// The client's.
    public int process() {
        return process;
    }

    /// Its client is gone.
    ///
    /// @return whether that was not known
    public boolean leaves() {
        boolean first = !left;
        left = true;
        return first;
    }

    /// Whether its client is gone: a stack that begins now must be told.
    public boolean left() {
        return left;
    }

    /// A process says that it is cut off.
    ///
    /// @return whether it is not the one that said so last
    public boolean cutBy(int by) {
        boolean another = cutBy != by;
        cutBy = by;
        return another;
    }

    /// What it may have.
    public String terms() {
        return terms;
    }

    /// Descriptors of its two regions, by their names with its number.
    public Map<String, Integer> regions() {
        return Map.of("client." + number, clientRead, "stack." + number, stackRead);
    }

    /// In the order of [Granted.Served].
    public int[] served() {
        return new int[] {clientRead, stack, bell[0], bell[1]};
    }

    /// In the order of [Granted.Admitted].
    public int[] admitted() {
        IntStream first = IntStream.of(connection, client, stackRead, bell[2], bell[3]);
        return IntStream.concat(first, more.stream().mapToInt(Integer::intValue))
                .toArray();
    }

    public void close() {
        descriptors.forEach(Descriptors::close);
    }
}
