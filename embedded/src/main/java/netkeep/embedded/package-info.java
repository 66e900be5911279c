/// The placement in which link, stack and client share the program's process.
@NullMarked
package netkeep.embedded;

import org.jspecify.annotations.NullMarked;
