/// TCP: RFC 9293 and what it names. Variables have the RFC's names, events are its methods.
///
/// One connection is open at a time: [netkeep.engine.tcp.Tcp#open] moves the one [netkeep.engine.tcp.Tcb] to its
/// record, all rules work on that.
@NullMarked
package netkeep.engine.tcp;

import org.jspecify.annotations.NullMarked;
