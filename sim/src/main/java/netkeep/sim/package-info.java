/// Time, luck and wires as arguments, for everybody's tests.
///
/// One thread runs a [World]; whatever happens in it follows from its seed. Nothing here reads a clock, sleeps, starts
/// a thread or knows a protocol above Ethernet.
@NullMarked
package netkeep.sim;

import org.jspecify.annotations.NullMarked;
