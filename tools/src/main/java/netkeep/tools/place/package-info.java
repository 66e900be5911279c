/// `netkeep up` and what belongs to it: stacks in domains of their own.
@NullMarked
package netkeep.tools.place;

import org.jspecify.annotations.NullMarked;
