package netkeep.engine.ip;

import java.util.Arrays;
import java.util.List;
import netkeep.engine.ledger.Counter;
import netkeep.engine.ledger.Counters;
import netkeep.engine.ledger.Luck;
import netkeep.ring.Ledger;
import netkeep.wire.Icmp4Message;
import netkeep.wire.Icmp6Message;
import netkeep.wire.IpProtocol;
import netkeep.wire.Layer;
import netkeep.wire.UdpHeader;
import netkeep.wire.Verdict;

/// Which packets pass, by rules: the first one that matches decides; what none matches passes.
///
/// Rules are asked about what belongs to no flow yet. What a connection expects passes, and so does the other way of an
/// exchange of datagrams whose first one has passed. What IP needs to work is never asked about: ARP, neighbor
/// discovery, DHCP, groups, and errors, which count only where they quote what was sent. What never leaves this
/// host is asked about where it is sent, not where it arrives.
public final class Filter {
    /// The most rules.
    public static final int MOST = 128;

    private static final int PORTS_LENGTH = 4;

    /// The account of all that others begin.
    private static final int STRANGERS = 0;

    private final Ip ip;
    private final Counters counters;
    private final Rules rules;

    /// Begun by a program here.
    private final Exchanges begun;

    /// Begun by others: in memory of its own, so that strangers cannot have ours forgotten.
    private final Exchanges heard;

    // Derived.
    private Rule[] all = {};
    // Derived: whether there are rules about what goes out.
    private boolean outward;

    Filter(Ip ip, Ledger ledger, int exchanges, Counters counters, Luck luck) {
        this.ip = ip;
        this.counters = counters;
        this.rules = new Rules(ledger);
        this.begun = new Exchanges(ledger, exchanges, luck);
        this.heard = new Exchanges(ledger, exchanges, luck);
        derive();
    }

    private void derive() {
        all = rules.all();
        outward = Arrays.stream(all).anyMatch(Rule::out);
    }

    /// How many records the tables have, in the order in which they are laid: for [Ledger#length].
    static int[] counts(IpSettings settings) {
        return new int[] {1, 2 * MOST, settings.exchanges(), settings.exchanges()};
    }

    /// Octets of their slots.
    static int[] slots() {
        return new int[] {Rules.HEAD_SLOT, Rules.SLOT, Exchanges.SLOT, Exchanges.SLOT};
    }

    /// The rules that hold, in their order.
    public List<Rule> rules() {
        return List.of(all);
    }

    /// Begins a new list of rules; the old one holds until [#apply].
    public void clear() {
        rules.clear();
    }

    /// Adds a rule to the new list.
    ///
    /// @return false if there is no room
    public boolean stage(Rule rule) {
        return rules.stage(rule);
    }

    /// Lets the new list hold, at once.
    public void apply() {
        rules.apply();
        derive();
    }

    /// Whether a packet that a link brought passes; if not it is counted, and its sender told where the rule says so.
    ///
    /// @param protocol above IP
    /// @param whole    whether it is no fragment, whose checksum nobody can take
    boolean admits(Packet packet, int protocol, boolean whole, long nowNs) {
        if (all.length == 0) {
            return true;
        }
        int kind = protocol == IpProtocol.ICMPV6 ? IpProtocol.ICMPV4 : protocol;
        boolean ports = kind == IpProtocol.TCP || kind == IpProtocol.UDP;
        int readable = Math.min(packet.length, Packet.COPIED) - packet.upper;
        if (readable < PORTS_LENGTH || packet.upperLength < PORTS_LENGTH || !ports && passes(packet, kind)) {
            // What is too short its protocol drops.
            return true;
        }
        // Where the ports lie both protocols have in common.
        int source = ports ? UdpHeader.sourcePort(packet.headers, packet.upper) : Rule.ANY;
        int port = ports ? UdpHeader.destinationPort(packet.headers, packet.upper) : Rule.ANY;
        Rule.Action action = judge(packet, kind, port);
        boolean udp = kind == IpProtocol.UDP;
        if (action == Rule.Action.ACCEPT) {
            if (udp && outward) {
                note(heard, packet, port, source, nowNs);
            }
            return true;
        }
        if (udp && begun(packet, port, source, nowNs) || ip.knows(packet, kind)) {
            return true;
        }
        counters.add(action == Rule.Action.DROP ? Counter.FilterInDrops : Counter.FilterInRejects);
        ip.drop(packet.v6 ? Layer.IPV6 : Layer.IPV4, Verdict.FILTERED);
        if (action == Rule.Action.REJECT && (whole || kind != IpProtocol.TCP)) {
            ip.refuse(packet, kind, nowNs);
        }
        return false;
    }

    /// Whether no rule is asked about a protocol without ports: all but requests for an echo, and what nobody takes.
    private static boolean passes(Packet packet, int kind) {
        int type = Icmp4Message.type(packet.headers, packet.upper);
        int echo = packet.v6 ? Icmp6Message.ECHO_REQUEST : Icmp4Message.ECHO_REQUEST;
        return kind == IpProtocol.IGMP || kind == IpProtocol.ICMPV4 && type != echo;
    }

    private Rule.Action judge(Packet packet, int kind, int port) {
        for (Rule rule : all) {
            if (rule.matches(
                            false,
                            kind,
                            packet.sourceHi,
                            packet.sourceLo,
                            packet.destinationHi,
                            packet.destinationLo,
                            port)
                    && (rule.anyone() || ip.reaches(packet, kind, rule))) {
                return rule.action();
            }
        }
        return Rule.Action.ACCEPT;
    }

    private boolean begun(Packet packet, int local, int remote, long nowNs) {
        return begun.has(
                packet.destinationHi, packet.destinationLo, local, packet.sourceHi, packet.sourceLo, remote, nowNs);
    }

    private static void note(Exchanges in, Packet packet, int local, int remote, long nowNs) {
        in.note(
                packet.destinationHi,
                packet.destinationLo,
                local,
                packet.sourceHi,
                packet.sourceLo,
                remote,
                STRANGERS,
                nowNs);
    }

    /// Whether a session may begin a connection, or send a datagram; if not it is counted.
    ///
    /// @param session its number
    /// @param user    whose it is
    public boolean lets(
            int protocol,
            long localHi,
            long localLo,
            int local,
            long remoteHi,
            long remoteLo,
            int remote,
            int session,
            int user,
            long nowNs) {
        if (all.length == 0) {
            return true;
        }
        boolean udp = protocol == IpProtocol.UDP;
        Rule.Action action = Rule.Action.ACCEPT;
        for (Rule rule : all) {
            if (rule.matches(true, protocol, localHi, localLo, remoteHi, remoteLo, remote)
                    && rule.means(session, user)) {
                action = rule.action();
                break;
            }
        }
        boolean passes = action == Rule.Action.ACCEPT;
        if (passes && udp) {
            begun.note(localHi, localLo, local, remoteHi, remoteLo, remote, session, nowNs);
        } else if (!passes && (!udp || !heard.has(localHi, localLo, local, remoteHi, remoteLo, remote, nowNs))) {
            counters.add(Counter.FilterOutRefusals);
            return false;
        }
        return true;
    }
}
