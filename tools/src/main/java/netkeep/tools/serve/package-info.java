/// The commands that run a server on a stack of its own, and the options that say what stack.
@NullMarked
package netkeep.tools.serve;

import org.jspecify.annotations.NullMarked;
