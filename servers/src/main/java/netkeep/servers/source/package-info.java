/// Sends without end, in the spirit of RFC 864, octets whose every one can be checked: TCP and UDP.
@NullMarked
package netkeep.servers.source;

import org.jspecify.annotations.NullMarked;
