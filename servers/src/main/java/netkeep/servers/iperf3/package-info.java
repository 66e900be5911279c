/// The protocol of iperf3, so that this stack can be measured against the programs of that name: TCP and UDP, several
/// streams, either direction.
@NullMarked
package netkeep.servers.iperf3;

import org.jspecify.annotations.NullMarked;
