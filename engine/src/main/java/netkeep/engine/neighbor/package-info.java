/// Links as the engine sees them, and the hosts on them: one table for ARP and neighbor discovery.
@NullMarked
package netkeep.engine.neighbor;

import org.jspecify.annotations.NullMarked;
