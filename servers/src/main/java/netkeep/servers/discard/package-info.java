/// Reads and forgets, RFC 863: TCP and UDP.
@NullMarked
package netkeep.servers.discard;

import org.jspecify.annotations.NullMarked;
