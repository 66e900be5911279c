/// The parent of all domains.
@NullMarked
package netkeep.keeper;

import org.jspecify.annotations.NullMarked;
