/// `netkeep demo`: a program that knows nothing of us on a factored stack whose parts die, and all placements measured.
@NullMarked
package netkeep.tools.demo;

import org.jspecify.annotations.NullMarked;
