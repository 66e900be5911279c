/// Dedicated servers that do not know each other, on the channels of `java.nio` alone.
@NullMarked
package netkeep.servers;

import org.jspecify.annotations.NullMarked;
