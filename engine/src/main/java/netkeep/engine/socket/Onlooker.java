package netkeep.engine.socket;

import java.lang.foreign.MemorySegment;
import netkeep.ring.Pieces;

/// Sees what crosses the boundary between clients and the stack: see [Crossings]. It keeps nothing that it is given.
public interface Onlooker {
    /// A request was taken.
    ///
    /// @param at    the socket's variables before it
    /// @param slots where it lies, in memory that the client writes; from `where` on
    void request(int session, int socket, Endpoint at, MemorySegment slots, long where);

    /// An event is given.
    void event(int session, int socket, Endpoint at, long event);

    /// Octets of a socket are given to the client, or were given by it.
    ///
    /// @param up       whether to the client
    /// @param position of the first in the socket's stream
    void octets(int session, int socket, Endpoint at, boolean up, long position, Pieces octets);
}
