/// The protocol machines. No I/O, no clock, no threads: octets, instants and luck come in as arguments.
@NullMarked
package netkeep.engine;

import org.jspecify.annotations.NullMarked;
