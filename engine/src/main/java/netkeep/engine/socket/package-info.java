/// Sockets: their records, the words and rings that they share with clients, and how a packet finds its socket.
@NullMarked
package netkeep.engine.socket;

import org.jspecify.annotations.NullMarked;
