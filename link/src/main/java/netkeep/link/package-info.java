/// Devices, seen from the thread that runs a stack, and links around links.
///
/// Everywhere in this package a frame begins with the 10 octets of a virtio net header, then comes the Ethernet header;
/// all lengths count both. A link serves one thread at a time. What the network did wrong is counted; what the host
/// did is a [netkeep.linux.LinuxException]; a device that goes away while in use is a [netkeep.link.LinkGone].
@NullMarked
package netkeep.link;

import org.jspecify.annotations.NullMarked;
