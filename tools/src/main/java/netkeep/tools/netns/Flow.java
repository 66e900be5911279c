package netkeep.tools.netns;

import java.net.InetSocketAddress;

/// A flow between the namespace and somebody outside.
///
/// @param protocol of IP: TCP or UDP
/// @param outside  who is spoken to there
/// @param inside   the program's own end
record Flow(int protocol, InetSocketAddress outside, InetSocketAddress inside) {}
