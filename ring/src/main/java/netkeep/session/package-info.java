/// The session protocol: what a client and a stack share, and nothing of how either works.
///
/// A session is two regions. The client writes one: requests, octets to send, how far it has read. The stack writes
/// the other: events, received octets, how far it has sent. All progress is in counters that only grow; a request or
/// an event about them is a hint, and a missed one costs nothing.
@NullMarked
package netkeep.session;

import org.jspecify.annotations.NullMarked;
