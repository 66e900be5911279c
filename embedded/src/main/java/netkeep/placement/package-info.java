/// Which part runs where: what all placements share, and those in which the stack is a domain of its own.
@NullMarked
package netkeep.placement;

import org.jspecify.annotations.NullMarked;
