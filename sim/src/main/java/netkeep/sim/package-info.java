/// Time, luck and wires as arguments, for everybody's tests. Requires none of the others, so that all of them can
/// test with it.
@NullMarked
package netkeep.sim;

import org.jspecify.annotations.NullMarked;
