/// Runs what a session needs on the threads of the program that waits for it.
@NullMarked
package netkeep.drive;

import org.jspecify.annotations.NullMarked;
