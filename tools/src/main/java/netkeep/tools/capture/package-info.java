/// Shows what crosses the boundaries of a daemon.
@NullMarked
package netkeep.tools.capture;

import org.jspecify.annotations.NullMarked;
