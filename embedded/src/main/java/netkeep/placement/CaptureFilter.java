package netkeep.placement;

import java.util.Map;
import netkeep.wire.Address;
import netkeep.wire.EthernetHeader;
import netkeep.wire.IpProtocol;
import org.jspecify.annotations.Nullable;

/// Which of what crosses a boundary somebody wants to see: all that is said must hold.
///
/// @param host     on either side, null for any
/// @param port     on either side, -1 for any
/// @param protocol a name of [#PROTOCOLS], empty for any
/// @param session  its number, -1 for any: only at the boundary of sessions it is known
public record CaptureFilter(@Nullable Address host, int port, String protocol, int session) {
    /// Everything.
    public static final CaptureFilter ALL = new CaptureFilter(null, -1, "", -1);

    /// What can be said of protocols: the number above IP, or the Ethernet type.
    public static final Map<String, Integer> PROTOCOLS = Map.of(
            "tcp", IpProtocol.TCP,
            "udp", IpProtocol.UDP,
            "icmp", IpProtocol.ICMPV4,
            "icmp6", IpProtocol.ICMPV6,
            "igmp", IpProtocol.IGMP,
            "arp", EthernetHeader.ARP,
            "ip", EthernetHeader.IPV4,
            "ip6", EthernetHeader.IPV6);

    public CaptureFilter {
        require(port >= -1 && port <= 0xFFFF, "port " + port);
        require(protocol.isEmpty() || PROTOCOLS.containsKey(protocol), "protocol " + protocol);
        require(session >= -1, "session " + session);
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(what);
        }
    }

    boolean takes(Crossing what) {
        Address wanted = host;
        return (wanted == null
                        || what.sourceHi == wanted.hi() && what.sourceLo == wanted.lo()
                        || what.targetHi == wanted.hi() && what.targetLo == wanted.lo())
                && (port < 0 || what.sourcePort == port || what.targetPort == port)
                && (session < 0 || what.session == session)
                && (protocol.isEmpty() || is(what));
    }

    private boolean is(Crossing what) {
        int number = PROTOCOLS.getOrDefault(protocol, -1);
        return number < EthernetHeader.LEAST_TYPE ? what.protocol == number : ethernet(what) == number;
    }

    /// At the boundary of sessions there is no Ethernet header.
    private static int ethernet(Crossing what) {
        boolean six = what.sourceHi != 0 || what.targetHi != 0;
        return what.session < 0 ? what.etherType : six ? EthernetHeader.IPV6 : EthernetHeader.IPV4;
    }

    /// As [#parse] reads it.
    @Override
    public String toString() {
        return (host == null ? "" : " host=" + host)
                + (port < 0 ? "" : " port=" + port)
                + (protocol.isEmpty() ? "" : " protocol=" + protocol)
                + (session < 0 ? "" : " session=" + session);
    }

    /// @throws IllegalArgumentException if the words are none of ours
    static CaptureFilter parse(String[] words, int from) {
        CaptureFilter filter = ALL;
        for (int i = from; i < words.length; i++) {
            int sign = words[i].indexOf('=') + 1;
            String value = words[i].substring(sign);
            filter = switch (words[i].substring(0, sign)) {
                case "host=" -> new CaptureFilter(Address.parse(value), filter.port, filter.protocol, filter.session);
                case "port=" ->
                    new CaptureFilter(filter.host, Integer.parseInt(value), filter.protocol, filter.session);
                case "protocol=" -> new CaptureFilter(filter.host, filter.port, value, filter.session);
                case "session=" ->
                    new CaptureFilter(filter.host, filter.port, filter.protocol, Integer.parseInt(value));
                default -> throw new IllegalArgumentException(words[i]);
            };
        }
        return filter;
    }
}
