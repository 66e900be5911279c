/// Packets: addresses, routes, path MTUs, fragments, and the way of a packet in and out.
@NullMarked
package netkeep.engine.ip;

import org.jspecify.annotations.NullMarked;
