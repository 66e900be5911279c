/// Puts Netkeep under all sockets and channels of a JVM.
@NullMarked
package netkeep.agent;

import org.jspecify.annotations.NullMarked;
