/// Names and their addresses: a resolver that asks recursive servers, RFC 1034 §5.3.1, with a cache that all
/// programs share.
///
/// Nothing here reads a clock, draws luck of its own or makes a system call: instants, luck and octets come in as
/// arguments, and a [netkeep.names.Carrier] moves messages.
@NullMarked
package netkeep.names;

import org.jspecify.annotations.NullMarked;
