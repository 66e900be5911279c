/// Addresses of IPv4 that a server lends: a client of DHCP, RFC 2131.
@NullMarked
package netkeep.engine.dhcp;

import org.jspecify.annotations.NullMarked;
