/// Trials of the whole, and of taste: floors, sizes, RFC tables, banned calls.
@NullMarked
package netkeep.trials;

import org.jspecify.annotations.NullMarked;
