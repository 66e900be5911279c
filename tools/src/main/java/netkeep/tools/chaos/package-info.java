/// `netkeep chaos`: kills the parts of a placement under checked load, and counts what is lost.
@NullMarked
package netkeep.tools.chaos;

import org.jspecify.annotations.NullMarked;
