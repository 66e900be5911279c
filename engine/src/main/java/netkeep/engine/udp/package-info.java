/// UDP, RFC 768, with the advice of RFC 8085: datagrams between the rings of sessions and IP.
@NullMarked
package netkeep.engine.udp;

import org.jspecify.annotations.NullMarked;
