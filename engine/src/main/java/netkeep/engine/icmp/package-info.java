/// What controls IP: ICMP of both versions, neighbor and router discovery, membership of groups.
@NullMarked
package netkeep.engine.icmp;

import org.jspecify.annotations.NullMarked;
