/// Sends back what it is sent, RFC 862: TCP and UDP.
@NullMarked
package netkeep.servers.echo;

import org.jspecify.annotations.NullMarked;
