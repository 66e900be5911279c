/// The slow path and the authority: it may be slow and may die, traffic goes on.
@NullMarked
package netkeep.control;

import org.jspecify.annotations.NullMarked;
