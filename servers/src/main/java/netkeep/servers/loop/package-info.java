/// What every server here stands on: one thread, one selector, listeners.
///
/// Three rules hold everywhere in this package and in the servers on it:
///
/// 1. A server is one thread. Nothing in it is shared but the flag that ends it.
/// 2. The clock is read once a pass and comes in as an argument.
/// 3. What a peer does ends at most its own connection.
@NullMarked
package netkeep.servers.loop;

import org.jspecify.annotations.NullMarked;
